/// The safe edge of the reference codecs: lengths are checked once, here.
extension QuantizationType {
    /// Decodes blocks to float32.
    ///
    /// - Parameters:
    ///   - bytes: exactly the blocks of `weights.count` weights.
    ///   - weights: filled whole.
    /// - Throws: `partialBlock`, `wrongByteCount`.
    @_lifetime(weights: copy weights)
    package func decode(_ bytes: RawSpan, into weights: inout MutableSpan<Float>) throws(QuantizationError) {
        let traits = traits
        try check(weights: weights.count, bytes: bytes.byteCount)
        guard !weights.isEmpty else { return }
        let blockCount = weights.count / traits.weightsPerBlock
        unsafe bytes.withUnsafeBytes { source in
            unsafe weights.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe traits.format.decode(from, blockCount: blockCount, into: to)
            }
        }
    }

    /// Quantises float32 weights to blocks.
    ///
    /// Any weights will do: what a type cannot express (NaN, infinity, magnitudes beyond its scales) comes out as
    /// some value of the type.
    ///
    /// - Parameters:
    ///   - bytes: exactly the blocks of `weights.count` weights; every byte is written.
    /// - Throws: `notEncodable`, `partialBlock`, `wrongByteCount`.
    @_lifetime(bytes: copy bytes)
    package func encode(_ weights: Span<Float>, into bytes: inout MutableSpan<UInt8>) throws(QuantizationError) {
        guard let encoder else { throw .notEncodable(type: self) }
        try check(weights: weights.count, bytes: bytes.count)
        guard !weights.isEmpty else { return }
        let blockCount = weights.count / weightsPerBlock
        unsafe weights.withUnsafeBufferPointer { source in
            unsafe bytes.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe encoder.encode(from, blockCount: blockCount, into: UnsafeMutableRawPointer(to))
            }
        }
    }

    private func check(weights: Int, bytes: Int) throws(QuantizationError) {
        guard let expected = byteCount(weights: weights) else { throw .partialBlock(type: self, weights: weights) }
        guard expected == bytes else {
            throw .wrongByteCount(type: self, weights: weights, expected: expected, found: bytes)
        }
    }
}
