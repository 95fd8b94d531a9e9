import ChatTemplates
import GGUF
import Inference
import JSON
import Tokenization

/// A conversation put into a model's own chat template.
struct ChatPrompt {
    private let format: ChatFormat
    private let name: String

    /// Reads the model's template.
    ///
    /// - Throws: what is wrong with it, or that the model has none.
    init(_ metadata: Metadata, tokenizer: Tokenizer, name: String) throws {
        guard let source = try ChatFormat.source(of: metadata) else {
            throw InputError("\(name): has no chat template, so it cannot chat; leave out --chat")
        }
        do { format = try ChatFormat(source: source, tokenizer: tokenizer) } catch {
            throw InputError("\(name): chat template: \(error)")
        }
        self.name = name
    }

    /// The tokens of a user's message, and of a system message in front of it, up to where the answer begins.
    func tokens(user: String, system: String?) throws -> [TokenID] {
        let systemMessage = system.map { [Self.message("system", $0)] } ?? []
        let chat = Chat(messages: systemMessage + [Self.message("user", user)])
        do { return format.tokens(of: try format.render(chat, now: .current())) } catch {
            throw InputError("\(name): chat template: \(error)")
        }
    }

    private static func message(_ role: String, _ content: String) -> JSONValue {
        ["role": .string(role), "content": .string(content)]
    }
}
