import ChatTemplates
import GGUF
import JSON
import Tokenization

/// A conversation put into a model's own chat template.
struct ChatPrompt {
    private let template: ChatTemplate
    private let tokenizer: Tokenizer
    private let name: String

    /// Reads the model's template.
    ///
    /// - Throws: what is wrong with it, or that the model has none.
    init(_ metadata: Metadata, tokenizer: Tokenizer, name: String) throws {
        guard let source = try metadata.optionalString("tokenizer.chat_template") else {
            throw InputError("\(name): has no chat template, so it cannot chat; leave out --chat")
        }
        do { template = try ChatTemplate(source: source) } catch {
            throw InputError("\(name): chat template: \(error)")
        }
        self.tokenizer = tokenizer
        self.name = name
    }

    /// The tokens of a user's message, and of a system message in front of it, up to where the answer begins.
    ///
    /// Texts of control tokens count only where the template wrote them: a message cannot end its own turn.
    func tokens(user: String, system: String?) throws -> [TokenID] {
        let systemMessage = system.map { [Self.message("system", $0)] } ?? []
        var chat = Chat(messages: systemMessage + [Self.message("user", user)])
        let special = tokenizer.vocabulary.special
        chat.beginToken = special.bos.map(text)
        chat.endToken = special.eos.map(text)
        let rendered: RenderedChat
        do { rendered = try template.renderChat(chat, now: .current()) } catch {
            throw InputError("\(name): chat template: \(error)")
        }
        let segments = rendered.segments.map { segment -> TextSegment in
            segment.isTemplate ? .template(segment.text) : .user(segment.text)
        }
        let tokens = tokenizer.encode(segments, addingSpecialTokens: false)
        // Templates that leave the beginning to the tokenizer get it here, the others have written it.
        let lacksBeginning = tokenizer.vocabulary.flags.addsBeginning && tokens.first != special.bos
        return lacksBeginning ? (special.bos.map { [$0] } ?? []) + tokens : tokens
    }

    private func text(_ token: TokenID) -> String {
        String(decoding: tokenizer.piece(of: token, special: .shown), as: UTF8.self)
    }

    private static func message(_ role: String, _ content: String) -> JSONValue {
        ["role": .string(role), "content": .string(content)]
    }
}
