import Models
import Platform
import Synchronization

/// An embedding core with a thread of its own: any task may ask at any time.
///
/// Requests take turns step by step, so that a short one need not wait for a long one.
package final class EmbeddingEngine: Sendable {
    private let thread: ComputeThread
    private let core: Mutex<EmbeddingCore>
    /// Tokens of the longest text.
    package let contextLength: Int
    /// Numbers that `rank` gives for a pair; 0 if the model is no reranker.
    package let labelCount: Int

    package init(_ core: sending EmbeddingCore, name: String = "swiftllm.embedding") {
        contextLength = core.contextLength
        labelCount = core.labelCount
        thread = ComputeThread(name: name)
        self.core = Mutex(core)
    }

    /// What is asked for of each text: one vector, or with `perToken` one for each of its tokens.
    ///
    /// - Throws: what `EmbeddingCore.start` throws; `cancelled` when the task is cancelled between steps.
    package func compute(_ request: EmbeddingRequest) async throws(InferenceError) -> [[[Float]]] {
        var run = try core.withLock { (core) throws(InferenceError) in try core.start(request) }
        while run.isUnfinished {
            guard !Task.isCancelled else { throw .cancelled }
            run = await step(run)
        }
        return run.results
    }

    /// The embeddings of some texts, one each.
    ///
    /// - Throws: what `compute` throws.
    package func embed(_ texts: [[Int32]], normalized: Bool = true) async throws(InferenceError) -> [[Float]] {
        let request = EmbeddingRequest(texts: texts.map { EmbeddingText($0) }, normalized: normalized)
        return try await compute(request).map { $0.first ?? [] }
    }

    /// A reranker's scores of pairs of texts.
    ///
    /// - Throws: what `compute` throws.
    package func score(_ pairs: [EmbeddingText]) async throws(InferenceError) -> [Float] {
        let request = EmbeddingRequest(texts: pairs, pooling: .rank, normalized: false)
        return try await compute(request).map { $0.first?.first ?? 0 }
    }

    /// Computes one step on the thread.
    private func step(_ run: EmbeddingRun) async -> EmbeddingRun {
        await withCheckedContinuation { continuation in
            thread.start { [self] in
                var next = run
                core.withLock { core in core.step(&next) }
                continuation.resume(returning: next)
            }
        }
    }
}
