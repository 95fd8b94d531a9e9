/// Bounds-checked little-endian reads over bytes, in order.
///
/// Every read says how many bytes it wanted when they are not there; nothing traps on any input.
package struct ByteReader: ~Escapable {
    private let bytes: RawSpan
    /// Offset of the next read.
    package private(set) var offset: Int

    /// Reads from `offset` on.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// A read past the end: how much was wanted where, and how much there was.
    package struct OutOfBytes: Error, Equatable {
        package let offset: Int
        package let wanted: UInt64
        package let available: Int
    }

    /// Bytes from the next read to the end.
    package var remaining: Int { bytes.byteCount - offset }

    /// Reads a little-endian integer.
    @_lifetime(self: copy self)
    package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type = Value.self
    ) throws(OutOfBytes) -> Value {
        let size = MemoryLayout<Value>.size
        try require(UInt64(size))
        let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += size
        return Value(littleEndian: value)
    }

    /// Skips `count` bytes and returns their range.
    @_lifetime(self: copy self)
    package mutating func skip(_ count: UInt64) throws(OutOfBytes) -> Range<Int> {
        try require(count)
        let range = offset..<offset + Int(count)
        offset = range.upperBound
        return range
    }

    /// The bytes of a range, read before or not, as text; nil if they are not valid UTF-8.
    ///
    /// - Precondition: `range` lies within the bytes.
    package func text(_ range: Range<Int>) -> String? { bytes.extracting(range).validatedText }

    private func require(_ count: UInt64) throws(OutOfBytes) {
        guard count <= UInt64(max(remaining, 0)) else {
            throw OutOfBytes(offset: offset, wanted: count, available: max(remaining, 0))
        }
    }
}
