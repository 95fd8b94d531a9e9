package import Compute
package import Models

/// A model that is asked for embeddings, without a thread: a run goes in and is computed step by step.
///
/// An embedding depends on its own text alone, bit for bit: not on the other texts, their order or the threads.
package final class EmbeddingCore {
    private let model: Model
    private let backend: any Backend
    private let options: EmbeddingOptions
    /// Tokens of the longest text.
    package let contextLength: Int
    private var batch = Batch()

    /// Sets memory aside for embeddings.
    ///
    /// - Parameter backend: has loaded the model and runs no steps but those of this core.
    /// - Throws: what `Backend.reserve` throws.
    package init(
        _ model: Model, backend: any Backend, options: EmbeddingOptions = EmbeddingOptions()
    ) throws(ComputeError) {
        self.model = model
        self.backend = backend
        self.options = options
        contextLength = Self.contextLength(model, options)
        let rows = model.generatesText ? options.stepRows : max(options.stepRows, contextLength)
        let limits = BatchLimits(rows: rows, logitRows: rows, sequences: min(options.stepTexts, rows))
        let plan = model.embeddingPlan(for: limits)
        // Each text of a step leaves less than a page empty.
        let pageCount = max(
            PagePool.pageCount(tokens: rows) + limits.sequences, PagePool.pageCount(tokens: contextLength))
        let element = options.cache ?? (model.generatesText ? .float16 : .float32)
        try backend.reserve(
            plan, cache: CacheLayout(states: model.layerStates, element: element), pageCount: pageCount)
    }

    /// Tokens of the longest text that an encoder is given whatever its file says, since it computes a text at once.
    private static let longestEncoded = 32_768
    /// Tokens of the longest text of a decoder unless the caller says more.
    private static let usuallyDecoded = 8192

    /// Learned positions end; a decoder's rotations go on beyond what it was trained for.
    private static func contextLength(_ model: Model, _ options: EmbeddingOptions) -> Int {
        let trained = model.hyperparameters.contextLength
        if model.generatesText { return options.contextLength ?? min(trained, usuallyDecoded) }
        return min(options.contextLength ?? trained, trained, longestEncoded)
    }

    /// How the file wants embeddings to be pooled.
    package var defaultPooling: Pooling { model.defaultPooling }

    /// Numbers that `rank` gives for a pair; 0 if the model is no reranker.
    package var labelCount: Int { model.labelCount }

    /// The embeddings of some texts, one each.
    ///
    /// - Throws: what `start` throws.
    package func embed(
        _ texts: [[Int32]], pooling: Pooling? = nil, normalized: Bool = true
    ) throws(InferenceError) -> [[Float]] {
        let request = EmbeddingRequest(
            texts: texts.map { EmbeddingText($0) }, pooling: pooling, normalized: normalized)
        return try compute(request).map { $0.first ?? [] }
    }

    /// What is asked for of each text: one vector, or with `perToken` one for each of its tokens.
    ///
    /// - Throws: what `start` throws.
    package func compute(_ request: EmbeddingRequest) throws(InferenceError) -> [[[Float]]] {
        var run = try start(request)
        while run.isUnfinished { step(&run) }
        return run.results
    }

    /// Checks a request and plans its steps.
    ///
    /// - Throws: `text` with the reason if one is empty, too long or has a token that does not exist; `noClassifier`.
    package func start(_ request: EmbeddingRequest) throws(InferenceError) -> EmbeddingRun {
        let pooling = request.pooling ?? model.defaultPooling
        guard pooling != .rank || model.labelCount > 0 else {
            throw .noClassifier(architecture: model.hyperparameters.architecture)
        }
        for (number, text) in request.texts.enumerated() {
            do { try check(text) } catch { throw .text(number: number, error) }
        }
        let plan = EmbeddingPlan(
            lengths: request.texts.map(\.tokens.count), stepRows: options.stepRows, stepTexts: options.stepTexts,
            cutsLongTexts: model.generatesText)
        return EmbeddingRun(request, pooling: pooling, plan: plan)
    }

    private func check(_ text: EmbeddingText) throws(InferenceError) {
        guard !text.tokens.isEmpty else { throw .emptyPrompt }
        guard text.tokens.count <= contextLength else {
            throw .promptTooLong(tokens: text.tokens.count, contextLength: contextLength)
        }
        let vocabularyCount = model.hyperparameters.vocabularySize
        if let position = text.tokens.firstIndex(where: { $0 < 0 || Int($0) >= vocabularyCount }) {
            throw .tokenOutOfRange(
                position: position, vocabularyCount: vocabularyCount, found: Int(text.tokens[position]))
        }
    }

    /// Computes the next step of a run, if there is one.
    package func step(_ run: inout EmbeddingRun) {
        guard let slices = run.nextStep else { return }
        fill(slices, of: run)
        var pass = ForwardPass(backend, batch: batch)
        model.embed(&pass, run.pooling)
        var row = 0
        for (slice, sequence) in zip(slices, batch.sequences) {
            for _ in 0..<rowCount(slice, sequence, of: run) {
                pass.withEmbedding(row) { run.add($0.span, of: slice) }
                row += 1
            }
        }
        run.finishStep()
    }

    private func fill(_ slices: [EmbeddingPlan.Slice], of run: EmbeddingRun) {
        batch.removeAll()
        var page: Int32 = 0
        for slice in slices {
            let text = run.request.texts[slice.text]
            // A text in pieces is alone, so that its pages are the same in all of them.
            let pageEnd = page + Int32(PagePool.pageCount(tokens: slice.range.upperBound))
            let pages = PageTable((page..<pageEnd).map(PageID.init(index:)))
            page = pageEnd
            let sequence = SequenceOptions(
                usesLongRoPE: model.hyperparameters.usesLongRoPE(length: text.tokens.count),
                secondTextStart: text.secondStart)
            batch.append(
                text.tokens[slice.range], of: sequence, at: slice.range.lowerBound, pages: pages,
                logits: choice(slice, of: run))
        }
    }

    /// Rows of a slice whose states are wanted: of a text in pieces only one may have the row that counts.
    private func choice(_ slice: EmbeddingPlan.Slice, of run: EmbeddingRun) -> Batch.LogitChoice {
        switch model.rows(for: run.pooling) {
        case .first where slice.range.lowerBound > 0: .none
        case .last where slice.range.upperBound < run.request.texts[slice.text].tokens.count: .none
        case let choice: choice
        }
    }

    /// Embeddings that a slice gives.
    private func rowCount(
        _ slice: EmbeddingPlan.Slice, _ sequence: SequenceSlice, of run: EmbeddingRun
    ) -> Int {
        if run.pooling == .mean { return 1 }
        switch choice(slice, of: run) {
        case .none: return 0
        case .first, .last: return 1
        case .all: return sequence.rows.count
        }
    }
}
