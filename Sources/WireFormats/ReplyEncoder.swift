package import JSON

/// What every part of one reply says about it.
package struct ReplyHead: Sendable, Equatable {
    /// The reply's id with its prefix, such as `chatcmpl-…`; Ollama's replies have none.
    package var id: String
    /// The model as the client named it.
    package var model: String
    package var created: Timestamp

    package init(id: String = "", model: String, created: Timestamp) {
        self.id = id
        self.model = model
        self.created = created
    }
}

/// One line of an NDJSON stream, or one server-sent event.
package struct StreamChunk: Sendable, Equatable {
    /// The event's name, where the dialect names its events.
    package var event: String?
    /// One line of text, UTF-8: JSON, or OpenAI's `[DONE]`.
    package var bytes: [UInt8]

    package init(event: String? = nil, _ value: JSONValue) {
        self.event = event
        bytes = JSONWriter.bytes(value)
    }

    private init(text: String) { bytes = Array(text.utf8) }

    /// The end of OpenAI's streams.
    static let done = StreamChunk(text: "[DONE]")

    /// The chunk as a line.
    package var line: [UInt8] { bytes + [0x0A] }

    /// The chunk as a server-sent event.
    package var serverSentEvent: [UInt8] {
        Array((event.map { "event: \($0)\n" } ?? "").utf8) + Array("data: ".utf8) + bytes + [0x0A, 0x0A]
    }
}

/// Turns the events of a reply into the chunks of a stream.
///
/// After `failed` or `finish()` nothing more comes out.
package protocol ReplyEncoder: Sendable {
    /// The chunks that an event makes; often none.
    /// - Parameters:
    ///   - choice: which of several answers the event belongs to, from 0.
    ///   - time: now, for dialects that stamp every chunk.
    mutating func encode(_ event: ReplyEvent, choice: Int, at time: Timestamp) -> [StreamChunk]

    /// The chunks that end the stream, after all choices have finished.
    mutating func finish(at time: Timestamp) -> [StreamChunk]
}

/// One answer, gathered from its events.
package struct CollectedReply: Sendable, Equatable {
    package private(set) var thinking = ""
    package private(set) var text = ""
    package private(set) var toolCalls: [ToolCall] = []
    package private(set) var logProbabilities: [TokenLogProbability] = []
    package private(set) var summary: ReplySummary?
    package private(set) var error: WireError?

    package init() {}

    /// Takes the next event; whatever comes after the end is ignored.
    package mutating func append(_ event: ReplyEvent) {
        guard summary == nil, error == nil else { return }
        switch event {
        case .started, .toolCallBegan, .toolCallArguments: break
        case .thinking(let piece): thinking += piece
        case .text(let piece): text += piece
        case .toolCall(_, let call): toolCalls.append(call)
        case .logProbabilities(let tokens): logProbabilities += tokens
        case .finished(let summary): self.summary = summary
        case .failed(let error): self.error = error
        }
    }

    /// The answer as a turn of the conversation, to go on from.
    package var message: Message {
        Message(
            role: .assistant, content: text.isEmpty ? [] : [.text(text)], thinking: thinking.isEmpty ? nil : thinking,
            toolCalls: toolCalls)
    }

    /// Forgets log probabilities that were needed only to choose between answers.
    package mutating func dropLogProbabilities() { logProbabilities = [] }

    /// The answer's end; if none came, it was cut off.
    package var end: ReplySummary { summary ?? ReplySummary(reason: .cancelled) }
}
