import GGUF
import JSON

/// The tokens with a role, which of them frame a text, how texts are normalised, and the chat templates.
///
/// *Source*: `SpecialVocab` of llama.cpp's gguf package, whose rules these are, quirks included where keys depend on
/// them: the ends of a post-processor's template are taken for the beginning and the end of a sequence.
struct SpecialTokenKeys {
    /// Roles as `tokenizer_config.json` and `config.json` spell them, and GGUF's keys.
    private static let roles: [(name: String, key: String)] = [
        ("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("sep", "seperator"), ("pad", "padding"),
        ("mask", "mask"), ("eot", "eot"),
    ]

    /// Texts of roles.
    private var texts: [String: String] = [:]
    /// Whether roles are added to a text.
    private var adds: [String: Bool] = [:]
    private let source: Vocabulary.Source
    private let tokens: [Vocabulary.Token]

    init(_ source: Vocabulary.Source, tokens: [Vocabulary.Token]) {
        self.source = source
        self.tokens = tokens
        let settings = source.settings
        for role in ["bos", "eos", "unk", "sep", "pad", "cls", "mask"] {
            let value = settings["\(role)_token"]
            texts[role] = value?.stringValue ?? value?["content"]?.stringValue
        }
        // BERT's names for both.
        texts["bos"] = texts["bos"] ?? texts["cls"]
        texts["eos"] = texts["eos"] ?? texts["sep"]
        if let processor = source.tokenizer?["post_processor"] {
            for part in processor["processors"]?.arrayValue ?? [processor] { read(part) }
        }
        for role in ["bos", "eos", "sep"] where adds[role] == nil {
            adds[role] = settings["add_\(role)_token"]?.boolValue
        }
    }

    /// What a step of the post-processor puts around a text.
    private mutating func read(_ processor: JSONValue) {
        switch processor["type"]?.stringValue {
        case "ByteLevel":
            adds["bos"] = adds["bos"] ?? false
            adds["eos"] = adds["eos"] ?? false
        case "RobertaProcessing":
            for role in ["bos", "eos", "sep"] { adds[role] = true }
        case "TemplateProcessing":
            read(single: processor["single"]?.arrayValue ?? [], pair: processor["pair"]?.arrayValue ?? [])
        default: break
        }
    }

    private mutating func read(single: [JSONValue], pair: [JSONValue]) {
        guard single.count > 1 else { return }
        func special(_ value: JSONValue?) -> String? { value?["SpecialToken"]?["id"]?.stringValue }
        let (first, last) = (special(single.first), special(single.last))
        if let first {
            if texts["bos"] == nil { texts["bos"] = first }
            adds["bos"] = first == texts["bos"] || first == texts["cls"]
        }
        if let last {
            if last != texts["eos"] {
                texts["eot"] = texts["eos"]
                texts["eos"] = last
            }
            adds["eos"] = true
        }
        // Between the two texts of a pair.
        var middle = pair[...]
        if first != nil, special(middle.first) == first { middle = middle.dropFirst() }
        if last != nil, special(middle.last) == last { middle = middle.dropLast() }
        guard middle.count > 2, middle.first?["Sequence"]?["id"] == "A", middle.last?["Sequence"]?["id"] == "B" else {
            return
        }
        let between = middle.dropFirst().dropLast().prefix(2).map(special)
        let separators = [texts["sep"], texts["eos"]].compactMap(\.self)
        let isFirst = between.first.flatMap(\.self).map { separators.contains($0) && last == nil } ?? false
        let isSecond = between.dropFirst().first.flatMap(\.self).map(separators.contains) ?? false
        adds["sep"] = isFirst || isSecond
        if isFirst || isSecond { texts["sep"] = texts["sep"] ?? texts["eos"] }
    }

    // MARK: Writing

    /// Adds all keys.
    func add(to keys: inout ModelKeys) throws(ConversionError) {
        let configuration = try source.folder.json(Configuration.fileName)?.objectValue ?? JSONObject()
        let generation = try source.folder.json("generation_config.json")?.objectValue ?? JSONObject()
        for (role, key) in Self.roles {
            let field = "\(role)_token_id"
            let stated = configuration[field] ?? configuration["text_config"]?[field]
            let id = texts[role].flatMap(addedID) ?? stated?.intValue ?? generation[field]?.intValue
            guard let id, tokens.indices.contains(id) else { continue }
            keys.setGlobal("tokenizer.ggml.\(key)_token_id", .uint32(UInt32(id)))
        }
        for role in ["bos", "eos", "sep"] {
            keys.setGlobal("tokenizer.ggml.add_\(role)_token", adds[role].map { .bool($0) })
        }
        addNormalizer(source.tokenizer?["normalizer"], to: &keys)
        try addTemplates(to: &keys)
        addSampling(generation, to: &keys)
    }

    /// The number of an added token.
    private func addedID(_ text: String) -> Int? {
        let added = source.tokenizer?["added_tokens"]?.arrayValue ?? []
        if let entry = added.first(where: { $0["content"]?.stringValue == text }) { return entry["id"]?.intValue }
        return source.settingsTokens.first { $0.text == text }?.id
    }

    private func addNormalizer(_ normalizer: JSONValue?, to keys: inout ModelKeys) {
        switch normalizer?["type"]?.stringValue {
        case "Lowercase": keys.setGlobal("tokenizer.ggml.normalizer.lowercase", .bool(true))
        case "StripAccents": keys.setGlobal("tokenizer.ggml.normalizer.strip_accents", .bool(true))
        case "BertNormalizer":
            for flag in ["lowercase", "strip_accents"] {
                keys.setGlobal("tokenizer.ggml.normalizer.\(flag)", normalizer?[flag]?.boolValue.map { .bool($0) })
            }
        case "Sequence":
            for part in normalizer?["normalizers"]?.arrayValue ?? [] { addNormalizer(part, to: &keys) }
        default: break
        }
    }

    /// What the model's makers recommend for sampling.
    private func addSampling(_ generation: JSONObject, to keys: inout ModelKeys) {
        let numbers = [
            ("temp", "temperature"), ("top_p", "top_p"), ("min_p", "min_p"), ("penalty_repeat", "repetition_penalty"),
        ]
        for (key, field) in numbers {
            keys.setGlobal("general.sampling.\(key)", generation[field]?.doubleValue.map { .float32(Float($0)) })
        }
        keys.setGlobal(
            "general.sampling.top_k", generation["top_k"]?.intValue.flatMap { Int32(exactly: $0) }.map { .int32($0) })
    }

    // MARK: Templates

    /// The chat template: a file of its own, or a text or a list of named ones in the settings.
    private func addTemplates(to keys: inout ModelKeys) throws(ConversionError) {
        var template = source.settings["chat_template"]
        if template == nil || template == .null {
            template = try source.folder.text("chat_template.jinja").map(JSONValue.string)
        }
        if template == nil { template = try source.folder.json("chat_template.json")?["chat_template"] }
        let key = "tokenizer.chat_template"
        if let text = template?.stringValue { return keys.setGlobal(key, .text(text)) }
        var names: [String] = []
        for entry in template?.arrayValue ?? [] {
            guard let given = entry["name"]?.stringValue, let text = entry["template"]?.stringValue else { continue }
            let name = String(given.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
            if name == "default" {
                keys.setGlobal(key, .text(text))
            } else {
                names.append(name)
                keys.setGlobal("\(key).\(name)", .text(text))
            }
        }
        if !names.isEmpty { keys.setGlobal("tokenizer.chat_templates", .array(MetadataArray(names))) }
    }
}
