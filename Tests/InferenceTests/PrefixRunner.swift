import Compute
import Inference
import Sampling

/// Stands for a model: its logits are a hash of the whole prefix, read back from the pages as attention would.
///
/// Every row writes a hash into its page and derives it from the position before, so a wrong page, a page written twice
/// or a reused prefix of another text changes what comes out.
final class PrefixRunner: StepRunner {
    let vocabularyCount: Int
    /// Longest sequence that uses the short set of frequencies.
    var longRoPEThreshold = Int.max
    /// What a token and the prefix before it make.
    private var memory: [PageID: [UInt64]] = [:]
    /// Logits instead of the hash's.
    var override: ((_ prefix: UInt64, _ logits: inout [Float]) -> Void)?

    init(vocabularyCount: Int = 101) { self.vocabularyCount = vocabularyCount }

    func usesLongRoPE(length: Int) -> Bool { length > longRoPEThreshold }

    func run(_ batch: Batch, _ readLogits: (_ row: Int, _ logits: borrowing Span<Float>) -> Void) {
        var row = 0
        for slice in batch.sequences {
            for index in slice.rows {
                let position = Int(batch.positions[index])
                var prefix: UInt64 = slice.options.usesLongRoPE ? 18 : 17
                if position > 0 { prefix = memory[slice.pages[position: position - 1]]?[(position - 1) % 64] ?? 0 }
                prefix = mix(prefix ^ UInt64(UInt32(bitPattern: batch.tokens[index])))
                memory[slice.pages[position: position], default: Array(repeating: 0, count: 64)][position % 64] = prefix
                if row < batch.logitRows.count, batch.logitRows[row] == index {
                    let logits = logits(of: prefix)
                    readLogits(row, logits.span)
                    row += 1
                }
            }
        }
    }

    private func logits(of prefix: UInt64) -> [Float] {
        var state = prefix
        var logits = (0..<vocabularyCount).map { _ in
            state = mix(state)
            return Float(state % 1000) / 100
        }
        override?(prefix, &logits)
        return logits
    }

    private func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Everything that was delivered for one request.
final class Delivered {
    var tokens: [Int32] = []
    var text = ""
    var logits: [Int: [Float]] = [:]
    var logProbabilities: [Float] = []
    var promptScores: [LogProbabilities] = []
    var reason: FinishReason?
    var statistics = GenerationStatistics()
    /// Answer to the events from the n-th token on.
    var answer: (_ tokens: Int) -> EventDelivery = { _ in .taken }

    func take(_ event: GenerationEvent) -> EventDelivery {
        switch event {
        case .logits(let position, let row): logits[position] = row
        case .prompt(let scores): promptScores += scores
        case .token(let token):
            tokens.append(token.token)
            text += token.text
            if let found = token.logProbabilities { logProbabilities.append(found.chosen.logProbability) }
        case .finished(let reason, let rest, let statistics):
            self.reason = reason
            self.statistics = statistics
            text += rest
        }
        return answer(tokens.count)
    }
}

/// Texts of a vocabulary whose tokens are letters; token 0 ends a generation.
let letterTexts = TokenTexts(endOfGeneration: [0]) { token, _, bytes in
    bytes.append(UInt8(ascii: "a") + UInt8(token % 26))
}

func engineOptions(
    context: Int = 1024, rows: Int = 512, sequences: Int = 16, chunk: Int = .max
) -> EngineOptions {
    var limits = SchedulerLimits(contextLength: context)
    limits.batch = BatchLimits(rows: rows, logitRows: max(sequences, min(64, rows)), sequences: sequences)
    limits.chunkRows = chunk
    return EngineOptions(limits: limits)
}
