import Platform
package import Quantization

/// Writes a model anew with other tensor types, as a mix asks for them.
///
/// Metadata and the order of the tensors stay as they are, but for what tells of types and parts: a split model
/// becomes one file.
package struct GGUFQuantizer: Sendable {
    /// A tensor and the type that it will have.
    package struct Change: Sendable {
        package let tensor: TensorInfo
        package let type: QuantizationType

        /// Bytes that it will take.
        package var byteCount: Int { tensor.weightCount / type.weightsPerBlock * type.bytesPerBlock }
        /// Whether it must be decoded from a quantised type, which costs quality twice.
        package var requantizes: Bool { type != tensor.type && tensor.type.weightsPerBlock > 1 }
    }

    /// All tensors in the order of the file.
    package let changes: [Change]
    private let metadata: Metadata

    /// What llama.cpp writes as `general.quantization_version`: the version of ggml's block formats.
    private static let quantizationVersion: UInt32 = 2
    /// Weights that a task converts at a time: a multiple of every block, a megabyte of float32.
    private static let chunkLength = 1 << 18

    /// Plans the change of a model.
    ///
    /// - Throws: `missingKey` or `wrongType` where the metadata does not tell what the mix must know.
    package init(_ file: GGUFFile, mix: QuantizationMix) throws(GGUFError) {
        let tensors = file.tensors.map { QuantizationMix.Tensor(name: $0.name, dimensions: $0.shape, type: $0.type) }
        let types = mix.types(of: tensors, in: try QuantizationMix.Model(file.metadata))
        changes = zip(file.tensors, types).map { Change(tensor: $0, type: $1) }
        var metadata = file.metadata
        metadata["general.quantization_version"] = .uint32(Self.quantizationVersion)
        metadata["general.file_type"] = .uint32(mix.fileType)
        for key in [SplitPosition.indexKey, SplitPosition.countKey, SplitPosition.tensorCountKey] {
            metadata[key] = nil
        }
        self.metadata = metadata
    }

    /// Converts and writes all tensors; the file appears when everything is written.
    ///
    /// - Parameters:
    ///   - taskCount: pieces to convert at the same time; memory grows with it, the file does not depend on it.
    ///   - progress: called with the number of bytes read so far; ends the work by throwing.
    /// - Throws: `GGUFError`, or what `progress` throws; then no file appears.
    package func write(
        to path: String, taskCount: Int, progress: (Int) throws -> Void
    ) async throws {
        let plans = changes.map { TensorPlan(name: $0.tensor.name, shape: $0.tensor.shape, type: $0.type) }
        var writer = try GGUFWriter(path: path, metadata: metadata, tensors: plans)
        var running: [Task<Result<[UInt8], GGUFError>, Never>] = []
        defer { for task in running { task.cancel() } }
        var byteCount = 0
        for chunk in changes.flatMap(Chunk.all) {
            if running.count >= max(1, taskCount) { try writer.write(await running.removeFirst().value.get()) }
            try progress(byteCount)
            byteCount += chunk.bytes.count
            running.append(Task.detached { chunk.converted() })
        }
        while !running.isEmpty {
            try writer.write(await running.removeFirst().value.get())
            try progress(byteCount)
        }
        try writer.finish()
    }

    /// A piece of a tensor.
    private struct Chunk: Sendable {
        let change: Change
        /// Weights of the tensor, whole blocks of both types: rows are whole blocks, and chunks are rows end to end.
        let weights: Range<Int>

        static func all(_ change: Change) -> [Chunk] {
            stride(from: 0, to: change.tensor.weightCount, by: chunkLength).map { start in
                Chunk(change: change, weights: start..<min(start + chunkLength, change.tensor.weightCount))
            }
        }

        /// The bytes of the piece as they are now.
        var bytes: ByteRange {
            let type = change.tensor.type
            let start = change.tensor.bytes.range.lowerBound
            let lower = start + weights.lowerBound / type.weightsPerBlock * type.bytesPerBlock
            let upper = start + weights.upperBound / type.weightsPerBlock * type.bytesPerBlock
            return ByteRange(owner: change.tensor.bytes.owner, range: lower..<upper)
        }

        func converted() -> Result<[UInt8], GGUFError> {
            let source = bytes
            defer { source.owner.release(source.range) }
            if change.type == change.tensor.type {
                return .success(source.withBytes { $0.littleEndianIntegers(UInt8.self) })
            }
            do throws(QuantizationError) {
                var values = [Float](repeating: 0, count: weights.count)
                var valueSpan = values.mutableSpan
                try source.withBytes { bytes throws(QuantizationError) in
                    try change.tensor.type.decode(bytes, into: &valueSpan)
                }
                let type = change.type
                let byteCount = weights.count / type.weightsPerBlock * type.bytesPerBlock
                var result = [UInt8](repeating: 0, count: byteCount)
                var resultSpan = result.mutableSpan
                try type.encode(values.span, into: &resultSpan)
                return .success(result)
            } catch {
                return .failure(.quantization(tensor: change.tensor.name, error))
            }
        }
    }
}

extension GGUFWriter {
    fileprivate mutating func write(_ bytes: [UInt8]) throws(GGUFError) {
        try bytes.withBytes { bytes throws(GGUFError) in try write(bytes) }
    }
}

extension QuantizationMix.Model {
    /// Reads what mixes need to know of a model.
    init(_ metadata: Metadata) throws(GGUFError) {
        let architecture = try metadata.string("general.architecture")
        let headKey = "\(architecture).attention.head_count"
        let headCount = try metadata.firstInteger(headKey) ?? 0
        self.init(
            architecture: architecture,
            layerCount: try metadata.integer("\(architecture).block_count"),
            headCount: headCount,
            keyValueHeadCount: try metadata.firstInteger("\(headKey)_kv") ?? headCount,
            expertCount: try metadata.optionalInteger("\(architecture).expert_count") ?? 0)
    }
}

extension Metadata {
    /// An integer, or the first of an array that has one for each layer.
    fileprivate func firstInteger(_ key: String) throws(GGUFError) -> Int? {
        guard case .array = self[key] else { return try optionalInteger(key) }
        return try integers(key).first
    }
}
