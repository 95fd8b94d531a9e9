import JSON

/// How an embedding model pools the states of its tokens, as sentence-transformers writes it: `modules.json` names a
/// folder whose `config.json` says it.
enum SentencePooling: Int {
    case mean = 1
    case first = 2
    case last = 3

    /// GGUF's `pooling_type`; nil if the files do not say.
    static func number(_ folder: ModelFolder) throws(ConversionError) -> Int? {
        guard let modules = try folder.json("modules.json")?.arrayValue else { return nil }
        let pooling = modules.first { $0["type"]?.stringValue?.hasSuffix("Pooling") == true }
        guard let path = pooling?["path"]?.stringValue else { return nil }
        let name = path + "/config.json"
        let settings = try folder.object(name, purpose: "how the model pools")
        let flags: [(String, SentencePooling)] = [
            ("pooling_mode_mean_tokens", .mean), ("pooling_mode_cls_token", .first),
            ("pooling_mode_lasttoken", .last),
        ]
        if let row = flags.first(where: { settings[$0.0]?.boolValue == true }) { return row.1.rawValue }
        let modes: [String: SentencePooling] = ["mean": .mean, "cls": .first, "lasttoken": .last]
        if let mode = settings["pooling_mode"]?.stringValue, let pooling = modes[mode] { return pooling.rawValue }
        throw .unsupported(what: "pooling", found: name, supported: "mean, cls or lasttoken")
    }
}
