import Compute
import Inference
import JSON
import Platform

/// Takes the events of one generation: streams the text, keeps what reports need.
final class CompletionWriter {
    private let output: Output
    private let isStreaming: Bool
    private var failure: (any Error)?
    private var tokens: [Int32] = []
    private var text = ""
    private(set) var reason: FinishReason = .cancelled
    private var statistics = GenerationStatistics()

    /// - Parameter isStreaming: whether text is written as it comes.
    init(_ output: Output, isStreaming: Bool) {
        self.output = output
        self.isStreaming = isStreaming
    }

    /// Takes an event; an interrupt or a closed output ends the generation.
    func take(_ event: GenerationEvent) -> EventDelivery {
        switch event {
        case .logits, .prompt: break
        case .token(let token):
            tokens.append(token.token)
            write(token.text)
        case .finished(let reason, let remainingText, let statistics):
            self.reason = reason
            self.statistics = statistics
            write(remainingText)
        }
        return failure != nil || Interruption.isRequested ? .abandoned : .taken
    }

    private func write(_ piece: String) {
        text += piece
        guard isStreaming, failure == nil, !piece.isEmpty else { return }
        do { try output.write(piece) } catch { failure = error }
    }

    /// Ends the last line.
    ///
    /// - Throws: what writing has thrown.
    func finish() throws {
        if let failure { throw failure }
        if isStreaming { try output.write("\n") }
    }

    /// Everything for programs.
    func json(seed: UInt64) -> JSONValue {
        [
            "text": .string(text), "tokens": .array(tokens.map { .integer($0) }),
            "finish_reason": .string(reason.word), "seed": .integer(seed),
            "prompt_tokens": .integer(statistics.promptTokens),
            "generated_tokens": .integer(statistics.generatedTokens),
            "prompt_seconds": .double(statistics.prefillTime / .seconds(1)),
            "generation_seconds": .double(statistics.decodeTime / .seconds(1)),
        ]
    }

    /// Statistics for people.
    func report(_ session: ModelSession, seed: UInt64) -> String {
        let memory = session.backend.memory
        let rows = [
            ["load", Self.seconds(session.loadTime), memory.weightText],
            ["prompt", Self.seconds(statistics.prefillTime), rate(statistics.promptTokens, statistics.prefillTime)],
            [
                "generation", Self.seconds(statistics.decodeTime),
                // The first token belongs to the prompt's time.
                rate(max(statistics.generatedTokens - 1, 0), statistics.decodeTime),
            ],
            [
                "memory", "\(ByteSize(SystemMemory.peakBytes)) at most",
                "cache \(ByteSize(memory.cacheBytes)), workspace \(ByteSize(memory.workspaceBytes))",
            ],
            ["end", reason.word, "seed \(seed)"],
        ]
        return "\n" + TextTable(rows).text
    }

    private func rate(_ tokens: Int, _ time: Duration) -> String {
        let seconds = time / .seconds(1)
        let rate = seconds > 0 ? Double(tokens) / seconds : 0
        return "\(tokens) tokens, \((rate * 10).rounded() / 10) tokens/s"
    }

    private static func seconds(_ time: Duration) -> String {
        "\((time / .seconds(1) * 1000).rounded() / 1000) s"
    }
}

extension BackendMemory {
    /// What the weights take, and how they came.
    var weightText: String {
        let text = "\(ByteSize(weightBytes + mappedBytes)) of weights"
        return mappedBytes > 0 ? text + ", \(ByteSize(mappedBytes)) of them mapped" : text
    }
}

extension FinishReason {
    /// One word, as in the APIs of servers.
    var word: String {
        switch self {
        case .stop: "stop"
        case .length: "length"
        case .cancelled: "cancelled"
        case .readerTooSlow: "reader_too_slow"
        case .failed: "failed"
        }
    }
}
