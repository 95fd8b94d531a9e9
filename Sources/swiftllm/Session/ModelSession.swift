import Compute
import GGUF
import Inference
import Models
import Platform
import Tokenization

/// A loaded model and everything around it that a command needs: the composition root in small.
struct ModelSession {
    let name: String
    let model: Model
    let backend: CPUBackend
    let loadTime: Duration
    let threadCount: Int
    private let file: GGUFFile
    private let tokenizerLoad: TokenizerLoad?
    /// The file from which weights are mapped; nil if all are packed at load.
    private let packed: PackedFile?

    var metadata: Metadata { file.metadata }
    /// Positions that the model was trained for.
    var trainedContextLength: Int { model.hyperparameters.contextLength }

    /// Opens and loads a model.
    ///
    /// - Throws: what is wrong with the file, with its name in front.
    init(_ options: ModelOptions) throws {
        let start = ContinuousClock.now
        name = options.name
        file = try Self.open(options)
        packed = options.packed.find(for: file) { notice in
            if options.isVerbose { ErrorStream.write("\(notice)\n") }
        }
        if packed == nil { try Self.checkMemory(Model.weightBytes(of: file), name: name) }
        tokenizerLoad = options.readsText ? TokenizerLoad(file.metadata) : nil
        threadCount = options.threads ?? CoreCount.available
        backend = CPUBackend(gang: ThreadGang(threadCount: threadCount), packed: packed)
        let progress = LoadProgress(totalBytes: Model.weightBytes(of: file), isShown: options.showsProgress)
        do {
            model = try Model(file, backend: backend) { progress.add($0) }
        } catch {
            progress.clear()
            throw InputError("\(name): \(error)")
        }
        progress.clear()
        loadTime = .now - start
    }

    private static func open(_ options: ModelOptions) throws -> GGUFFile {
        switch options.path {
        case nil: return try GGUFFile(bytes: EmbeddedFiles.model)
        case "-": return try GGUFFile(bytes: try MappedBytes.spooling(0, name: options.name))
        case let name?: return try NamedModel.open(name)
        }
    }

    /// The model's own tokenizer.
    func tokenizer() throws -> Tokenizer {
        do { return try (tokenizerLoad ?? TokenizerLoad(file.metadata)).tokenizer() } catch {
            throw InputError("\(name): \(error)")
        }
    }

    /// An engine for this model.
    ///
    /// - Parameters:
    ///   - batch: the largest step.
    ///   - contextLength: positions of the longest sequence.
    ///   - sequences: how many sequences of that length fit at once.
    ///   - texts: nil where tokens are numbers only, and none ends a text.
    func engine(
        batch: BatchLimits, contextLength: Int, sequences: Int = 1, cache: CacheElement, texts: TokenTexts?
    ) throws -> EngineCore {
        guard model.generatesText else {
            throw InputError(
                "\(name): architecture '\(model.hyperparameters.architecture)' generates no text: it gives embeddings")
        }
        let layout = CacheLayout(states: model.layerStates, element: cache)
        let pageCount = sequences * PagePool.pageCount(tokens: contextLength)
        let (cacheBytes, overflow) = pageCount.multipliedReportingOverflow(by: layout.pageBytes)
        guard !overflow else { throw InputError("a context of \(contextLength) tokens is too long for any memory") }
        try Self.checkMemory(backend.memory.weightBytes + cacheBytes, name: "\(name) with this context")
        tellWhetherWeightsStream(besides: cacheBytes)
        let plan = ForwardPass.plan(for: batch, model.architecture.forward)
        try backend.reserve(plan, cache: layout, pageCount: pageCount)
        var limits = SchedulerLimits(contextLength: contextLength)
        limits.batch = batch
        return EngineCore(
            ModelRunner(model, backend: backend),
            texts: texts ?? TokenTexts(endOfGeneration: []) { _, _, _ in },
            pageCount: pageCount, options: EngineOptions(limits: limits))
    }

    /// What gives this model's embeddings, of texts of up to `contextLength` tokens.
    func embeddingCore(_ options: EmbeddingOptions = EmbeddingOptions()) throws -> EmbeddingCore {
        let core = try EmbeddingCore(model, backend: backend, options: options)
        tellWhetherWeightsStream(besides: backend.memory.cacheBytes + backend.memory.workspaceBytes)
        return core
    }

    /// Says that a model runs which is larger than memory.
    private func tellWhetherWeightsStream(besides bytes: Int) {
        let room = WeightRoom(backend.memory, limitBytes: SystemMemory.limitBytes)
        guard let packed, room.streams(besides: bytes) else { return }
        packed.expectSequentialReads()
        ErrorStream.write("\(LoadNotice.largerThanMemory(path: packed.path, room))\n")
    }

    /// Says what does not fit before the machine starts to swap.
    private static func checkMemory(_ bytes: Int, name: String) throws {
        let limit = SystemMemory.limitBytes
        guard bytes > limit else { return }
        throw InputError(
            "\(name): needs \(ByteSize(bytes)) of memory, this machine has \(ByteSize(limit)); "
                + "choose a smaller quantisation or a shorter --context, or let 'swiftllm pack' write its weights to a file "
                + "that it runs from, slowly")
    }
}

/// A number of bytes as people read it.
struct ByteSize: CustomStringConvertible {
    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    var description: String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return unit == 0 ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(units[unit])"
    }
}
