package import JSON

/// `POST /v1/responses`: reading requests.
package enum OpenAIResponses {
    /// A request. What it repeats in its reply is kept as it was sent.
    package struct Request: Sendable, Equatable {
        /// The request as a chat: instructions first, then the input.
        package var chat: ChatRequest
        /// Goes first and is not inherited by later requests.
        package var instructions: String?
        /// The input alone: with the answer, what a later request goes on from.
        package var input: [Message]
        /// The input as it was sent.
        package var sentInput: JSONValue = []
        /// The stored reply to go on from.
        package var previousResponseID: String?
        /// Whether the reply is kept for later requests; nil means "not sent".
        package var stores: Bool?
        /// Names of tools that came in a namespace, `namespace.name`, with the two parts.
        package var namespacedTools: [String: (namespace: String, name: String)] = [:]
        /// Members of the request that the reply repeats.
        package var echoed = JSONObject()

        package static func == (one: Request, other: Request) -> Bool {
            one.chat == other.chat && one.input == other.input && one.instructions == other.instructions
                && one.previousResponseID == other.previousResponseID && one.stores == other.stores
                && one.echoed == other.echoed
        }

        /// The whole conversation: instructions, what was said before, the input.
        /// - Parameter history: the messages that the previous reply was made from, and its own.
        package func chat(after history: [Message]) -> ChatRequest {
            var chat = chat
            chat.messages = instructions.map { [Message(role: .system, text: $0)] } ?? []
            chat.messages += history + input
            return chat
        }
    }

    /// Reads a request.
    package static func decode(_ json: JSONValue) throws(WireError) -> Request {
        let object = try RequestObject(json, dialect: .openAI)
        let input = try ResponseItems.messages(of: object)
        var request = Request(
            chat: ChatRequest(
                model: try object.required("model"), messages: [],
                style: ReplyStyle(streams: try object.bool("stream") ?? false)),
            instructions: try object.string("instructions"), input: input)
        request.sentInput = object.value("input") ?? []
        request.previousResponseID = try object.nonEmptyString("previous_response_id")
        request.stores = try object.bool("store")
        guard try object.bool("background") != true else {
            throw object.error("background", "background responses are not supported", kind: .unsupported)
        }
        for tool in try object.objects("tools") ?? [] { try add(tool, to: &request) }
        request.chat.toolChoice = try OpenAIFields.toolChoice(of: object, tools: &request.chat.tools)
        request.chat.allowsParallelToolCalls = try object.bool("parallel_tool_calls")
        request.chat.options = try OpenAIFields.options(of: object)
        if let limit = try object.int("max_output_tokens") { request.chat.options.maximumTokens = limit }
        request.chat.thinking = try OpenAIFields.thinking(of: object)
        request.chat.keepAlive = try object.keepAlive()
        request.chat.responseFormat = try format(object)
        request.chat.truncates = try truncation(object)
        if let count = try object.int("top_logprobs", in: 0...WireLimits.alternativeCount), count > 0 {
            request.chat.logProbabilities = count
        } else if try object.strings("include")?.contains("message.output_text.logprobs") == true {
            request.chat.logProbabilities = 0
        }
        request.chat.messages = request.chat(after: []).messages
        for name in ResponseBody.echoedNames { request.echoed[name] = object.value(name) }
        return request
    }

    private static func truncation(_ object: RequestObject) throws(WireError) -> Bool? {
        switch try object.string("truncation") {
        case nil: nil
        case "auto": true
        case "disabled": false
        default: throw object.error("truncation", "truncation must be auto or disabled")
        }
    }

    private static func format(_ object: RequestObject) throws(WireError) -> ResponseFormat {
        guard let format = try object.object("text")?.object("format") else {
            return try object.constrainedText() ?? .text
        }
        switch try format.required("type") {
        case "text": return .text
        case "json_object": return .json
        case "json_schema":
            guard let schema = try format.schema("schema") else { throw format.missing("schema") }
            return .schema(schema)
        case let type:
            throw format.error("type", "text.format.type '\(type.prefix(64))' is not supported", kind: .unsupported)
        }
    }

    /// Functions stand for themselves, namespaces for the functions in them; what the server itself would have to
    /// run is noted and dropped.
    private static func add(_ tool: RequestObject, to request: inout Request) throws(WireError) {
        switch try tool.required("type") {
        case "function": request.chat.tools.append(try Tool(function: tool))
        case "namespace":
            let namespace = try tool.required("name")
            for inner in try tool.objects("tools") ?? [] {
                guard try inner.string("type") ?? "function" == "function" else {
                    throw inner.error("type", "tools of this type are not supported in a namespace", kind: .unsupported)
                }
                var function = try Tool(function: inner)
                let fullName = "\(namespace).\(function.name)"
                request.namespacedTools[fullName] = (namespace, function.name)
                function.name = fullName
                request.chat.tools.append(function)
            }
        case let type where type.hasPrefix("web_search") || ["image_generation", "code_interpreter"].contains(type):
            request.chat.droppedTools.append(type)
        case let type:
            throw tool.error("type", "tools of type '\(type.prefix(64))' are not supported", kind: .unsupported)
        }
    }
}

