package import ChatTemplates
package import GGUF
package import Tokenization

/// How a model wants to be talked to: its chat template, and the tokenizer that reads what the template writes.
package struct ChatFormat: Sendable {
    /// The template's text.
    package let source: String
    private let template: ChatTemplate
    private let tokenizer: Tokenizer

    /// Reads a template.
    ///
    /// - Throws: what is wrong with it.
    package init(source: String, tokenizer: Tokenizer) throws(TemplateError) {
        self.source = source
        self.tokenizer = tokenizer
        template = try ChatTemplate(source: source)
    }

    /// The template that a model's file carries, nil if it has none.
    package static func source(of metadata: Metadata) throws(GGUFError) -> String? {
        try metadata.optionalString("tokenizer.chat_template")
    }

    /// Renders a conversation; the texts of the vocabulary's begin and end tokens are the template's to use.
    package func render(_ chat: Chat, now: LocalTime) throws(TemplateError) -> RenderedChat {
        var chat = chat
        let special = tokenizer.vocabulary.special
        chat.beginToken = special.bos.map(text)
        chat.endToken = special.eos.map(text)
        return try template.renderChat(chat, now: now)
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
