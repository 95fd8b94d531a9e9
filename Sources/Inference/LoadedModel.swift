package import ChatTemplates
package import Compute
package import GGUF
package import Models
package import Platform
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
    /// A folder for the packed weights of all models; nil where each is kept beside its model.
    package var packedFolder: String?
    /// Told what is worth knowing about a load that went well.
    package var notify: @Sendable (LoadNotice) -> Void = { _ in }

    package init(memoryLimit: Int = SystemMemory.limitBytes) { self.memoryLimit = memoryLimit }
}

/// Why a model is not loaded.
package enum LoadError: Error, CustomStringConvertible {
    case model(ModelError)
    case tokenizer(TokenizerError)
    case compute(ComputeError)
    /// Weights or the smallest useful cache need more memory than there is.
    case tooLarge(neededBytes: Int, limitBytes: Int)

    package var description: String {
        switch self {
        case .model(let error): "\(error)"
        case .tokenizer(let error): "\(error)"
        case .compute(let error): "\(error)"
        case .tooLarge(let needed, let limit):
            "needs \(needed >> 20) MiB of memory, of which \(max(limit, 0) >> 20) MiB are free"
        }
    }
}

/// A model in memory with the engines that serve it, which share its weights.
package final class LoadedModel: Sendable {
    package let metadata: Metadata
    package let hyperparameters: Hyperparameters
    package let tokenizer: Tokenizer
    package let loadTime: Duration
    /// Bytes of its weights, as packed; those of a mapped file too.
    package let weightBytes: Int

    private let maker: EngineMaker
    private let engines: Mutex<Engines>

    /// What generates; nil for a model that cannot, or that was not asked to.
    package var generation: Engine? { engines.withLock { $0.generation } }
    /// What embeds; nil if it was not asked to.
    package var embedding: EmbeddingEngine? { engines.withLock { $0.embedding } }
    /// Bytes that it takes in all.
    package var memoryBytes: Int { weightBytes + engines.withLock { $0.byteCount } }

    /// Positions of the longest sequence: of a text that is generated, if it generates.
    package var contextLength: Int {
        engines.withLock { $0.generation?.contextLength ?? $0.embedding?.contextLength ?? 0 }
    }

    /// What makes the constraints of its generations.
    package let constraints: ConstraintMaker

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
    package var status: EngineStatus? { generation?.status }

    /// Loads a model's weights, sets memory aside and starts an engine.
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
        let packed = PackedFiles(folder: options.packedFolder).find(for: file, notify: options.notify)
        let fileBytes =
            (packed == nil ? Model.weightBytes(of: file) : 0) + (adapter.map(Model.weightBytes(of:)) ?? 0)
        guard fileBytes < options.memoryLimit else {
            throw .tooLarge(neededBytes: fileBytes, limitBytes: options.memoryLimit)
        }
        let tokenizerLoad = TokenizerLoad(file.metadata)
        let backend = CPUBackend(gang: gang, packed: packed)
        let model: Model
        do { model = try Model(file, adapter: adapter, backend: backend, progress: progress) } catch {
            throw .model(error)
        }
        do { tokenizer = try tokenizerLoad.tokenizer() } catch { throw .tokenizer(error) }
        constraints = ConstraintMaker(tokenizer, vocabularyCount: model.hyperparameters.vocabularySize)
        let room = WeightRoom(backend.memory, limitBytes: options.memoryLimit)
        (metadata, hyperparameters, weightBytes) = (model.metadata, model.hyperparameters, room.weightBytes)
        maker = EngineMaker(
            model: model, weights: backend.weights, tokenizer: tokenizer, gang: gang, options: options)
        let made = try maker.make(for: options.purpose, freeBytes: room.freeBytes)
        if let packed, room.streams(besides: made.byteCount) {
            packed.expectSequentialReads()
            options.notify(.largerThanMemory(path: packed.path, room))
        }
        engines = Mutex(made)
        loadTime = .now - start
    }

    /// Whether it has the engine for a purpose. What cannot generate has one that embeds, whatever it is for.
    package func isReady(for purpose: LoadOptions.Purpose) -> Bool {
        engines.withLock { engines in
            maker.generates(for: purpose) ? engines.generation != nil : engines.embedding != nil
        }
    }

    /// Starts the engine for a purpose beside what is there; one caller at a time.
    ///
    /// - Parameter freeBytes: memory that it may take.
    /// - Throws: that it does not fit.
    package func prepare(for purpose: LoadOptions.Purpose, freeBytes: Int) throws(LoadError) {
        guard !isReady(for: purpose) else { return }
        let more = try maker.make(for: purpose, freeBytes: freeBytes)
        engines.withLock { engines in
            engines.generation = engines.generation ?? more.generation
            engines.embedding = engines.embedding ?? more.embedding
            engines.byteCount += more.byteCount
        }
    }

    /// Ends what it works on; it takes nothing more on.
    package func shutDown() { generation?.shutDown() }
}

