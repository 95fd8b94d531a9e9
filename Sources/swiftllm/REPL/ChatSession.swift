package import JSON
package import WireFormats

/// A conversation and everything that was set for it.
package struct ChatSession: Sendable {
    package var model: String
    /// Turns without the system message, oldest first.
    package private(set) var messages: [Message] = []
    /// What replaces the model's own system message.
    package var system: String?
    package private(set) var options = GenerationOptions()
    /// The options as they were set, in order, for showing them.
    package private(set) var parameters: [(name: String, values: [String])] = []
    package var thinking = ThinkingChoice.unset
    package var format = ResponseFormat.text
    package var keepAlive: KeepAlive?

    package init(model: String) { self.model = model }

    /// The request for an answer to the last message.
    package var request: ChatRequest {
        let opening = system.map { [Message(role: .system, text: $0)] } ?? []
        var request = ChatRequest(model: model, messages: opening + messages, style: ReplyStyle(streams: true))
        request.options = options
        request.thinking = thinking
        request.responseFormat = format
        request.keepAlive = keepAlive
        return request
    }

    package mutating func ask(_ text: String, media: [Media] = []) {
        var message = Message(role: .user, text: text)
        message.content += media.map(ContentPart.media)
        messages.append(message)
    }

    /// Adds an answer; one that was interrupted counts as far as it came, an empty one takes the question back.
    package mutating func answer(_ message: Message) {
        if message.text.isEmpty, message.toolCalls.isEmpty, messages.last?.role == .user {
            messages.removeLast()
        } else {
            messages.append(message)
        }
    }

    /// Takes the last question back, when it could not be answered.
    package mutating func withdraw() { if messages.last?.role == .user { messages.removeLast() } }

    /// Forgets the turns; settings stay.
    package mutating func clear() { messages = [] }

    /// Sets a parameter from its words.
    ///
    /// - Throws: `WireError` in Ollama's words for an unknown name or a value of another type.
    package mutating func setParameter(_ name: String, values: [String]) throws(WireError) {
        var object = options.json.objectValue ?? JSONObject()
        var candidates: [JSONValue] = []
        if name != "stop", values.count == 1 { candidates.append(Self.scalar(values[0])) }
        candidates.append(.array(values.map { .string($0) }))
        for (index, candidate) in candidates.enumerated() {
            object[name] = candidate
            do throws(WireError) {
                let options = try GenerationOptions(.object(object))
                guard options.unknownNames.isEmpty else { throw WireError(.invalid, "unknown parameter '\(name)'") }
                self.options = options
                parameters.removeAll { $0.name == name }
                parameters.append((name, values))
                return
            } catch {
                if index == candidates.count - 1 { throw error }
            }
        }
    }

    /// A word as the number or truth value that it spells.
    private static func scalar(_ word: String) -> JSONValue {
        if let value = try? JSONParser.parse(word), value.numberValue != nil || value.boolValue != nil { return value }
        return Double(word).map { .double($0) } ?? .string(word)
    }

    /// The request that makes a model of this conversation.
    ///
    /// - Parameter parent: the model that this one was made from, if it has one.
    package func createRequest(named name: String) -> JSONValue {
        var object = JSONObject()
        object["model"] = .string(name)
        object["from"] = .string(model)
        object["system"] = system.map { .string($0) }
        if !parameters.isEmpty { object["parameters"] = options.json }
        if !messages.isEmpty { object["messages"] = .array(messages.map(\.plainJSON)) }
        return .object(object)
    }
}

extension Message {
    /// Role and text, as models keep messages.
    var plainJSON: JSONValue { ["role": .string(role.name), "content": .string(text)] }
}
