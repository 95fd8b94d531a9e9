import Compute
import Platform
import Quantization
import Sampling

/// Choosing a token out of a large vocabulary, against reading its logits once.
struct SamplingRace {
    let kernels: MatrixKernelSet
    let rounds: Int

    private static let vocabularyCount = 128_256

    func run(_ report: Report) throws {
        let memory = try BenchMemory(byteCount: Self.vocabularyCount * 4 & ~511)
        var random = SystemRandomNumberGenerator()
        // Roughly the shape of a model's logits: a sum of uniform numbers, spread over some units.
        let logits = (0..<Self.vocabularyCount).map { _ in
            (0..<4).reduce(Float(0)) { sum, _ in sum + Float.random(in: -3...3, using: &random) }
        }
        let chains: [(String, SamplingOptions)] = [("greedy", .greedy), ("Ollama", .ollama), ("vLLM", .vLLM)]
        let read = Ceilings.of(kernels).reads[0]
        var contestants = [
            Contestant(name: "read", work: 1) { _ in
                onThreads(1) { _ in sink(read.run(memory.base, memory.byteCount)) }
            }
        ]
        for (name, options) in chains { contestants.append(try contestant(name, options, logits)) }
        let rates = race(contestants, rounds: rounds)
        for (contestant, rate) in zip(contestants, rates).dropFirst() {
            report.add(
                Figure(
                    kernel: "sampling, 128k", subject: contestant.name, threads: 1, tokens: 1, unit: .seconds,
                    value: 1 / rate, limit: 1 / rates[0]))
        }
    }

    private func contestant(_ name: String, _ options: SamplingOptions, _ logits: [Float]) throws -> Contestant {
        var chain = try SamplerChain(options, vocabularyCount: Self.vocabularyCount)
        var candidates = Candidates()
        return Contestant(name: name, work: 1) { _ in
            wallSeconds { sink(Int((try? chain.sample(logits.span, using: &candidates)) ?? -1)) }
        }
    }
}
