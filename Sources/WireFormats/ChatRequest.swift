package import JSON

/// What the answer must look like.
package enum ResponseFormat: Sendable, Equatable {
    case text
    /// Any JSON object.
    case json
    /// JSON by a schema.
    case schema(JSONValue)
    /// Text of a GBNF grammar.
    case grammar(String)
    /// The whole answer matches.
    case regex(String)
    /// One of these words.
    case choice([String])
}

/// How hard the model thinks, for models that know degrees.
package enum ThinkingLevel: String, Sendable, CaseIterable {
    case low, medium, high, max
}

/// Whether the model thinks before it answers.
package enum ThinkingChoice: Sendable, Equatable {
    /// Nothing was said: the model's own habit.
    case unset
    case off
    case on
    case level(ThinkingLevel)
}

/// How the reply is sent.
package struct ReplyStyle: Sendable, Equatable {
    /// In pieces as they come, or whole.
    package var streams: Bool
    /// Whether a stream ends with the token counts.
    package var includesUsage = true

    package init(streams: Bool, includesUsage: Bool = true) {
        self.streams = streams
        self.includesUsage = includesUsage
    }
}

/// A conversation to continue. Nil means "not sent"; what that stands for is decided above.
package struct ChatRequest: Sendable, Equatable {
    package var model: String
    package var messages: [Message]
    package var tools: [Tool] = []
    /// Types of tools that the client wanted the server to run and that the model is not told of.
    package var droppedTools: [String] = []
    package var toolChoice: ToolChoice = .auto
    /// Whether one answer may hold several calls.
    package var allowsParallelToolCalls: Bool?
    package var options = GenerationOptions()
    package var responseFormat: ResponseFormat = .text
    package var thinking: ThinkingChoice = .unset
    /// Tokens of thinking at most.
    package var thinkingBudget: Int?
    package var style: ReplyStyle
    package var keepAlive: KeepAlive?
    /// Alternatives listed for every token beside the chosen one; nil lists nothing at all.
    package var logProbabilities: Int?
    /// How many answers.
    package var choiceCount = 1
    /// Whether old messages may go so that the rest fits.
    package var truncates: Bool?
    /// Whether old tokens may go while the answer grows.
    package var shifts: Bool?
    /// Only render the prompt and show it.
    package var rendersOnly = false
    /// Further values for the chat template (`chat_template_kwargs`).
    package var templateArguments = JSONObject()

    package init(model: String, messages: [Message], style: ReplyStyle) {
        self.model = model
        self.messages = messages
        self.style = style
    }

    /// Refuses images and sounds, for servers that read text alone.
    package func requireText() throws(WireError) {
        for (index, message) in messages.enumerated() {
            guard let media = message.media.first else { continue }
            throw OllamaError.doesNotRead(media, model: model, path: "messages[\(index)]")
        }
    }
}

/// A text or its tokens.
package enum Prompt: Sendable, Equatable {
    case text(String)
    case tokens([Int32])

    package var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .tokens(let tokens): tokens.isEmpty
        }
    }
}

/// A text to continue, or a single question. Nil means "not sent".
package struct CompletionRequest: Sendable, Equatable {
    package var model: String
    /// Never empty; several only in OpenAI's dialect.
    package var prompts: [Prompt]
    /// What follows the gap that is to be filled.
    package var suffix: String?
    package var system: String?
    /// A Go template in place of the model's.
    package var template: String?
    /// Tokens of an earlier exchange that come first.
    package var context: [Int32] = []
    /// The prompt goes to the model as it is, without any template.
    package var isRaw = false
    package var media: [Media] = []
    package var options = GenerationOptions()
    package var responseFormat: ResponseFormat = .text
    package var thinking: ThinkingChoice = .unset
    package var style: ReplyStyle
    package var keepAlive: KeepAlive?
    /// Alternatives listed for every token beside the chosen one; nil lists nothing at all.
    package var logProbabilities: Int?
    /// Answers to each prompt.
    package var choiceCount = 1
    /// Answers made, of which the likeliest `choiceCount` are kept.
    package var bestOf: Int?
    /// The prompt stands before the answer.
    package var echoesPrompt = false
    /// Its tokens have log probabilities, too: then it is read as it is, without any template. Not with a suffix.
    package var scoresPrompt = false
    package var truncates: Bool?
    package var shifts: Bool?
    package var rendersOnly = false

    package init(model: String, prompts: [Prompt], style: ReplyStyle) {
        self.model = model
        self.prompts = prompts
        self.style = style
    }

    /// Refuses images and sounds, for servers that read text alone.
    package func requireText() throws(WireError) {
        if let media = media.first { throw OllamaError.doesNotRead(media, model: model, path: "images[0]") }
    }
}

/// Texts to turn into vectors.
package struct EmbeddingRequest: Sendable, Equatable {
    /// How vectors are written.
    package enum Encoding: String, Sendable { case float, base64 }

    package var model: String
    package var inputs: [Prompt]
    /// Keep so many leading components and normalise again.
    package var dimensions: Int?
    package var encoding: Encoding = .float
    package var truncates: Bool?
    package var options = GenerationOptions()
    package var keepAlive: KeepAlive?

    package init(model: String, inputs: [Prompt]) {
        self.model = model
        self.inputs = inputs
    }
}
