import Compute
import Platform
import Quantization

/// Steps of the backend, threads and phases and all: attention alone over a long context, and whole layers.
///
/// Layers have the shape of Llama 3.2 1B's. Wall time, against ceilings that the same threads reach in between.
struct LayerRace {
    let threads: Int
    let rounds: Int

    static let width = 2048
    static let hidden = 8192
    /// The heads of Llama 3.2 1B, and those of Qwen 3 0.6B.
    static let attentions = [
        Attention(headCount: 32, keyValueHeadCount: 8, headLength: 64),
        Attention(headCount: 16, keyValueHeadCount: 8, headLength: 128),
    ]
    /// So many layers that no cache holds their weights, nor their keys and values.
    static let layerCount = 8
    static let promptTokens = 256

    /// Attention over a context, with the cache in a type.
    func runAttention(_ element: CacheElement, context: Int, _ report: Report) throws {
        for attention in Self.attentions {
            let model = try BenchModel(
                threads: threads, attention: attention, contents: .attention(element, context: context))
            let subject = "\(element.name), \(attention.keyLength)"
            try add(model, "attention", subject, depth: context, report)
        }
    }

    /// Layers with weights of a type, over a short context.
    func runLayers(_ type: QuantizationType, _ report: Report) throws {
        let model = try BenchModel(threads: threads, attention: Self.attentions[0], contents: .layers(type))
        try add(model, "layers", type.name, depth: 512, report)
    }

    /// One row, held against reading; and a piece of a prompt, held against computing.
    private func add(_ model: BenchModel, _ name: String, _ subject: String, depth: Int, _ report: Report) throws {
        model.fill(depth: depth)
        let meter = CeilingMeter(model.backend)
        let step = model.work
        let (rows, bytes) = (Self.promptTokens, Double(model.bytes(depth: depth)))
        let meterRounds = max(3, rounds / 10)
        let ceilings = (0..<meterRounds).map { _ in meter.measure() }
        let rates = race(
            [
                Contestant(name: "decode", work: bytes) { _ in model.seconds(rows: 1, depth: depth) },
                Contestant(name: "prefill", work: 1) { _ in model.seconds(rows: rows, depth: depth) },
            ], rounds: meterRounds)
        var operations = model.backend.operations(step).mapValues { $0 * Double(rows) }
        let context = (depth + 1...depth + rows).reduce(0.0) { $0 + step.attentionOperations(context: $1) }
        operations[model.element == .int8 ? .int8 : .float32, default: 0] += context
        let sum = operations.values.reduce(0, +)
        let limit = ceilings.map { sum / $0.seconds(computing: operations) }.max()
        let decodeOperations = model.backend.operations(step).values.reduce(0, +)
        report.add(
            Figure(
                kernel: "\(name), decode", subject: subject, threads: threads, tokens: 1, unit: .bytesPerSecond,
                value: rates[0], limit: ceilings.map(\.bytesPerSecond).max(),
                intensity: (decodeOperations + step.attentionOperations(context: depth)) / bytes))
        report.add(
            Figure(
                kernel: "\(name), prefill", subject: subject, threads: threads, tokens: rows,
                unit: .operationsPerSecond, value: sum * rates[1], limit: limit, intensity: sum / bytes))
    }
}

/// Layers without a file: weights are small numbers, all alike.
final class BenchModel {
    enum Contents {
        /// Attention alone, on queries, keys and values out of tables.
        case attention(CacheElement, context: Int)
        /// Whole layers with weights of a type.
        case layers(QuantizationType)
    }

    let backend: CPUBackend
    /// How keys and values are cached.
    let element: CacheElement
    private let attention: Attention
    private let contents: Contents
    private let source: BenchMemory
    private var tables: [WeightHandle] = []
    private var layers: [Layer] = []
    private var rope: RoPEHandle?
    private var norm: VectorHandle?
    private let pages: PageTable
    /// What a step of one row asks of the machine.
    private(set) lazy var work = ForwardPass.plan(
        for: BatchLimits(rows: 1, logitRows: 1, sequences: 1), forward
    ).work

    private struct Layer {
        let query: WeightHandle
        let key: WeightHandle
        let value: WeightHandle
        let output: WeightHandle
        let feedForward: GatedFeedForward
    }

