import JSON

/// Fields that several of Ollama's requests share.
extension RequestObject {
    /// The model, under its name or the older one; empty where neither was sent, since each route words that itself.
    func ollamaModel() throws(WireError) -> String {
        if let model = try string("model"), !model.isEmpty { return model }
        return try string("name") ?? ""
    }

    func ollamaOptions() throws(WireError) -> GenerationOptions {
        guard let value = value("options") else { return GenerationOptions() }
        return try GenerationOptions(value)
    }

    func keepAlive() throws(WireError) -> KeepAlive? {
        guard let value = value("keep_alive") else { return nil }
        return try KeepAlive(value)
    }

    /// `think`: a switch or a level.
    func ollamaThinking() throws(WireError) -> ThinkingChoice {
        switch value("think") {
        case nil: return .unset
        case .bool(let isOn): return isOn ? .on : .off
        case .string(let word):
            if let level = ThinkingLevel(rawValue: word.lowercased()) { return .level(level) }
        default: break
        }
        throw error("think", "think must be true, false, \"high\", \"medium\", \"low\" or \"max\"")
    }

    /// Alternatives asked for: `logprobs` switches them on, `top_logprobs` says how many.
    func logProbabilities() throws(WireError) -> Int? {
        let count = try int("top_logprobs", in: 0...WireLimits.alternativeCount)
        guard try bool("logprobs") == true else { return nil }
        return count ?? 0
    }

    /// `format`, or one of our extensions `grammar`, `regex` and `choice`.
    func ollamaFormat() throws(WireError) -> ResponseFormat {
        switch value("format") {
        case nil, .string(""): return try constrainedText() ?? .text
        case .string("json"): return .json
        case .object(let schema):
            if case .string(let type)? = schema["type"], ["grammar", "regex", "choice"].contains(type),
                let format = try object("format")
            {
                if let text = try format.constrainedText() { return text }
                throw error("format", "invalid format: type \"\(type)\" needs a member \"\(type)\"")
            }
            return .schema(.object(schema))
        case let other?:
            let shown = String("\(other)".prefix(64))
            throw error("format", "invalid format: \(shown); expected \"json\" or a JSON Schema object")
        }
    }

    /// Text constrained by a grammar, a pattern or a list of words, under our names and vLLM's.
    func constrainedText() throws(WireError) -> ResponseFormat? {
        for name in ["grammar", "guided_grammar"] {
            if let grammar = try string(name), !grammar.isEmpty { return .grammar(grammar) }
        }
        for name in ["regex", "guided_regex"] {
            if let pattern = try string(name) { return .regex(pattern) }
        }
        for name in ["choice", "guided_choice"] {
            guard let words = try strings(name) else { continue }
            guard !words.isEmpty, words.count <= WireLimits.wordCount else {
                throw error(name, "\(path(name)) must have 1 to \(WireLimits.wordCount) elements")
            }
            return .choice(words)
        }
        return nil
    }

    /// Images and sounds as base64, perhaps behind a data URL's head.
    func ollamaMedia() throws(WireError) -> [Media] {
        var media: [Media] = []
        for (index, text) in try (strings("images") ?? []).enumerated() {
            if let parsed = Media(dataURL: text) {
                media.append(parsed)
            } else if let bytes = Base64.decode(text) {
                media.append(Media(bytes: bytes))
            } else {
                throw error("images", "illegal base64 data in \(path("images[\(index)]"))")
            }
        }
        return media
    }
}

extension Media {
    /// Reads `data:image/png;base64,…`; nil for anything else.
    init?(dataURL text: String) {
        guard text.hasPrefix("data:"), let comma = text.utf8.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let head = text[..<comma].dropFirst("data:".count)
        guard head.hasSuffix(";base64"), let bytes = Base64.decode(text[text.utf8.index(after: comma)...]) else {
            return nil
        }
        let type = head.dropLast(";base64".count).prefix { $0 != ";" }
        self.init(bytes: bytes, mediaType: type.isEmpty ? nil : String(type))
    }
}
