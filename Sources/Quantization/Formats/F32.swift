/// float32, as it is.
package enum F32: EncodableBlockFormat {
    package static let weightsPerBlock = 1
    package static let bytesPerBlock = 4

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        unsafe weights.pointee = Float(bitPattern: block.word32(at: 0))
    }

    package static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        unsafe block.set(word32: weights.pointee.bitPattern, at: 0)
    }
}
