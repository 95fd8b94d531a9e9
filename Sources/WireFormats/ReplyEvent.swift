import JSON

/// A token with its log probability.
package struct TokenLogProbability: Sendable, Equatable {
    /// The token's text; where its bytes are no whole characters, as much as can be shown.
    package var token: String
    package var bytes: [UInt8]
    /// The token's id, for dialects that list it.
    package var id: Int32?
    /// Natural logarithm, of the model's distribution before any sampling stage; nil for a text's first token, which
    /// follows nothing.
    package var logProbability: Float?
    /// The likeliest tokens, best first; empty unless asked for.
    package var alternatives: [TokenLogProbability]

    package init(
        token: String, bytes: [UInt8], id: Int32? = nil, logProbability: Float?,
        alternatives: [TokenLogProbability] = []
    ) {
        self.token = token
        self.id = id
        self.bytes = bytes
        self.logProbability = logProbability
        self.alternatives = alternatives
    }

    /// The logarithm as a number; what has no probability is −9999, as OpenAI writes it.
    var number: JSONValue { logProbability.map { .float($0.isFinite ? $0 : -9999) } ?? .null }

    /// The form that Ollama and OpenAI share.
    func json(listsAlternatives: Bool) -> JSONValue {
        .object(
            present: ("token", .string(token)), ("logprob", number),
            ("bytes", .array(bytes.map { .integer($0) })),
            (
                "top_logprobs",
                .array(alternatives.map { $0.json(listsAlternatives: false) }).unless(!listsAlternatives)
            ))
    }
}

/// What an answer cost.
package struct Usage: Sendable, Equatable {
    /// All tokens of the prompt, cached ones included.
    package var promptTokens = 0
    /// Those of them that were not computed again.
    package var cachedTokens = 0
    /// Tokens that had to be cut from the prompt.
    package var truncatedTokens = 0
    /// All tokens generated, thinking included.
    package var completionTokens = 0
    /// Those of them that were thinking.
    package var reasoningTokens = 0

    package init(promptTokens: Int = 0, completionTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }

    package var totalTokens: Int { promptTokens &+ completionTokens }

    /// Adds another answer to the same prompt: prompts count once.
    package mutating func addAnswer(_ other: Usage) {
        promptTokens = max(promptTokens, other.promptTokens)
        cachedTokens = max(cachedTokens, other.cachedTokens)
        truncatedTokens = max(truncatedTokens, other.truncatedTokens)
        completionTokens &+= other.completionTokens
        reasoningTokens &+= other.reasoningTokens
    }

    /// Adds the answers to another prompt.
    package mutating func addPrompt(_ other: Usage) {
        promptTokens &+= other.promptTokens
        cachedTokens &+= other.cachedTokens
        truncatedTokens &+= other.truncatedTokens
        completionTokens &+= other.completionTokens
        reasoningTokens &+= other.reasoningTokens
    }
}

/// Where an answer's time went, in nanoseconds.
package struct ReplyDurations: Sendable, Equatable {
    package var total: Int64 = 0
    /// Until the model was ready, waiting included.
    package var load: Int64 = 0
    package var prompt: Int64 = 0
    package var completion: Int64 = 0

    package init(total: Int64 = 0, load: Int64 = 0, prompt: Int64 = 0, completion: Int64 = 0) {
        self.total = total
        self.load = load
        self.prompt = prompt
        self.completion = completion
    }
}

/// Why an answer ended.
package enum FinishReason: Sendable, Equatable {
    /// The model ended it.
    case endOfText
    /// A stop string was met.
    case stopSequence(String)
    /// The limit of tokens or of the context.
    case length
    /// The server ended it.
    case cancelled
    /// Nothing was asked but to load the model, or to unload it.
    case loaded, unloaded
}

/// The end of an answer.
package struct ReplySummary: Sendable, Equatable {
    package var reason: FinishReason
    package var usage: Usage
    package var durations: ReplyDurations
    /// Tokens of prompt and answer, for Ollama's `context`.
    package var context: [Int32]

    package init(
        reason: FinishReason, usage: Usage = Usage(), durations: ReplyDurations = ReplyDurations(),
        context: [Int32] = []
    ) {
        self.reason = reason
        self.usage = usage
        self.durations = durations
        self.context = context
    }
}

/// What happens while an answer is made, in order: `started`, then parts, then `finished` or `failed`.
///
/// A tool call comes as `toolCallBegan`, its arguments' text in pieces, and `toolCall` with the whole; or as `toolCall`
/// alone. Dialects take the form they know and skip the other. Calls come one after another, never interleaved.
/// One that began and never came whole was broken.
package enum ReplyEvent: Sendable, Equatable {
    /// The prompt was accepted and counted; may be left out.
    case started(Usage)
    case thinking(String)
    case text(String)
    /// - Parameter index: counts the calls of one answer from 0.
    case toolCallBegan(index: Int, id: String, name: String)
    /// The next piece of the arguments' JSON text.
    case toolCallArguments(index: Int, String)
    case toolCall(index: Int, ToolCall)
    /// Of the tokens that the next part, or the end, is made of.
    case logProbabilities([TokenLogProbability])
    case finished(ReplySummary)
    case failed(WireError)
}