/// What works for a model.
private struct Engines: Sendable {
    var generation: Engine?
    var embedding: EmbeddingEngine?
    /// Bytes of their caches and workspaces.
    var byteCount = 0
}

/// Makes engines over weights that are there once.
private struct EngineMaker: Sendable {
    let model: Model
    let weights: CPUWeights
    let tokenizer: Tokenizer
    let gang: ThreadGang
    let options: LoadOptions

    func generates(for purpose: LoadOptions.Purpose) -> Bool { purpose == .generation && model.generatesText }

    /// - Parameter freeBytes: memory that the engine may take.
    /// - Throws: `tooLarge` or `compute`.
    func make(for purpose: LoadOptions.Purpose, freeBytes: Int) throws(LoadError) -> Engines {
        let backend: CPUBackend
        do { backend = try CPUBackend(gang: gang, sharing: weights) } catch { throw .compute(error) }
        var engines = Engines()
        if generates(for: purpose) {
            let core = try core(backend, CacheSize(model, freeBytes: freeBytes, options: options))
            // The engine takes over all that computes, so what is to be known of it is read before.
            engines.byteCount = backend.memory.cacheBytes + backend.memory.workspaceBytes
            engines.generation = Engine(core)
        } else {
            let core: EmbeddingCore
            do {
                core = try EmbeddingCore(
                    model, backend: backend, options: EmbeddingOptions(contextLength: options.contextLength))
            } catch { throw .compute(error) }
            engines.byteCount = backend.memory.cacheBytes + backend.memory.workspaceBytes
            engines.embedding = EmbeddingEngine(core)
        }
        return engines
    }

    private func core(_ backend: CPUBackend, _ size: CacheSize) throws(LoadError) -> EngineCore {
        let batch = BatchLimits(
            rows: options.rowCount, logitRows: options.sequenceCount, sequences: options.sequenceCount)
        do {
            try backend.reserve(
                ForwardPass.plan(for: batch, model.architecture.forward), cache: size.layout,
                pageCount: size.pageCount)
        } catch { throw .compute(error) }
        var limits = SchedulerLimits(contextLength: size.contextLength)
        limits.batch = batch
        limits.waitingCount = options.waitingCount
        return EngineCore(
            ModelRunner(model, backend: backend), texts: TokenTexts(tokenizer), pageCount: size.pageCount,
            options: EngineOptions(limits: limits))
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
    init(_ model: Model, freeBytes: Int, options: LoadOptions) throws(LoadError) {
        layout = CacheLayout(states: model.layerStates, element: options.cache)
        let wanted = options.contextLength ?? model.hyperparameters.contextLength
        let affordable = freeBytes / Self.largestShare / max(layout.pageBytes, 1)
        let least = PagePool.pageCount(tokens: min(wanted, Self.leastPositions))
        guard affordable >= least else {
            throw .tooLarge(
                neededBytes: least * layout.pageBytes * Self.largestShare, limitBytes: freeBytes)
        }
        pageCount = min(PagePool.pageCount(tokens: wanted) * Self.wantedContexts, affordable)
        contextLength = min(wanted, pageCount * PagePool.pageTokens)
    }
}
