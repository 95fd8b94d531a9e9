package import Compute
package import GGUF
import Platform

/// A model file made ready to compute: its architecture with all weights loaded into a backend.
package struct Model: Sendable {
    package let architecture: any Architecture
    package let metadata: Metadata
    private let embeddingHead: EmbeddingHead

    package var hyperparameters: Hyperparameters { architecture.hyperparameters }
    package var layerStates: [LayerState] { architecture.layerStates }

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - adapter: a file of low-rank matrices that are added to some of the model's.
    ///   - backend: what loads the weights.
    ///   - progress: told the bytes of each piece of the files that is loaded, on any thread; their sum is about
    ///     `weightBytes(of:)`.
    /// - Throws: `ModelError` for a file that is no model of a known architecture.
    package init(
        _ file: GGUFFile, adapter: GGUFFile? = nil, backend: any WeightLoader,
        progress: @escaping @Sendable (_ pieceBytes: Int) -> Void = { _ in }
    ) throws(ModelError) {
        let adapter = try adapter.map { file throws(ModelError) in try Adapter(file) }
        let reader = try WeightReader(file, adapter: adapter, loader: backend)
        try adapter?.check(architecture: reader.architecture)
        let type = try ArchitectureRegistry.architecture(named: reader.architecture)
        architecture = try type.init(reader)
        embeddingHead = try EmbeddingHead(reader, architecture.hyperparameters)
        try adapter?.checkAllTaken()
        metadata = file.metadata
        do { try backend.finishLoading(progress: progress) } catch { throw .loading(error) }
    }

    /// Bytes of all tensors in a file.
    package static func weightBytes(of file: GGUFFile) -> Int { file.tensors.reduce(0) { $0 + $1.bytes.count } }
}

// MARK: Embeddings

extension Model {
    /// Whether the model continues a text. One that does not gives embeddings alone.
    package var generatesText: Bool { hyperparameters.isCausal }

    /// How the file wants embeddings to be pooled; never `perToken`.
    package var defaultPooling: Pooling { embeddingHead.pooling }

    /// Scores that the model's classification head gives; 0 without one.
    package var labelCount: Int { embeddingHead.classifier?.output.rows ?? 0 }

    /// Rows whose states a pooling needs; the batch of `embed` asks for them.
    ///
    /// A classifier reads the state that has seen the whole text: of the first token, or in a decoder of the last.
    package func rows(for pooling: Pooling) -> Batch.LogitChoice {
        switch pooling {
        case .perToken, .mean: .all
        case .first: .first
        case .last: .last
        case .rank: generatesText ? .last : .first
        }
    }

    /// Computes one step of embeddings: one row per sequence, or per row of the batch for `none`.
    ///
    /// - Precondition: every sequence asks for `rows(for: pooling)`; `rank` needs a classification head.
    package func embed(_ pass: inout ForwardPass, _ pooling: Pooling) { embed(&pass, any: [pooling]) }

    /// Finds the memory that steps of embeddings need, whatever their pooling.
    package func embeddingPlan(for limits: BatchLimits) -> WorkspacePlan {
        ForwardPass.plan(for: limits) { embed(&$0, any: Pooling.allCases) }
    }

    private func embed(_ pass: inout ForwardPass, any poolings: [Pooling]) {
        pass.goal = .states
        architecture.forward(&pass)
        guard let states = pass.states else { preconditionFailure("the architecture named no states") }
        for pooling in poolings { pass.finish(embeddings: pass.embeddings(states, pooling, embeddingHead)) }
    }
}
