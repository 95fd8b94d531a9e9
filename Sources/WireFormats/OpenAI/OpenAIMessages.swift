import JSON

/// The messages of OpenAI's chats.
enum OpenAIMessages {
    /// Reads all messages; a result's tool is looked up among the earlier calls.
    static func decode(_ object: RequestObject) throws(WireError) -> [Message] {
        let elements = try object.objects("messages") ?? []
        guard !elements.isEmpty else { throw object.error("messages", "[] is too short - 'messages'") }
        var messages: [Message] = []
        messages.reserveCapacity(elements.count)
        var toolNames: [String: String] = [:]
        for element in elements {
            var message = try message(element)
            for call in message.toolCalls where !call.id.isEmpty { toolNames[call.id] = call.name }
            if message.role == .tool, message.toolName == nil {
                message.toolName = message.toolCallID.flatMap { toolNames[$0] }
            }
            messages.append(message)
        }
        return messages
    }

    private static func message(_ object: RequestObject) throws(WireError) -> Message {
        let name = try object.required("role")
        let role: Role =
            switch name {
            case "developer": .system
            case "function": .tool
            default: Role(name)
            }
        var message = Message(role: role, content: try content(of: object, role: role))
        message.thinking = try object.string(anyOf: ["reasoning", "reasoning_content"])
        if role == .tool {
            message.toolName = try object.string("name")
            message.toolCallID = try object.string("tool_call_id")
        }
        for call in try object.objects("tool_calls") ?? [] { message.toolCalls.append(try toolCall(call)) }
        return message
    }

    private static func toolCall(_ object: RequestObject) throws(WireError) -> ToolCall {
        guard let function = try object.object("function") else {
            throw object.error("function", "\(object.path("function")) is required", kind: .unsupported)
        }
        let arguments: JSONObject
        switch function.value("arguments") {
        case nil: arguments = JSONObject()
        case .object(let members): arguments = members
        case .string(let text): arguments = ToolCall.arguments(text: text)
        default: throw function.mismatch("arguments", expected: "string")
        }
        return ToolCall(
            id: try object.string("id") ?? "", name: try function.required("name"), arguments: arguments)
    }

    private static func content(of object: RequestObject, role: Role) throws(WireError) -> [ContentPart] {
        switch object.value("content") {
        case nil where role == .assistant: return []
        case nil: throw object.error("content", "\(object.path("content")) is required")
        case .string(let text): return text.isEmpty ? [] : [.text(text)]
        case .array: break
        default: throw object.mismatch("content", expected: "string or array of parts")
        }
        var parts: [ContentPart] = []
        for part in try object.objects("content") ?? [] { parts.append(try Self.part(part)) }
        return parts
    }

    private static func part(_ object: RequestObject) throws(WireError) -> ContentPart {
        switch try object.string("type") ?? "text" {
        case "text": return .text(try object.required("text"))
        case "refusal": return .text(try object.required("refusal"))
        case "image_url":
            if let url = object.value("image_url")?.stringValue {
                return .media(try Media(imageURL: url, of: object, named: "image_url"))
            }
            guard let image = try object.object("image_url") else { throw object.missing("image_url") }
            return .media(try Media(imageURL: try image.required("url"), of: image, named: "url"))
        case "input_audio":
            guard let audio = try object.object("input_audio") else { throw object.missing("input_audio") }
            guard let bytes = Base64.decode(try audio.required("data")) else {
                throw audio.error("data", "\(audio.path("data")) is not base64")
            }
            return .media(Media(bytes: bytes, mediaType: "audio/" + (try audio.string("format") ?? "wav")))
        case let type:
            throw object.error(
                "type", "content of type '\(type.prefix(64))' is not supported", kind: .unsupported)
        }
    }
}

extension RequestObject {
    func missing(_ name: String) -> WireError { error(name, "\(path(name)) is required") }
}

extension Media {
    private static let imageTypes: Set<String?> = [nil, "image/jpeg", "image/jpg", "image/png", "image/webp"]

    /// Reads a data URL; nothing is fetched from elsewhere.
    init(imageURL url: String, of object: RequestObject, named name: String) throws(WireError) {
        guard !url.hasPrefix("http://"), !url.hasPrefix("https://") else {
            throw object.error(
                name, "image URLs are not currently supported, please use base64 encoded data instead",
                kind: .unsupported)
        }
        guard let media = Media(dataURL: url), Self.imageTypes.contains(media.mediaType) else {
            throw object.error(name, "invalid image input")
        }
        self = media
    }
}
