/// Plain integers, rounded to float32: I8, I16, I32 and I64. They hold indices and flags, not weights.
package enum PlainInteger<Value: FixedWidthInteger & BitwiseCopyable & Sendable>: BlockFormat {
    package static var weightsPerBlock: Int { 1 }
    package static var bytesPerBlock: Int { MemoryLayout<Value>.size }

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        unsafe weights.pointee = Float(Value(littleEndian: block.loadUnaligned(as: Value.self)))
    }
}
