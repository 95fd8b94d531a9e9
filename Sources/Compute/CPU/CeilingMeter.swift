import Platform
import Quantization

/// What a machine did at most for a moment, and the work that it is held against.
///
/// A share is the time that the work would have taken at the ceiling, over the time that it took.
package struct MachineCeilings: Sendable, Equatable {
    /// Bytes per second of loops that only read.
    package var bytesPerSecond = 0.0
    /// Operations per second of loops that only compute.
    package var operationsPerSecond: [Ceilings.Arithmetic: Double] = [:]

    package init() {}

    /// Seconds that reading would take at the ceiling.
    package func seconds(reading bytes: Int) -> Double { Double(bytes) / bytesPerSecond }

    /// Seconds that these operations would take at their ceilings, one kind after another.
    package func seconds(computing operations: [Ceilings.Arithmetic: Double]) -> Double {
        operations.reduce(0) { $0 + $1.value / (operationsPerSecond[$1.key] ?? .infinity) }
    }
}

/// Measures the ceilings with the threads and the memory of a loaded model, in wall time, as its speed is measured.
///
/// The reading loops read the model's own weights: a model that fits in the caches is held against the caches.
package struct CeilingMeter {
    private let backend: CPUBackend
    private let ceilings: Ceilings
    private let kinds: Set<Ceilings.Arithmetic>

    /// What one measurement takes at least.
    private static let leastTime = Duration.milliseconds(25)

    package init(_ backend: CPUBackend) {
        self.backend = backend
        ceilings = Ceilings.of(backend.kernels)
        // Attention computes in float32 or, with a cache of bytes, in int8, whatever the weights are.
        kinds = Set(backend.matrices.map { Ceilings.Arithmetic(backend.kernels.matrix($0.type).activations) })
            .union([.float32, .int8])
    }

    /// Measures everything once; takes tenths of a second.
    package func measure() -> MachineCeilings {
        var result = MachineCeilings()
        for read in ceilings.reads {
            let phase = ReadingPhase(matrices: backend.matrices, read: read)
            result.bytesPerSecond = max(result.bytesPerSecond, rate(of: phase, work: Double(phase.byteCount)))
        }
        for kind in kinds {
            let phase = ArithmeticPhase(threadCount: backend.gang.threadCount, peak: ceilings.peak(kind))
            result.operationsPerSecond[kind] = rate(of: phase, work: phase.operations)
        }
        return result
    }

    /// Work per second of a phase, run again and again.
    private func rate(of phase: some Phase, work: Double) -> Double {
        backend.gang.run(phase)
        let start = ContinuousClock.now
        var elapsed = Duration.zero
        var runs = 0.0
        repeat {
            backend.gang.run(phase)
            runs += 1
            elapsed = .now - start
        } while elapsed < Self.leastTime
        return runs * work / (elapsed / .seconds(1))
    }
}

extension CPUBackend {
    /// Bytes of weights that a step with these products reads.
    package func weightBytes(_ work: StepWork) -> Int {
        work.products.reduce(0) { sum, product in
            sum + matrices[product.weight.index].byteCount / product.weight.matrixCount * product.usedCount
        }
    }

    /// Operations of the products, by what their kernels compute in.
    package func operations(_ work: StepWork) -> [Ceilings.Arithmetic: Double] {
        work.products.reduce(into: [:]) { sums, product in
            let kernel = kernels.matrix(matrices[product.weight.index].type)
            sums[Ceilings.Arithmetic(kernel.activations), default: 0] += product.operations
        }
    }
}

/// Reads all weights once, a piece of a matrix per chunk.
@safe private struct ReadingPhase: Phase {
    private let pieces: [(matrix: LoadedMatrix, offset: Int, count: Int)]
    private let read: Ceilings.Read
    let byteCount: Int

    private static let pieceBytes = 1 << 20

    init(matrices: [LoadedMatrix], read: Ceilings.Read) {
        pieces = matrices.flatMap { matrix in
            stride(from: 0, to: matrix.byteCount & ~511, by: Self.pieceBytes).map { offset in
                (matrix, offset, min(Self.pieceBytes, matrix.byteCount & ~511 - offset))
            }
        }
        byteCount = pieces.reduce(0) { $0 + $1.count }
        self.read = read
    }

    var chunkCount: Int { pieces.count }

    func run(chunk: Int, thread: Int) {
        let piece = pieces[chunk]
        _ = unsafe read.run(piece.matrix.packed().base + piece.offset, piece.count)
    }
}

/// Runs an arithmetic loop on registers.
@safe private struct ArithmeticPhase: Phase {
    let threadCount: Int
    let peak: Ceilings.Peak

    private static let rounds = 10_000
    private static let chunksPerThread = 16

    var chunkCount: Int { threadCount * Self.chunksPerThread }
    var operations: Double { Double(chunkCount * Self.rounds) * peak.operationsPerRound }

    func run(chunk: Int, thread: Int) {
        let operands = InlineArray<32, Float>(repeating: 0x1p-20)
        unsafe operands.span.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            _ = unsafe peak.run(base, Self.rounds)
        }
    }
}
