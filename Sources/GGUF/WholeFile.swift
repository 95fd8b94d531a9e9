import Platform

extension GGUFFile {
    /// Bytes copied at a time.
    private static let copyByteCount = 1 << 20

    /// Writes the model as one file, weights as they are.
    ///
    /// - Parameter progress: called with the number of bytes of weights copied so far.
    package func writeWhole(to path: String, progress: (Int) -> Void = { _ in }) throws(GGUFError) {
        var metadata = metadata
        for key in [SplitPosition.indexKey, SplitPosition.countKey, SplitPosition.tensorCountKey] {
            metadata[key] = nil
        }
        let plans = tensors.map { TensorPlan(name: $0.name, shape: $0.shape, type: $0.type) }
        var writer = try GGUFWriter(path: path, metadata: metadata, tensors: plans)
        var byteCount = 0
        for bytes in tensors.map(\.bytes) {
            for start in stride(from: 0, to: bytes.count, by: Self.copyByteCount) {
                let piece = start..<min(start + Self.copyByteCount, bytes.count)
                try bytes.withBytes { span throws(GGUFError) in try writer.write(span.extracting(piece)) }
                byteCount += piece.count
                progress(byteCount)
            }
            bytes.owner.release(bytes.range)
        }
        try writer.finish()
    }
}