    init(threads: Int, attention: Attention, contents: Contents) throws {
        self.attention = attention
        self.contents = contents
        backend = CPUBackend(gang: ThreadGang(threadCount: threads))
        source = try BenchMemory(byteCount: LayerRace.hidden * LayerRace.width * 4)
        let context = if case .attention(_, let context) = contents { context } else { 512 }
        if case .attention(let given, _) = contents { element = given } else { element = .float16 }
        let pageCount = PagePool.pageCount(tokens: context + LayerRace.promptTokens)
        pages = PageTable((0..<Int32(pageCount)).map(PageID.init(index:)))
        try load()
        let limits = BatchLimits(rows: LayerRace.promptTokens, logitRows: 1, sequences: 1)
        let state = LayerState.attention(
            keyValueHeadCount: attention.keyValueHeadCount, headLength: attention.keyLength)
        try backend.reserve(
            ForwardPass.plan(for: limits, forward),
            cache: CacheLayout(states: Array(repeating: state, count: LayerRace.layerCount), element: element),
            pageCount: pageCount)
    }

    private func load() throws {
        let (width, hidden) = (LayerRace.width, LayerRace.hidden)
        let keyValueWidth = attention.keyValueHeadCount * attention.keyLength
        switch contents {
        case .attention:
            tables = [try matrix(.f32, 16, width)] + (try (0..<2).map { _ in try matrix(.f32, 16, keyValueWidth) })
            // Never multiplied with: what the reading loops read, more than any cache holds.
            for _ in 0..<4 { _ = try matrix(.f32, hidden, width) }
        case .layers(let type):
            tables = [try matrix(.f32, 16, width)]
            rope = try backend.load(
                rope: RoPE(
                    style: .interleaved,
                    frequencies: RoPE.Frequencies(values: (0..<attention.keyLength / 2).map { 1 / Float($0 + 1) })))
            norm = try backend.load(vector: [Float](repeating: 1, count: width))
            for _ in 0..<LayerRace.layerCount {
                layers.append(
                    Layer(
                        query: try matrix(type, width, width), key: try matrix(type, keyValueWidth, width),
                        value: try matrix(type, keyValueWidth, width), output: try matrix(type, width, width),
                        feedForward: GatedFeedForward(
                            gate: try matrix(type, hidden, width), up: try matrix(type, hidden, width),
                            down: try matrix(type, width, hidden))))
            }
        }
    }

    private func matrix(_ type: QuantizationType, _ rows: Int, _ columns: Int) throws -> WeightHandle {
        let count = rows * columns / type.weightsPerBlock * type.bytesPerBlock
        let bytes = MappedBytes(borrowing: UnsafeRawBufferPointer(start: source.base, count: count), name: "bench")
        return try backend.load(
            WeightSource(type: type, rows: rows, columns: columns, bytes: ByteRange(owner: bytes, range: 0..<count)))
    }

    private func forward(_ pass: inout ForwardPass) {
        pass.goal = .states
        var x = pass.embed(tables[0])
        for index in 0..<LayerRace.layerCount {
            pass.enter(layer: index)
            switch contents {
            case .attention:
                let inputs = tables.map { pass.embed($0) }
                x = pass.attend(inputs[0], inputs[1], inputs[2], attention)
            case .layers:
                x = layer(layers[index], x, &pass)
            }
        }
        let end = pass.outputRows(x)
        pass.finish(states: end)
        pass.finish(embeddings: end)
    }

    private func layer(_ layer: Layer, _ x: Activation, _ pass: inout ForwardPass) -> Activation {
        guard let rope, let norm else { preconditionFailure("layers are loaded with their norm and their rotation") }
        let headLength = attention.keyLength
        let h = pass.rmsNorm(x, norm, epsilon: 1e-5)
        let q = pass.rope(pass.linear(h, layer.query), headLength: headLength, rope)
        let k = pass.rope(pass.linear(h, layer.key), headLength: headLength, rope)
        let v = pass.linear(h, layer.value)
        let y = pass.add(x, pass.linear(pass.attend(q, k, v, attention), layer.output))
        return pass.add(y, pass.feedForward(pass.rmsNorm(y, norm, epsilon: 1e-5), layer.feedForward))
    }

    /// Bytes of weights, keys and values that one row reads behind so many.
    func bytes(depth: Int) -> Int {
        backend.weightBytes(work) + work.cacheBytes(context: depth, element: element)
    }

    /// Computes the keys and values of so many positions: memory that nobody has written is one page of zeros, which
    /// every cache holds.
    func fill(depth: Int) {
        for first in stride(from: 0, to: depth, by: LayerRace.promptTokens) {
            sink(Int(seconds(rows: min(LayerRace.promptTokens, depth - first), depth: first)))
        }
    }

    /// Seconds of a step of so many rows behind so many.
    func seconds(rows: Int, depth: Int) -> Double {
        var batch = Batch()
        batch.append(repeatElement(0, count: rows), at: depth, pages: pages, logits: .last)
        return wallSeconds {
            var pass = ForwardPass(backend, batch: batch)
            forward(&pass)
        }
    }
}
