internal import Tensors

/// bfloat16: the upper half of a float32.
package enum BF16: EncodableBlockFormat {
    package static let weightsPerBlock = 1
    package static let bytesPerBlock = 2

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        unsafe weights.pointee = BFloat16.float(block.word16(at: 0))
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        unsafe block.set(word16: BFloat16.bits(weights.pointee), at: 0)
    }
}
