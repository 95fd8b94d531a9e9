import Quantization

extension CPUBackend {
    package func add(_ x: Activation, _ y: Activation) { run(.add, x, y) }
    package func multiply(_ x: Activation, _ y: Activation) { run(.multiply, x, y) }
    package func scale(_ x: Activation, by factor: Float) { run(.scale(factor), x, x) }
    package func softCap(_ x: Activation, cap: Float) { run(.softCap(cap), x, x) }
    package func gate(_ gate: Activation, _ up: Activation, _ function: GateFunction) { run(.gate(function), gate, up) }
    package func activate(_ x: Activation, _ function: GateFunction) { run(.activate(function), x, x) }

    private func run(_ operation: ElementOperation, _ x: Activation, _ y: Activation) {
        unsafe gang.run(
            ElementPhase(
                operation: operation, vectors: vectors, x: writableRows(x), y: rows(y), count: x.floatCount))
    }
}

/// What is done element by element.
enum ElementOperation {
    case add, multiply
    case scale(Float), softCap(Float)
    case gate(GateFunction), activate(GateFunction)

    /// In place in `x`; `count` is a multiple of 16.
    @inline(__always)
    func apply(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int, _ vectors: any VectorKernels.Type
    ) {
        switch self {
        case .add: unsafe vectors.add(x, y, count: count)
        case .multiply: unsafe vectors.multiply(x, y, count: count)
        case .scale(let factor): unsafe vectors.scale(x, by: factor, count: count)
        case .softCap(let cap): unsafe vectors.softCap(x, cap: cap, count: count)
        case .gate(.silu): unsafe vectors.silu(x, times: y, count: count)
        case .gate(.geluTanh): unsafe vectors.geluTanh(x, times: y, count: count)
        case .gate(.geluErf): unsafe vectors.geluErf(x, times: y, count: count)
        case .activate(.silu): unsafe vectors.silu(x, count: count)
        case .activate(.geluTanh): unsafe vectors.geluTanh(x, count: count)
        case .activate(.geluErf): unsafe vectors.geluErf(x, count: count)
        }
    }
}

/// Views are contiguous, padding included, so rows do not matter here.
@safe private struct ElementPhase: Phase {
    let operation: ElementOperation
    let vectors: any VectorKernels.Type
    let x: UnsafeMutablePointer<Float>
    let y: UnsafePointer<Float>
    let count: Int

    private static let floatsPerChunk = 8192
    var chunkCount: Int { (count + Self.floatsPerChunk - 1) / Self.floatsPerChunk }

    func run(chunk: Int, thread: Int) {
        let first = chunk * Self.floatsPerChunk
        let count = min(Self.floatsPerChunk, count - first)
        unsafe operation.apply(x + first, y + first, count: count, vectors)
    }
}
