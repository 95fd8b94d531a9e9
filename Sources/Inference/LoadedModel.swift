package import ChatTemplates
package import Compute
package import GGUF
package import Models
package import Platform
package import Sampling
import Synchronization
package import Tokenization

/// How a model is loaded to serve many at once.
package struct LoadOptions: Sendable {
    /// What the model is to do. A model that cannot generate embeds in any case.
    package enum Purpose: Sendable { case generation, embedding }

    package var purpose = Purpose.generation
    /// How keys and values are stored.
    package var cache = CacheElement.float16
    /// Positions of the longest sequence; nil for what the model was trained for, if the cache can hold it.
    package var contextLength: Int?
    /// Sequences that run at once.
    package var sequenceCount = 32
    /// Rows of the largest step.
    package var rowCount = 512
    /// Requests that may wait.
    package var waitingCount = 512
    /// Bytes that the model may take in all: weights, cache and workspace.
    package var memoryLimit: Int

    package init(memoryLimit: Int = SystemMemory.limitBytes) { self.memoryLimit = memoryLimit }
}

/// Why a model is not loaded.
package enum LoadError: Error, CustomStringConvertible {
    case model(ModelError)
    case tokenizer(TokenizerError)
    case compute(ComputeError)
    /// Weights and the smallest useful cache need more memory than there is.
    case tooLarge(neededBytes: Int, limitBytes: Int)

    package var description: String {
        switch self {
        case .model(let error): "\(error)"
        case .tokenizer(let error): "\(error)"
        case .compute(let error): "\(error)"
        case .tooLarge(let needed, let limit):
            "needs \(needed >> 20) MiB of memory for weights and cache, of which \(max(limit, 0) >> 20) MiB are free"
        }
    }
}

