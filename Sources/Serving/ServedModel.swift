import ChatTemplates
import GGUF
package import Inference
package import ModelStorage
import OutputParsing
import Sampling
import Synchronization
import Tokenization
package import WireFormats

/// What a model's name stands for: a file to load, and what its maker says about using it.
package struct CatalogEntry: Sendable {
    package var source: ModelSource
    /// The system message of conversations that bring none.
    package var system: String?
    /// Messages that stand before every conversation.
    package var messages: [Message] = []
    /// Options of requests that say nothing else.
    package var parameters = GenerationOptions()
    /// The template of the store, in Go's language; nil if the file's own counts.
    package var goTemplate: String?
    /// What the store knows of it; nil if it is not in the store.
    package var stored: StoredModel?

    package init(source: ModelSource) { self.source = source }
}

/// A loaded model as requests use it.
package struct ServedModel: Sendable {
    package let entry: CatalogEntry
    package let loaded: LoadedModel
    /// How it wants to be talked to; nil if neither the entry nor the file has a template.
    let format: ChatFormat?
    /// How it marks its thinking and its calls.
    let outputFormat: OutputFormat

    /// - Throws: what is wrong with the template.
    init(_ entry: CatalogEntry, _ loaded: LoadedModel, formats: OutputFormatCache) throws {
        self.entry = entry
        self.loaded = loaded
        let jinja = try ChatFormat.source(of: loaded.metadata)
        switch TemplateChoice(go: entry.goTemplate, jinja: jinja, preference: nil) {
        case .go:
            format = try entry.goTemplate.map { text throws(TemplateError) in
                try loaded.chatFormat(source: text, language: .go)
            }
        case .jinja:
            format = try jinja.map { text throws(TemplateError) in
                try loaded.chatFormat(source: text, language: .jinja)
            }
        case .none: format = nil
        }
        outputFormat = formats.format(of: format?.source ?? "")
    }

    /// What generates.
    ///
    /// - Throws: `unsupported` for a model that only embeds.
    var engine: Engine {
        get throws(WireError) {
            guard let engine = loaded.generation else {
                throw WireError(.unsupported, "\"\(entry.source.name)\" does not support generate: it only embeds")
            }
            return engine
        }
    }

    /// A request as this model can follow it.
    ///
    /// - Throws: `unsupported` where it asks for thinking and the model does not think.
    func adapted(_ request: ChatRequest, _ dialect: Dialect) throws(WireError) -> ChatRequest {
        var request = request
        request.thinking = try thinking(request.thinking, request.model, dialect)
        return request
    }

    /// A request as this model can follow it.
    ///
    /// - Throws: `unsupported` where it asks for thinking and the model does not think.
    func adapted(_ request: CompletionRequest, _ dialect: Dialect) throws(WireError) -> CompletionRequest {
        var request = request
        request.thinking = try thinking(request.thinking, request.model, dialect)
        return request
    }

    /// Clients of Anthropic's dialect send the wish to every model, so there one that does not think just answers.
    private func thinking(
        _ choice: ThinkingChoice, _ name: String, _ dialect: Dialect
    ) throws(WireError) -> ThinkingChoice {
        guard outputFormat.thinking.isEmpty, choice != .unset, choice != .off else { return choice }
        guard dialect == .anthropic else { throw OllamaError.doesNotSupport(name, "thinking") }
        return .unset
    }

    /// Positions that a request may use: what it asks for, or else the model's parameters, up to what is loaded.
    func contextLength(_ options: GenerationOptions) -> Int {
        min(options.contextLength.flatMap { $0 > 0 ? $0 : nil } ?? loaded.contextLength, loaded.contextLength)
    }

    /// The control token that a text is the spelling of, if there is one.
    func tokens(spelled text: String) -> Set<TokenID> {
        let tokens = loaded.tokenizer.encode(text, options: .template)
        guard tokens.count == 1, let token = tokens.first,
            loaded.tokenizer.vocabulary.attributes(of: token).contains(.control)
        else { return [] }
        return [token]
    }

    /// A token with its log probability as clients see it.
    func wire(_ probabilities: LogProbabilities) -> WireFormats.TokenLogProbability {
        var result = wire(probabilities.chosen)
        result.alternatives = probabilities.top.map(wire)
        return result
    }

    private func wire(_ item: Sampling.TokenLogProbability) -> WireFormats.TokenLogProbability {
        let bytes = loaded.tokenizer.piece(of: item.token, special: .shown)
        return WireFormats.TokenLogProbability(bytes, logProbability: item.logProbability)
    }
}

extension WireFormats.TokenLogProbability {
    init(_ bytes: [UInt8], logProbability: Float?) {
        self.init(token: String(decoding: bytes, as: UTF8.self), bytes: bytes, logProbability: logProbability)
    }
}

/// The output formats of templates. Finding one means searching the template for every format's marks, which would be a
/// quarter of the work of a short answer.
final class OutputFormatCache: Sendable {
    private let known = Mutex<[String: OutputFormat]>([:])
    /// Templates are many only where clients bring their own.
    private static let mostFormats = 64

    func format(of template: String) -> OutputFormat {
        if let format = known.withLock({ $0[template] }) { return format }
        let format = OutputFormat.detect(template: template)
        known.withLock { known in
            if known.count == Self.mostFormats { known.removeAll() }
            known[template] = format
        }
        return format
    }
}
