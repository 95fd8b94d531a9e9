internal import Tensors

/// Little-endian reads of a block's fields at byte offsets; no alignment required.
///
/// - Note: the caller guarantees that the field lies within the block.
extension UnsafeRawPointer {
    @inline(__always)
    func byte(at offset: Int) -> UInt8 { unsafe load(fromByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    func signedByte(at offset: Int) -> Int8 { unsafe load(fromByteOffset: offset, as: Int8.self) }

    @inline(__always)
    func word16(at offset: Int) -> UInt16 {
        unsafe UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    func word32(at offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    func word64(at offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// A half-precision field as float32.
    @inline(__always)
    func half(at offset: Int) -> Float { unsafe Half.float(word16(at: offset)) }
}

/// Little-endian writes of a block's fields at byte offsets; no alignment required.
///
/// - Note: the caller guarantees that the field lies within the block.
extension UnsafeMutableRawPointer {
    @inline(__always)
    func set(byte value: UInt8, at offset: Int) { unsafe storeBytes(of: value, toByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    func set(word16 value: UInt16, at offset: Int) {
        unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt16.self)
    }

    @inline(__always)
    func set(word32 value: UInt32, at offset: Int) {
        unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// A number that half precision can hold.
    @inline(__always)
    func set(half value: Float, at offset: Int) { unsafe set(word16: Half.bits(value), at: offset) }
}
