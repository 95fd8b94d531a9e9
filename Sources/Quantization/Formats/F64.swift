/// float64, rounded to float32.
package enum F64: BlockFormat {
    package static let weightsPerBlock = 1
    package static let bytesPerBlock = 8

    package static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>) {
        unsafe weights.pointee = Float(Double(bitPattern: block.word64(at: 0)))
    }
}
