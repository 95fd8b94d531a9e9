import Compute
import Platform
import Quantization

/// One type's kernel against the machine: decode (1 to 16 tokens) against the stream rate, prefill against the
/// arithmetic peak, all in one race.
struct MatrixRace {
    let type: QuantizationType
    let kernels: MatrixKernelSet
    let threads: Int
    let columns: Int
    let rounds: Int

    private static let matrixBytes = 256 << 20
    private static let streamBytes = min(matrixBytes / 2, 16 << 20)
    private static let prefillTokens = 480
    private static let prefillPanels = 16

    func run(_ report: Report) throws {
        let kernel = kernels.matrix(type)
        let ceilings = Ceilings.of(kernels)
        let matrix = try BenchMatrix(type, columns: columns, byteCount: Self.matrixBytes)
        var contestants = ceilings.reads.enumerated().map { stream(matrix, $0.element, shift: $0.offset) }
        contestants.append(arithmetic(ceilings.peak(Ceilings.Arithmetic(kernel.activations))))
        let counts = [1, 2, 4, 8, 16]
        for count in counts { contestants.append(try decode(matrix, kernel, tokens: count)) }
        contestants.append(try prefill(matrix, kernel))
        let rates = race(contestants, rounds: rounds)
        let kernelRates = rates.dropFirst(ceilings.reads.count + 1)
        report.decode(
            type, threads: threads, stream: rates.prefix(ceilings.reads.count).max() ?? 0,
            rates: Array(kernelRates.prefix(counts.count)), tokens: counts)
        report.prefill(type, threads: threads, peak: rates[ceilings.reads.count], rate: kernelRates.last ?? 0)
    }

    /// Reads as many bytes as a decode run, from the same matrix.
    private func stream(
        _ matrix: BenchMatrix, _ read: Ceilings.Read, shift: Int
    ) -> Contestant {
        let bytes = Self.streamBytes / threads & ~511
        let steps = max(1, matrix.panelCount * matrix.panelBytes / (bytes * threads))
        return Contestant(name: "stream", work: Double(bytes * threads)) { round in
            let offset = (round * 7 + shift * 5) % steps * bytes * threads
            return onThreads(threads) { thread in
                sink(read.run(matrix.packed.base + offset + thread * bytes, bytes))
            }
        }
    }

    private func arithmetic(_ peak: Ceilings.Peak) -> Contestant {
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

    private func decode(_ matrix: BenchMatrix, _ kernel: MatrixKernel, tokens count: Int) throws -> Contestant {
        let panels = max(1, Self.streamBytes / matrix.panelBytes / (4 * threads)) * 4 * threads
        let steps = matrix.panelCount / panels
        let tokens = try BenchTokens(
            count, columns: columns, rows: panels * rowsPerPanel, format: kernel.activations, kernels: kernels)
        return Contestant(name: "decode \(count)", work: Double(panels * matrix.panelBytes)) { round in
            // A stride that is prime to the steps: no run finds its weights in a cache.
            let start = (round * 5 + count) % steps * panels
            return multiply(matrix, tokens, kernel, panels: start..<start + panels, threads: threads)
        }
    }

    private func prefill(_ matrix: BenchMatrix, _ kernel: MatrixKernel) throws -> Contestant {
        let panels = Self.prefillPanels * threads
        let steps = matrix.panelCount / panels
        let tokens = try BenchTokens(
            Self.prefillTokens, columns: columns, rows: panels * rowsPerPanel, format: kernel.activations,
            kernels: kernels)
        let operations = 2.0 * Double(panels * rowsPerPanel) * Double(columns) * Double(Self.prefillTokens)
        return Contestant(name: "prefill", work: operations) { round in
            let start = round * 3 % steps * panels
            return multiply(matrix, tokens, kernel, panels: start..<start + panels, threads: threads)
        }
    }
}

/// Keeps a result from being optimised away.
@inline(never)
func sink(_ value: Int) {}