/// The input items of a request as messages. Reasoning, text and calls that follow one another are one turn.
struct ResponseItems {
    private var messages: [Message] = []
    private var toolNames: [String: String] = [:]

    static func messages(of object: RequestObject) throws(WireError) -> [Message] {
        guard let input = object.value("input") else { throw object.missing("input") }
        if let text = input.stringValue { return [Message(role: .user, text: text)] }
        guard input.arrayValue != nil else { throw object.mismatch("input", expected: "string or array of items") }
        var items = ResponseItems()
        for item in try object.objects("input") ?? [] { try items.add(item) }
        guard !items.messages.isEmpty else { throw object.error("input", "input must not be empty") }
        return items.messages
    }

    private mutating func add(_ item: RequestObject) throws(WireError) {
        switch try item.string("type") ?? "message" {
        case "message":
            let name = try item.required("role")
            let role = name == "developer" ? Role.system : Role(name)
            let content = try content(item, named: "content")
            if role == .assistant {
                editAnswer { $0.content += content }
            } else {
                messages.append(Message(role: role, content: content))
            }
        case "reasoning":
            let thinking = try Self.thinking(item)
            editAnswer { $0.thinking = ($0.thinking ?? "") + thinking }
        case "function_call":
            let namespace = try item.nonEmptyString("namespace").map { $0 + "." } ?? ""
            let call = ToolCall(
                id: try item.required("call_id"), name: namespace + (try item.required("name")),
                arguments: ToolCall.arguments(text: try item.string("arguments") ?? ""))
            toolNames[call.id] = call.name
            editAnswer { $0.toolCalls.append(call) }
        case "function_call_output":
            let id = try item.required("call_id")
            var message = Message(role: .tool, content: try content(item, named: "output"))
            message.toolCallID = id
            message.toolName = toolNames[id]
            messages.append(message)
        case "web_search_call": return
        case let type:
            throw item.error("type", "input items of type '\(type.prefix(64))' are not supported", kind: .unsupported)
        }
    }

    /// Changes the answer that is being put together, or begins one.
    private mutating func editAnswer(_ edit: (inout Message) -> Void) {
        if messages.last?.role != .assistant { messages.append(Message(role: .assistant)) }
        edit(&messages[messages.count - 1])
    }

    /// Ours is in `encrypted_content`, others' in the content or the summary.
    private static func thinking(_ item: RequestObject) throws(WireError) -> String {
        if let text = try item.nonEmptyString("encrypted_content") { return text }
        for name in ["content", "summary"] {
            var text = ""
            for part in try item.objects(name) ?? [] { text += try part.string("text") ?? "" }
            if !text.isEmpty { return text }
        }
        return ""
    }

    private func content(_ item: RequestObject, named name: String) throws(WireError) -> [ContentPart] {
        switch item.value(name) {
        case nil: return []
        case .string(let text): return text.isEmpty ? [] : [.text(text)]
        case .array: break
        default: throw item.mismatch(name, expected: "string or array of parts")
        }
        var parts: [ContentPart] = []
        for part in try item.objects(name) ?? [] {
            switch try part.required("type") {
            case "input_text", "output_text", "text": parts.append(.text(try part.required("text")))
            case "refusal": parts.append(.text(try part.required("refusal")))
            case "input_image":
                guard let url = try part.string("image_url") else {
                    throw part.error("image_url", "images must be sent as data URLs", kind: .unsupported)
                }
                parts.append(.media(try Media(imageURL: url, of: part, named: "image_url")))
            case let type:
                throw part.error("type", "content of type '\(type.prefix(64))' is not supported", kind: .unsupported)
            }
        }
        return parts
    }
}