/// A model in memory with an engine that serves it.
package final class LoadedModel: Sendable {
    /// What works for it.
    package enum Worker: Sendable {
        case generation(Engine)
        case embedding(EmbeddingEngine)
    }

    package let metadata: Metadata
    package let hyperparameters: Hyperparameters
    package let tokenizer: Tokenizer
    package let worker: Worker
    package let loadTime: Duration
    /// Bytes of its weights, as packed.
    package let weightBytes: Int
    /// Bytes of its keys and values, as reserved.
    package let cacheBytes: Int
    /// Bytes that it takes in all.
    package let memoryBytes: Int

    /// Positions of the longest sequence.
    package var contextLength: Int {
        switch worker {
        case .generation(let engine): engine.contextLength
        case .embedding(let engine): engine.contextLength
        }
    }

    /// The tokens as constraints see them; made when it is first asked for.
    package var constraintVocabulary: ConstraintVocabulary {
        madeConstraintVocabulary.withLock { made in
            let vocabulary = made ?? ConstraintVocabulary(tokenizer, count: hyperparameters.vocabularySize)
            made = vocabulary
            return vocabulary
        }
    }
    private let madeConstraintVocabulary = Mutex<ConstraintVocabulary?>(nil)

    /// A chat template made ready; each is read once, since every request needs it.
    package func chatFormat(source: String, language: ChatFormat.Language) throws(TemplateError) -> ChatFormat {
        if let known = readFormats.withLock({ $0.first { $0.source == source && $0.language == language } }) {
            return known
        }
        let format = try ChatFormat(source: source, language: language, tokenizer: tokenizer)
        readFormats.withLock { formats in
            if formats.count == Self.mostFormats { formats.removeFirst() }
            formats.append(format)
        }
        return format
    }
    private let readFormats = Mutex<[ChatFormat]>([])
    /// One file may be stored under several names with templates of their own.
    private static let mostFormats = 8

    /// What its engine is busy with; an embedding engine does not say.
    package var status: EngineStatus? {
        if case .generation(let engine) = worker { engine.status } else { nil }
    }

    /// Loads a model's weights, sets memory aside and starts its engine.
    ///
    /// - Parameters:
    ///   - adapter: a file of low-rank matrices that are added to some of the model's.
    ///   - progress: told the bytes of each tensor when it is loaded.
    /// - Throws: what is wrong with the file, or that it does not fit.
    package init(
        _ file: GGUFFile, adapter: GGUFFile? = nil, gang: ThreadGang, options: LoadOptions,
        progress: @escaping @Sendable (_ tensorBytes: Int) -> Void = { _ in }
    ) throws(LoadError) {
        let start = ContinuousClock.now
        let fileBytes = Model.weightBytes(of: file) + (adapter.map(Model.weightBytes(of:)) ?? 0)
        guard fileBytes < options.memoryLimit else {
            throw .tooLarge(neededBytes: fileBytes, limitBytes: options.memoryLimit)
        }
        do { tokenizer = try Tokenizer(metadata: file.metadata) } catch { throw .tokenizer(error) }
        let backend = CPUBackend(gang: gang)
        let model: Model
        do { model = try Model(file, adapter: adapter, backend: backend, progress: progress) } catch {
            throw .model(error)
        }
        metadata = model.metadata
        hyperparameters = model.hyperparameters
        weightBytes = backend.memory.weightBytes
        let size = model.generatesText ? try CacheSize(model, weightBytes: weightBytes, options: options) : nil
        do {
            // The engine takes over all that computes, so what is to be known of it is read before.
            if options.purpose == .generation, let size {
                let core = try Self.core(model, backend, tokenizer, size, options)
                (cacheBytes, memoryBytes) = Self.bytes(backend.memory)
                worker = .generation(Engine(core))
            } else {
                let core = try EmbeddingCore(
                    model, backend: backend, options: EmbeddingOptions(contextLength: options.contextLength))
                (cacheBytes, memoryBytes) = Self.bytes(backend.memory)
                worker = .embedding(EmbeddingEngine(core))
            }
        } catch { throw .compute(error) }
        loadTime = .now - start
    }

    private static func bytes(_ memory: BackendMemory) -> (cache: Int, all: Int) {
        (memory.cacheBytes, memory.weightBytes + memory.cacheBytes + memory.workspaceBytes)
    }

    private static func core(
        _ model: Model, _ backend: CPUBackend, _ tokenizer: Tokenizer, _ size: CacheSize, _ options: LoadOptions
    ) throws(ComputeError) -> EngineCore {
        let batch = BatchLimits(
            rows: options.rowCount, logitRows: options.sequenceCount, sequences: options.sequenceCount)
        try backend.reserve(
            ForwardPass.plan(for: batch, model.architecture.forward), cache: size.layout, pageCount: size.pageCount)
        var limits = SchedulerLimits(contextLength: size.contextLength)
        limits.batch = batch
        limits.waitingCount = options.waitingCount
        return EngineCore(
            ModelRunner(model, backend: backend), texts: TokenTexts(tokenizer), pageCount: size.pageCount,
            options: EngineOptions(limits: limits))
    }

    /// Ends what it works on; it takes nothing more on.
    package func shutDown() {
        if case .generation(let engine) = worker { engine.shutDown() }
    }
}

/// How many pages a model's cache gets.
private struct CacheSize {
    /// Contexts of full length that the cache holds, if memory allows.
    static let wantedContexts = 4
    /// Positions without which a model is of no use.
    static let leastPositions = 256
    /// The part of free memory that the cache takes at most: the rest is for other models and for the file cache.
    static let largestShare = 2

    let layout: CacheLayout
    let pageCount: Int
    let contextLength: Int

    /// - Throws: `tooLarge` if not even a short context fits.
    init(_ model: Model, weightBytes: Int, options: LoadOptions) throws(LoadError) {
        layout = CacheLayout(states: model.layerStates, element: options.cache)
        let wanted = options.contextLength ?? model.hyperparameters.contextLength
        let free = options.memoryLimit - weightBytes
        let affordable = free / Self.largestShare / max(layout.pageBytes, 1)
        let least = PagePool.pageCount(tokens: min(wanted, Self.leastPositions))
        guard affordable >= least else {
            throw .tooLarge(
                neededBytes: weightBytes + least * layout.pageBytes * Self.largestShare, limitBytes: options.memoryLimit
            )
        }
        pageCount = min(PagePool.pageCount(tokens: wanted) * Self.wantedContexts, affordable)
        contextLength = min(wanted, pageCount * PagePool.pageTokens)
    }
}
