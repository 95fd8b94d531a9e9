import Compute
import Platform
import Quantization

/// A backend with what a test gives it: values go in as rows of an embedding table and come out row by row.
final class Bench {
    let backend: CPUBackend
    private var rowCount = 0
    private var build: [(inout ForwardPass) -> Activation] = []

    init(threads: Int = 2, features: CPUFeatures = .detect()) {
        backend = CPUBackend(gang: ThreadGang(threadCount: threads), features: features)
    }

    init(gang: ThreadGang, features: CPUFeatures = .detect()) {
        backend = CPUBackend(gang: gang, features: features)
    }

    /// Every set of features that leads to kernels of its own on this machine.
    static var featureSets: [CPUFeatures] {
        let detected = CPUFeatures.detect()
        let all: [CPUFeatures] = [
            [], .avx2, [.avx2, .avx512, .avx512VNNI, .avx512VBMI, .avx512BF16], .dotProduct,
            [.dotProduct, .matrixMultiply],
        ]
        return all.filter { $0.isSubset(of: detected) }
    }

    /// Loads a float32 matrix.
    func matrix(_ values: [[Float]]) throws -> WeightHandle { try matrices([values]) }

    /// Loads several float32 matrices of one shape.
    func matrices(_ values: [[[Float]]]) throws -> WeightHandle {
        let flat = values.flatMap { $0.flatMap { $0 } }
        let bytes = ByteRange(owner: Self.eternal(flat), range: 0..<flat.count * 4)
        return try backend.load(
            WeightSource(
                type: .f32, rows: values[0].count, columns: values[0][0].count, matrixCount: values.count, bytes: bytes)
        )
    }

    /// Sets memory aside for what `body` does with `rows` rows.
    func reserve(
        rows: Int, states: [LayerState] = [], element: CacheElement = .float32, pageCount: Int = 0,
        _ body: (inout ForwardPass) -> Void
    ) throws {
        let plan = ForwardPass.plan(for: BatchLimits(rows: rows, logitRows: rows, sequences: rows), body)
        try backend.reserve(plan, cache: CacheLayout(states: states, element: element), pageCount: pageCount)
    }

    /// Runs a step whose batch is one sequence of the tokens 0, 1, 2 …, and reads its result.
    func run(rows: Int, _ body: (inout ForwardPass) -> Void) throws -> [[Float]] {
        try reserve(rows: rows, pageCount: 1, body)
        var batch = Batch()
        let pages = PageTable([PageID](repeating: PageID(index: 0), count: PagePool.pageCount(tokens: rows)))
        batch.append((0..<Int32(rows)).map { $0 }, at: 0, pages: pages, logits: .all)
        return run(batch, body)
    }

    /// Runs a step and reads its result.
    func run(_ batch: Batch, _ body: (inout ForwardPass) -> Void) -> [[Float]] {
        var pass = ForwardPass(backend, batch: batch)
        body(&pass)
        return (0..<(pass.logits?.rows ?? 0)).map { row in
            pass.withLogits(row) { span in (0..<span.count).map { span[$0] } }
        }
    }

    /// Memory that lives as long as the process, as a mapped file would.
    private static func eternal(_ values: [Float]) -> MappedBytes {
        let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
        _ = copy.initialize(from: values)
        return MappedBytes(borrowing: UnsafeRawBufferPointer(copy), name: "test")
    }
}

/// SplitMix64, so that a seed names a test's data.
struct RandomNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in −1..<1.
    mutating func float() -> Float { Float(Int64(bitPattern: next()) >> 40) * 0x1p-23 }

    mutating func int(below limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func rows(_ rows: Int, _ columns: Int, scale: Float = 1) -> [[Float]] {
        (0..<rows).map { _ in (0..<columns).map { _ in float() * scale } }
    }
}

/// The greatest difference, relative to the greatest magnitude.
func distance(_ found: [[Float]], _ expected: [[Double]]) -> Double {
    guard found.count == expected.count, zip(found, expected).allSatisfy({ $0.count == $1.count }) else {
        return .infinity
    }
    let scale = max(expected.joined().map(abs).max() ?? 0, 1e-30)
    let differences = zip(found.joined(), expected.joined()).map { abs(Double($0) - $1) }
    return differences.contains { $0.isNaN } ? .infinity : (differences.max() ?? 0) / scale
}
