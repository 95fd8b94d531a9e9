internal import Tensors

/// IEEE 754 half precision.
package enum F16: EncodableBlockFormat {
    package static let weightsPerBlock = 1
    package static let bytesPerBlock = 2

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        unsafe weights.pointee = block.half(at: 0)
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        unsafe block.set(word16: Half.bits(weights.pointee), at: 0)
    }
}
