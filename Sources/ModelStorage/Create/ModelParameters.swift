package import JSON

/// Options that a Modelfile may set with `PARAMETER`.
package enum ModelParameters {
    enum Kind { case integer, number, boolean, texts }

    /// THE table: name and kind of every option.
    static let kinds: [String: Kind] = [
        "num_keep": .integer, "seed": .integer, "num_predict": .integer, "top_k": .integer, "top_p": .number,
        "min_p": .number, "typical_p": .number, "repeat_last_n": .integer, "temperature": .number,
        "repeat_penalty": .number, "presence_penalty": .number, "frequency_penalty": .number, "stop": .texts,
        "num_ctx": .integer, "num_batch": .integer, "num_gpu": .integer, "main_gpu": .integer, "use_mmap": .boolean,
        "num_thread": .integer, "draft_num_predict": .integer,
    ]

    /// Options of former times: accepted without effect.
    static let retired: Set = [
        "penalize_newline", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mlock", "mirostat", "mirostat_tau",
        "mirostat_eta", "num_gqa", "numa", "tfs_z",
    ]

    /// The value that a text stands for.
    ///
    /// - Throws: `unknownParameter`, `invalidParameter`.
    static func value(_ name: String, _ text: String) throws(ModelStorageError) -> JSONValue {
        guard let kind = kinds[name] else { throw .unknownParameter(name) }
        switch kind {
        case .integer:
            guard let integer = Int(text) else { throw .invalidParameter(name, expected: "int", found: text) }
            return .integer(integer)
        case .number:
            guard let number = Float(text), number.isFinite else {
                throw .invalidParameter(name, expected: "float", found: text)
            }
            return .float(number)
        case .boolean:
            guard let value = booleans[text.lowercased()] else {
                throw .invalidParameter(name, expected: "bool", found: text)
            }
            return .bool(value)
        case .texts: return [.string(text)]
        }
    }

    /// Texts that Go takes for Booleans.
    private static let booleans = ["1": true, "t": true, "true": true, "0": false, "f": false, "false": false]

    /// The directives of stored options: names sorted, one for each element of an array.
    package static func directives(_ parameters: JSONObject) -> [Modelfile.Directive] {
        lines(parameters).map { name, value in
            .parameter(name: name, value: value.stringValue ?? JSONWriter.text(value))
        }
    }

    /// The options as people read them: one a line, names padded to 30 columns, texts in quotes.
    package static func text(_ parameters: JSONObject) -> String {
        lines(parameters).map { name, value in
            name + String(repeating: " ", count: max(0, nameColumns - name.count)) + " " + JSONWriter.text(value)
        }.joined(separator: "\n")
    }

    private static let nameColumns = 30

    private static func lines(_ parameters: JSONObject) -> [(String, JSONValue)] {
        parameters.members.sorted { $0.key < $1.key }.flatMap { name, value in
            (value.arrayValue ?? [value]).map { (name, $0) }
        }
    }
}
