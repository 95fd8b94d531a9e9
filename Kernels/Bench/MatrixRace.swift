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
    /// Bytes of the matrix: more than the caches hold, or so few that they stay there and arithmetic alone counts.
    let matrixBytes: Int

    private var decodeBytes: Int { min(matrixBytes / 2, 16 << 20) }
    private static let tokenCounts = [1, 2, 4, 8, 16, 32]
    private static let prefillTokens = 480
    private static let prefillPanels = 16

    func run(_ report: Report) throws {
        let kernel = kernels.matrix(type)
        let ceilings = Ceilings.of(kernels)
        let matrix = try BenchMatrix(type, columns: columns, byteCount: matrixBytes)
        var contestants = ceilings.reads.enumerated().map {
            Contestant.stream(matrix.memory, $0.element, threads, shift: $0.offset)
        }
        contestants.append(.arithmetic(ceilings.peak(Ceilings.Arithmetic(kernel.activations)), threads))
        for count in Self.tokenCounts { contestants.append(try decode(matrix, kernel, tokens: count)) }
        contestants.append(try prefill(matrix, kernel))
        let rates = race(contestants, rounds: rounds)
        let (stream, peak) = (rates.prefix(ceilings.reads.count).max() ?? 0, rates[ceilings.reads.count])
        // Two operations for each weight and token.
        let operationsPerByte = 2 * Double(rowsPerPanel * columns) / Double(matrix.panelBytes)
        for (rate, count) in zip(rates.dropFirst(ceilings.reads.count + 1), Self.tokenCounts) {
            report.add(decodeFigure(rate, stream, peak, tokens: count, operationsPerByte * Double(count)))
        }
        report.add(
            Figure(
                kernel: "prefill", subject: type.name, threads: threads, tokens: Self.prefillTokens,
                unit: .operationsPerSecond, value: rates.last ?? 0, limit: peak,
                intensity: operationsPerByte * Double(Self.prefillTokens)))
    }

    /// Bytes of weights per second, held against whichever of reading and computing would take longer.
    private func decodeFigure(
        _ rate: Double, _ stream: Double, _ peak: Double, tokens: Int, _ intensity: Double
    ) -> Figure {
        Figure(
            kernel: "decode", subject: type.name, threads: threads, tokens: tokens, unit: .bytesPerSecond, value: rate,
            limit: min(stream, peak / intensity), intensity: intensity)
    }

    private func decode(_ matrix: BenchMatrix, _ kernel: MatrixKernel, tokens count: Int) throws -> Contestant {
        let panels = max(1, decodeBytes / matrix.panelBytes / (4 * threads)) * 4 * threads
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
        let panels = min(Self.prefillPanels * threads, matrix.panelCount)
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
