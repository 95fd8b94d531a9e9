package import JSON

/// A conversation as Ollama's Go templates get it.
package struct GoChat: Sendable {
    /// Objects with `role` and `content`, and `thinking`, `images`, `tool_calls`, `tool_name`, `tool_call_id`.
    package var messages: [JSONValue]
    /// Descriptions of functions that the model may call.
    package var tools: [JSONValue] = []
    /// What follows the gap that the model is to fill; the last user message is then what precedes it.
    package var suffix = ""
    /// Whether the model is to think; nil if nobody said.
    package var thinks: Bool?
    /// How hard, such as `high`; empty if nobody said.
    package var thinkingLevel = ""

    package init(messages: [JSONValue]) { self.messages = messages }
}

extension GoTemplate {
    /// Renders a conversation as Ollama does, and tells who wrote which part: see `ChatTemplate.renderChat`.
    ///
    /// A template that does not read `.Messages` is rendered once for each turn, the last one up to its `.Response`.
    package func renderChat(
        _ chat: GoChat, now: LocalTime, limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) -> RenderedChat {
        let collated = CollatedChat(chat.messages)
        let names = Set(fields.map { $0.lowercased() })
        if !chat.suffix.isEmpty, let prompt = collated.lastPrompt, !prompt.isEmpty {
            let members: [(Text, GoValue)] = [
                ("Prompt", .string(prompt)), ("Suffix", .string(Text(user: chat.suffix))), ("Response", .text("")),
            ]
            return RenderedChat(try render(chat.data(members), now: now, limits: limits))
        }
        guard names.contains("messages") else {
            return RenderedChat(try renderTurns(collated, chat, hasResponse: names.contains("response"), now, limits))
        }
        let members: [(Text, GoValue)] = [
            ("System", .string(collated.system)), ("Messages", .list(GoList(collated.messages.map(\.value)))),
            ("Tools", GoToolValue.tools(chat.tools)), ("Response", .text("")),
        ]
        return RenderedChat(try render(chat.data(members), now: now, limits: limits))
    }

    /// One rendering for each turn of system text, prompt and response.
    private func renderTurns(
        _ collated: CollatedChat, _ chat: GoChat, hasResponse: Bool, _ now: LocalTime, _ limits: TemplateLimits
    ) throws(TemplateError) -> Text {
        let response = GoNode.action(GoPipeline.field("Response"))
        let whole = hasResponse ? nodes : nodes + [response]
        var result = Text()
        var turn = Turn()
        for message in collated.messages {
            if turn.isFull(before: message.role) {
                result.append(try render(chat.data(turn.members), main: whole, now: now, limits: limits))
                guard result.count <= limits.textLength else {
                    throw .limit(line: 0, what: "characters in a text", most: limits.textLength)
                }
                turn = Turn()
            }
            turn.add(message)
        }
        let last = GoNode.cut(whole, after: "Response").nodes
        result.append(try render(chat.data(turn.members), main: last, now: now, limits: limits))
        return result
    }
}

/// What one rendering of a template without `.Messages` shows.
private struct Turn {
    private var system = Text()
    private var prompt = Text()
    private var response = Text()

    /// Whether a message of that role belongs to the next turn.
    func isFull(before role: String) -> Bool {
        switch role {
        case "system": !prompt.isEmpty || !response.isEmpty
        case "user": !response.isEmpty
        default: false
        }
    }

    mutating func add(_ message: CollatedChat.Message) {
        switch message.role {
        case "system": system = message.content
        case "user": prompt = message.content
        case "assistant": response = message.content
        default: break
        }
    }

    var members: [(Text, GoValue)] {
        [("System", .string(system)), ("Prompt", .string(prompt)), ("Response", .string(response))]
    }
}

extension GoChat {
    /// The variables of a rendering: the given ones and those about thinking.
    fileprivate func data(_ members: [(Text, GoValue)]) -> GoValue {
        .map(
            GoMap(
                members + [
                    ("Think", .boolean(thinks ?? false)), ("ThinkLevel", .text(thinkingLevel)),
                    ("IsThinkSet", .boolean(thinks != nil)),
                ]))
    }
}

extension GoPipeline {
    /// The value of a field of the dot.
    fileprivate static func field(_ name: String) -> GoPipeline {
        GoPipeline(line: 0, variables: [], commands: [GoCommand(line: 0, head: .field([name]), arguments: [])])
    }
}

/// Messages as templates get them: neighbours of one role joined, images marked, system texts gathered.
struct CollatedChat {
    struct Message {
        let role: String
        fileprivate(set) var content: Text
        fileprivate let json: JSONValue

        /// The message as templates see it.
        var value: GoValue { GoToolValue.message(json, role: role, content: content) }
    }

    private(set) var messages: [Message] = []
    /// All system texts, a blank line between them.
    private(set) var system = Text()

