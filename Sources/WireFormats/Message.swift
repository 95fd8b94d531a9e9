package import JSON

/// Who speaks. Names beyond the usual four go to the chat template as they are.
package struct Role: Sendable, Hashable {
    package var name: String

    /// A role; names are kept in lower case.
    package init(_ name: String) { self.name = name.lowercased() }

    package static let system = Role("system")
    package static let user = Role("user")
    package static let assistant = Role("assistant")
    package static let tool = Role("tool")
}

/// An image or a sound in a message, as the file's bytes.
package struct Media: Sendable, Equatable {
    package var bytes: [UInt8]
    /// Such as `image/png`; nil where the dialect does not say.
    package var mediaType: String?

    package init(bytes: [UInt8], mediaType: String? = nil) {
        self.bytes = bytes
        self.mediaType = mediaType
    }

    /// Whether it is a sound; Ollama's clients send waves among the images.
    package var isSound: Bool {
        if let mediaType { return mediaType.hasPrefix("audio/") }
        return bytes.starts(with: "RIFF".utf8) && bytes.dropFirst(8).starts(with: "WAVE".utf8)
    }
}

/// One piece of a message's content.
package enum ContentPart: Sendable, Equatable {
    case text(String)
    case media(Media)
}

/// A call of a tool, complete.
package struct ToolCall: Sendable, Equatable {
    /// Names the call for its result; empty where a client sent none.
    package var id: String
    package var name: String
    /// The arguments, in the order in which they were written.
    package var arguments: JSONObject

    package init(id: String = "", name: String, arguments: JSONObject) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }

    /// The arguments as JSON text, the form of OpenAI's dialect.
    package var argumentsText: String { JSONWriter.text(.object(arguments)) }

    /// Reads arguments that come as text.
    ///
    /// Text that is no object becomes the one member `arguments`: a model's broken call, once it lies in a
    /// conversation's history, must not make every later request fail.
    static func arguments(text: String) -> JSONObject {
        if text.allSatisfy(\.isWhitespace) { return JSONObject() }
        var options = JSONParser.Options()
        options.allowsDuplicateKeys = true
        if case .object(let object)? = try? JSONParser.parse(text, options: options) { return object }
        return JSONObject([(key: "arguments", value: .string(text))])
    }
}

/// One turn of a conversation.
package struct Message: Sendable, Equatable {
    package var role: Role
    package var content: [ContentPart]
    /// What the model thought before it answered.
    package var thinking: String?
    package var toolCalls: [ToolCall]
    /// Of a tool's result: which tool.
    package var toolName: String?
    /// Of a tool's result: which call it answers.
    package var toolCallID: String?

    package init(
        role: Role, content: [ContentPart] = [], thinking: String? = nil, toolCalls: [ToolCall] = []
    ) {
        self.role = role
        self.content = content
        self.thinking = thinking
        self.toolCalls = toolCalls
    }

    /// A message of text alone.
    package init(role: Role, text: String) {
        self.init(role: role, content: text.isEmpty ? [] : [.text(text)])
    }

    /// All text of the content, in order.
    package var text: String {
        content.reduce(into: "") { text, part in
            if case .text(let piece) = part { text += piece }
        }
    }

    /// All images and sounds of the content, in order.
    package var media: [Media] {
        content.compactMap { part in
            if case .media(let media) = part { return media }
            return nil
        }
    }
}
