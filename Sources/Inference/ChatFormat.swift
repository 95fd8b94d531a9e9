package import ChatTemplates
package import GGUF
import JSON
package import Tokenization

/// How a model wants to be talked to: its chat template, and the tokenizer that reads what the template writes.
package struct ChatFormat: Sendable {
    /// The languages that templates are written in.
    package enum Language: Sendable {
        /// As in GGUF files.
        case jinja
        /// As in Ollama's store.
        case go
    }

    private enum Template: Sendable {
        case jinja(ChatTemplate)
        case go(GoTemplate)
    }

    /// The template's text.
    package let source: String
    package let language: Language
    private let template: Template
    private let tokenizer: Tokenizer

    /// Reads a template.
    ///
    /// - Throws: what is wrong with it.
    package init(
        source: String, language: Language = .jinja, tokenizer: Tokenizer
    ) throws(TemplateError) {
        self.source = source
        self.language = language
        self.tokenizer = tokenizer
        switch language {
        case .jinja: template = .jinja(try ChatTemplate(source: source))
        case .go: template = .go(try GoTemplate(source: source))
        }
    }

    /// The template that a model's file carries, nil if it has none.
    package static func source(of metadata: Metadata) throws(GGUFError) -> String? {
        try metadata.optionalString("tokenizer.chat_template")
    }

    /// Renders a conversation; the texts of the vocabulary's begin and end tokens are the template's to use.
    package func render(_ chat: Chat, now: LocalTime) throws(TemplateError) -> RenderedChat {
        switch template {
        case .jinja(let template): return try render(chat, template, now: now)
        case .go(let template): return try render(chat, template, now: now)
        }
    }

    private func render(_ chat: Chat, _ template: ChatTemplate, now: LocalTime) throws(TemplateError) -> RenderedChat {
        var chat = chat
        let special = tokenizer.vocabulary.special
        chat.beginToken = special.bos.map(text)
        chat.endToken = special.eos.map(text)
        return try template.renderChat(chat, now: now)
    }

    /// Go templates know thinking by names of their own, and write no begin or end token by name.
    private func render(_ chat: Chat, _ template: GoTemplate, now: LocalTime) throws(TemplateError) -> RenderedChat {
        var goChat = GoChat(messages: chat.messages)
        goChat.tools = chat.tools ?? []
        goChat.thinks = chat.extra["enable_thinking"]?.boolValue
        goChat.thinkingLevel = chat.extra["reasoning_effort"]?.stringValue ?? ""
        return try template.renderChat(goChat, now: now)
    }

    /// The tokens of a rendered conversation.
    ///
    /// Texts of control tokens count only where the template wrote them: a message cannot end its own turn.
    package func tokens(of rendered: RenderedChat) -> [TokenID] {
        let segments = rendered.segments.map { segment -> TextSegment in
            segment.isTemplate ? .template(segment.text) : .user(segment.text)
        }
        let tokens = tokenizer.encode(segments, addingSpecialTokens: false)
        // Templates that leave the beginning to the tokenizer get it here, the others have written it.
        let special = tokenizer.vocabulary.special
        let lacksBeginning = tokenizer.vocabulary.flags.addsBeginning && tokens.first != special.bos
        return lacksBeginning ? (special.bos.map { [$0] } ?? []) + tokens : tokens
    }

    private func text(_ token: TokenID) -> String {
        String(decoding: tokenizer.piece(of: token, special: .shown), as: UTF8.self)
    }
}
