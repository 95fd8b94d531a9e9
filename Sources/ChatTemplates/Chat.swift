package import JSON

/// A conversation as a template gets it.
package struct Chat: Sendable {
    /// The messages so far: objects with `role` and `content`, and what else templates look for.
    package var messages: [JSONValue]
    /// Descriptions of functions that the model may call, if there are any.
    package var tools: [JSONValue]?
    /// Whether the text ends where the model's answer begins.
    package var addsGenerationPrompt = true
    /// Texts of the vocabulary's tokens; what is nil is undefined to the template.
    package var beginToken: String?
    package var endToken: String?
    /// More variables, such as `enable_thinking` or `documents`.
    package var extra = JSONObject()

    package init(messages: [JSONValue], tools: [JSONValue]? = nil) {
        self.messages = messages
        self.tools = tools
    }
}

/// A rendered chat, cut where the writer changes.
package struct RenderedChat: Equatable, Sendable {
    package struct Segment: Equatable, Sendable {
        package let text: String
        /// Whether the template wrote it. What comes from messages, tools and extra variables is the caller's: texts of
        /// control tokens in it are plain text.
        package let isTemplate: Bool
    }

    /// Neighbours differ in who wrote them; none is empty.
    package let segments: [Segment]

    /// The whole text.
    package var text: String { segments.map(\.text).joined() }
}

extension ChatTemplate {
    /// Renders a conversation as `transformers.apply_chat_template` does, and tells who wrote which part.
    ///
    /// Every character keeps its origin through whatever the template does with it, so a message cannot end its own
    /// turn by containing `<|im_end|>`: only tokens that lie in template-written segments are control tokens.
    /// A role is taken for the template's text if it is a plain word, since templates build `<|user|>` from it.
    package func renderChat(
        _ chat: Chat, now: LocalTime, limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) -> RenderedChat {
        var context: [String: Value] = [
            "tools": .none, "documents": .none, "add_generation_prompt": .boolean(chat.addsGenerationPrompt),
        ]
        if let token = chat.beginToken { context["bos_token"] = .text(token) }
        if let token = chat.endToken { context["eos_token"] = .text(token) }
        if let tools = chat.tools { context["tools"] = try Value(.array(tools), origin: .user) }
        for (name, value) in chat.extra.members { context[name] = try Value(value, origin: .user) }
        var messages: [Value] = []
        for message in chat.messages { messages.append(try Value.message(message)) }
        context["messages"] = .list(try Items(messages))
        return RenderedChat(try render(context, now: now, limits: limits))
    }
}

extension RenderedChat {
    init(_ text: Text) {
        var segments: [Segment] = []
        var start = 0
        while start < text.count {
            let isUser = text.symbols[start] & Text.userBit != 0
            let end: Int = text.symbols[start...].firstIndex { ($0 & Text.userBit != 0) != isUser } ?? text.count
            segments.append(Segment(text: text[start..<end].string, isTemplate: !isUser))
            start = end
        }
        self.segments = segments
    }
}

extension Value {
    /// Names under which messages carry the model's reasoning; the first is the one that templates read.
    private static let reasoningNames = ["reasoning_content", "thinking", "reasoning"]

    /// A message: all its text is the caller's but a role that is a plain word.
    ///
    /// Reasoning is passed under the names that templates know, whatever name it came under.
    fileprivate static func message(_ json: JSONValue) throws(TemplateError) -> Value {
        guard case .object(let members) = json else { return try Value(json, origin: .user) }
        let mapping = Mapping()
        let reasoning = reasoningNames.lazy.compactMap { members[$0] }.first { !$0.isNull }
        if let reasoning { try mapping.set(.text("thinking"), try Value(reasoning, origin: .user)) }
        for (name, value) in members.members {
            let isPlainRole = name == "role" && (value.stringValue.map(isPlainWord) ?? false)
            try mapping.set(
                .string(Text(user: name)), try Value(value, origin: isPlainRole ? .template : .user))
        }
        if let reasoning { try mapping.set(.text("reasoning_content"), try Value(reasoning, origin: .user)) }
        return .dictionary(mapping)
    }

    static func isPlainWord(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (byte | 32 >= 97 && byte | 32 <= 122) || (byte >= 48 && byte <= 57) || byte == 95 || byte == 45
        }
    }
}