    init(_ messages: [JSONValue]) {
        var imageCount = 0
        for json in messages {
            let role = json["role"]?.stringValue ?? ""
            let content = Self.content(json, imageCount: &imageCount)
            if role == "system" {
                if !system.isEmpty { system.append("\n\n") }
                system.append(content)
            }
            if let last = self.messages.indices.last, self.messages[last].role == role, role != "tool" {
                guard !content.isEmpty else { continue }
                self.messages[last].content.append("\n\n")
                self.messages[last].content.append(content)
            } else {
                self.messages.append(Message(role: role, content: content, json: json))
            }
        }
    }

    var lastPrompt: Text? { messages.last { $0.role == "user" }?.content }

    /// The text with a mark for each image: in place of an `[img]` of the user's, else before the text.
    private static func content(_ json: JSONValue, imageCount: inout Int) -> Text {
        var text = Text(user: json["content"]?.stringValue ?? "")
        var marks = Text()
        for _ in json["images"]?.arrayValue ?? [] {
            let mark = Text("[img-\(imageCount)]")
            imageCount += 1
            if let place = text.firstIndex(of: "[img]") {
                text.symbols.replaceSubrange(place..<place + 5, with: mark.symbols)
            } else {
                marks.append(mark)
            }
        }
        marks.append(text)
        return marks
    }
}

/// Messages, tool calls and tools as structs with the field names that Ollama's templates use.
enum GoToolValue {
    static func message(_ json: JSONValue, role: String, content: Text) -> GoValue {
        let calls = json["tool_calls"]?.arrayValue ?? []
        return .object(
            GoObject(
                "api.Message",
                [
                    ("Role", .string(Value.text(role, Value.isPlainWord(role) ? .template : .user))),
                    ("Content", .string(content)),
                    ("Thinking", text(json["thinking"])),
                    ("Images", value(json["images"] ?? [])),
                    ("ToolCalls", .list(GoList(calls.map(toolCall)))),
                    ("ToolName", text(json["tool_name"])),
                    ("ToolCallID", text(json["tool_call_id"])),
                ], json: value(json), printsJSON: false))
    }

    private static func toolCall(_ json: JSONValue) -> GoValue {
        let function = json["function"] ?? nil
        return .object(
            GoObject(
                "api.ToolCall",
                [
                    ("ID", text(json["id"])),
                    (
                        "Function",
                        .object(
                            GoObject(
                                "api.ToolCallFunction",
                                [
                                    ("Index", .integer(function["index"]?.intValue ?? 0)),
                                    ("Name", text(function["name"])),
                                    ("Arguments", arguments(function["arguments"])),
                                ], json: value(function), printsJSON: false))
                    ),
                ], json: value(json), printsJSON: false))
    }

    /// Arguments print as JSON; what they hold prints as Go has it.
    private static func arguments(_ json: JSONValue?) -> GoValue {
        let members = json?.objectValue?.members ?? []
        return .map(GoMap(members.map { (Text(user: $0.key), value($0.value)) }, printsJSON: true, keepsOrder: true))
    }

    static func tools(_ tools: [JSONValue]) -> GoValue { .list(GoList(tools.map(tool), printsJSON: true)) }

    private static func tool(_ json: JSONValue) -> GoValue {
        let function = json["function"] ?? nil
        let fields: [(String, GoValue)] = [
            ("Name", text(function["name"])), ("Description", text(function["description"])),
            ("Parameters", property(function["parameters"] ?? nil, name: "api.ToolFunctionParameters")),
        ]
        return .object(
            GoObject(
                "api.Tool",
                [
                    ("Type", text(json["type"])), ("Items", value(json["items"] ?? nil)),
                    ("Function", .object(GoObject("api.ToolFunction", fields, json: value(function)))),
                ], json: value(json)))
    }

    /// A schema: that of all parameters, of one, or of what one holds.
    private static func property(_ json: JSONValue, name: String = "api.ToolProperty") -> GoValue {
        let properties = (json["properties"]?.objectValue?.members ?? []).map { key, value in
            (Text(user: key), property(value))
        }
        let isWhole = name != "api.ToolProperty"
        return .object(
            GoObject(
                name,
                [
                    ("Type", isWhole ? text(json["type"]) : types(json["type"])),
                    ("Defs", value(json["$defs"] ?? nil)), ("Items", value(json["items"] ?? nil)),
                    ("AnyOf", .list(GoList((json["anyOf"]?.arrayValue ?? []).map { property($0) }))),
                    ("Description", text(json["description"])), ("Enum", value(json["enum"] ?? [])),
                    ("Required", value(json["required"] ?? [])),
                    ("Properties", .map(GoMap(properties, printsJSON: true, keepsOrder: true))),
                ], json: value(json)))
    }

    /// The types of a parameter: one prints as its name alone.
    private static func types(_ json: JSONValue?) -> GoValue {
        guard let names = json?.arrayValue else { return text(json) }
        return names.count == 1 ? text(names[0]) : .list(GoList(names.map { text($0) }))
    }

    private static func text(_ json: JSONValue?) -> GoValue { .string(Text(user: json?.stringValue ?? "")) }

    private static func value(_ json: JSONValue) -> GoValue { GoValue(json, origin: .user, keepsOrder: true) }
}
