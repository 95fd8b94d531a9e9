package import Compute

/// How near a run came to what the machine can do.
package struct MachineShare: Equatable {
    /// Bytes or operations per second of the run.
    package let rate: Double
    /// The same at the ceiling.
    package let limit: Double

    package var share: Double { rate / limit }
}

/// What is measured: so many tokens, behind so many.
package struct BenchSize {
    /// Tokens of context in front of prompt and generation.
    package var depth = 0
    package var promptCount = 512
    package var generateCount = 64
    package var cache = CacheElement.float16

    package init() {}

    /// Tokens in front of a generation, which must start from something.
    var generateDepth: Int { max(depth, 8) }
}

/// The least that those tokens ask of the machine, to hold their speeds against.
package struct BenchWork {
    private let size: BenchSize
    private let step: StepWork
    private let weightBytes: Int
    private let promptOperations: [Ceilings.Arithmetic: Double]

    /// - Parameters:
    ///   - step: a step of one row, which writes a token.
    ///   - weightBytes: bytes of weights that such a step reads.
    ///   - promptOperations: operations of the prompt's matrix products.
    package init(
        _ size: BenchSize, step: StepWork, weightBytes: Int, promptOperations: [Ceilings.Arithmetic: Double]
    ) {
        self.size = size
        self.step = step
        self.weightBytes = weightBytes
        self.promptOperations = promptOperations
    }

    /// - Parameter forward: the model's forward pass, its weights loaded by the backend.
    init(_ size: BenchSize, backend: CPUBackend, forward: (inout ForwardPass) -> Void) {
        let step = ForwardPass.plan(for: BatchLimits(rows: 1, logitRows: 1, sequences: 1), forward).work
        let prompt = ForwardPass.plan(for: BatchLimits(rows: size.promptCount, logitRows: 1, sequences: 1), forward)
        self.init(
            size, step: step, weightBytes: backend.weightBytes(step), promptOperations: backend.operations(prompt.work))
    }

    /// Reading the prompt, each operation against the arithmetic loop of its own kind.
    package func prefill(tokensPerSecond: Double, ceilings: MachineCeilings) -> MachineShare {
        let contexts = size.depth + 1...size.depth + size.promptCount
        var operations = promptOperations
        operations[size.cache == .int8 ? .int8 : .float32, default: 0] += contexts.reduce(0) {
            $0 + step.attentionOperations(context: $1)
        }
        let sum = operations.values.reduce(0, +)
        return MachineShare(
            rate: sum * tokensPerSecond / Double(size.promptCount), limit: sum / ceilings.seconds(computing: operations)
        )
    }

    /// Generating, against the reading loops: each token reads the weights, and the keys and values in front of it.
    package func decode(tokensPerSecond: Double, ceilings: MachineCeilings) -> MachineShare {
        let contexts = size.generateDepth + 1...size.generateDepth + size.generateCount
        let cacheBytes = contexts.reduce(0) { $0 + step.cacheBytes(context: $1, element: size.cache) }
        let bytes = Double(weightBytes) + Double(cacheBytes) / Double(size.generateCount)
        return MachineShare(rate: bytes * tokensPerSecond, limit: ceilings.bytesPerSecond)
    }
}

extension MachineCeilings {
    /// The median of each figure.
    static func median(_ all: [MachineCeilings]) -> MachineCeilings {
        func middle(_ values: [Double]) -> Double { values.isEmpty ? .nan : values.sorted()[values.count / 2] }
        var result = MachineCeilings()
        result.bytesPerSecond = middle(all.map(\.bytesPerSecond))
        for kind in Ceilings.Arithmetic.allCases {
            let rates = all.compactMap { $0.operationsPerSecond[kind] }
            if !rates.isEmpty { result.operationsPerSecond[kind] = middle(rates) }
        }
        return result
    }
}
