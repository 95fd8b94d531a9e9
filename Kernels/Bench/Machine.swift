import Compute
import Foundation
import Platform
import Quantization

/// What the machine does at most: reading and copying memory, computing on registers, and starting a phase.
struct Machine {
    let kernels: MatrixKernelSet
    let threads: Int
    let rounds: Int

    private static let matrixBytes = 256 << 20
    private static let copyBytes = 8 << 20

    func run(_ report: Report) throws {
        let ceilings = Ceilings.of(kernels)
        let memory = try BenchMemory(byteCount: Self.matrixBytes)
        let kinds = Ceilings.Arithmetic.allCases.filter { ceilings.peak($0).arithmetic == $0 }
        let reads = ceilings.reads.enumerated().map { Contestant.stream(memory, $0.element, threads, shift: $0.offset) }
        let peaks = kinds.map { Contestant.arithmetic(ceilings.peak($0), threads) }
        let copy = Contestant.copy(memory, byteCount: Self.copyBytes, threads)
        let rates = race(reads + peaks + [copy], rounds: rounds)
        func add(_ kernel: String, _ subject: String, _ unit: Figure.Unit, _ value: Double) {
            report.add(
                Figure(kernel: kernel, subject: subject, threads: threads, tokens: 0, unit: unit, value: value))
        }
        add("read", "memory", .bytesPerSecond, rates.prefix(reads.count).max() ?? 0)
        add("copy", "memory", .bytesPerSecond, rates.last ?? 0)
        for (kind, rate) in zip(kinds, rates.dropFirst(reads.count)) {
            add("peak", kind.rawValue, .operationsPerSecond, rate)
        }
        // One thread needs no phases.
        if threads > 1 { add("phase", "empty", .seconds, phaseSeconds()) }
    }

    /// Seconds that a phase of one empty chunk per thread takes.
    private func phaseSeconds() -> Double {
        let gang = ThreadGang(threadCount: threads)
        let count = 1000
        let phase = Contestant(name: "phase", work: Double(count)) { _ in
            wallSeconds {
                var context = 0
                for _ in 0..<count { gang.run(chunkCount: threads, context: &context) { _, _, _ in } }
            }
        }
        return 1 / race([phase], rounds: rounds)[0]
    }
}

/// Memory to read, write and copy, touched once.
final class BenchMemory: Sendable {
    let byteCount: Int
    private let buffer: AlignedBuffer

    init(byteCount: Int) throws {
        self.byteCount = byteCount
        buffer = try AlignedBuffer(count: byteCount)
        // Bytes of 0x11 are small, finite numbers in every type.
        memset(buffer.base, 0x11, byteCount)
    }

    var base: UnsafeMutableRawPointer { buffer.base }
    var floats: UnsafeMutablePointer<Float> { buffer.base.assumingMemoryBound(to: Float.self) }
}

extension Contestant {
    private static let streamBytes = 16 << 20

    /// Reads some of the memory, another part in every round.
    static func stream(
        _ memory: BenchMemory, _ read: Ceilings.Read, _ threads: Int, shift: Int
    ) -> Contestant {
        let bytes = min(memory.byteCount / 2, streamBytes) / threads & ~511
        let steps = max(1, memory.byteCount / (bytes * threads))
        return Contestant(name: "read", work: Double(bytes * threads)) { round in
            let offset = (round * 7 + shift * 5) % steps * bytes * threads
            return onThreads(threads) { thread in sink(read.run(memory.base + offset + thread * bytes, bytes)) }
        }
    }

    /// Copies as many bytes from one place of the memory to another; the work counts them twice, read and written.
    static func copy(_ memory: BenchMemory, byteCount: Int, _ threads: Int) -> Contestant {
        let bytes = byteCount / threads & ~63
        let steps = max(1, memory.byteCount / (2 * bytes * threads))
        return Contestant(name: "copy", work: Double(2 * bytes * threads)) { round in
            let offset = (round * 7) % steps * 2 * bytes * threads
            return onThreads(threads) { thread in
                let source = memory.base + offset + thread * 2 * bytes
                memcpy(source + bytes, source, bytes)
            }
        }
    }

    /// Computes on registers.
    static func arithmetic(_ peak: Ceilings.Peak, _ threads: Int) -> Contestant {
        let rounds = 100_000
        return Contestant(name: "peak", work: Double(rounds * threads) * peak.operationsPerRound) { _ in
            onThreads(threads) { _ in
                let operands = [Float](repeating: 0x1p-20, count: 32)
                operands.withUnsafeBytes { bytes in
                    guard let base = bytes.baseAddress else { return }
                    sink(peak.run(base, rounds))
                }
            }
        }
    }
}

/// Keeps a result from being optimised away.
@inline(never)
func sink(_ value: Int) {}
