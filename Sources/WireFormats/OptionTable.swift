package import JSON

/// One option: its name on the wire and the property that it sets.
struct OptionRow: Sendable {
    enum Property: Sendable {
        case float(any WritableKeyPath<GenerationOptions, Float?> & Sendable)
        case integer(any WritableKeyPath<GenerationOptions, Int?> & Sendable)
        case boolean(any WritableKeyPath<GenerationOptions, Bool?> & Sendable)
        case strings(any WritableKeyPath<GenerationOptions, [String]?> & Sendable)
        case tokens(any WritableKeyPath<GenerationOptions, [Int32]?> & Sendable)
    }

    /// The name first, then other spellings that peers use.
    let names: [String]
    let property: Property

    init(_ names: String..., property: Property) {
        self.names = names
        self.property = property
    }

    /// Every option. `stop` and `logit_bias`, whose forms differ by dialect, have their own readers below.
    static let all: [OptionRow] = [
        OptionRow("temperature", property: .float(\.temperature)),
        OptionRow("top_k", property: .integer(\.topK)),
        OptionRow("top_p", property: .float(\.topP)),
        OptionRow("min_p", property: .float(\.minP)),
        OptionRow("typical_p", "typ_p", property: .float(\.typicalP)),
        OptionRow("top_n_sigma", property: .float(\.topNSigma)),
        OptionRow("dynatemp_range", property: .float(\.dynamicTemperatureRange)),
        OptionRow("dynatemp_exponent", property: .float(\.dynamicTemperatureExponent)),
        OptionRow("repeat_penalty", "repetition_penalty", property: .float(\.repetitionPenalty)),
        OptionRow("repeat_last_n", property: .integer(\.repetitionWindow)),
        OptionRow("presence_penalty", property: .float(\.presencePenalty)),
        OptionRow("frequency_penalty", property: .float(\.frequencyPenalty)),
        OptionRow("dry_multiplier", property: .float(\.dryMultiplier)),
        OptionRow("dry_base", property: .float(\.dryBase)),
        OptionRow("dry_allowed_length", property: .integer(\.dryAllowedLength)),
        OptionRow("dry_penalty_last_n", property: .integer(\.dryWindow)),
        OptionRow("dry_sequence_breakers", property: .strings(\.drySequenceBreakers)),
        OptionRow("xtc_probability", property: .float(\.xtcProbability)),
        OptionRow("xtc_threshold", property: .float(\.xtcThreshold)),
        OptionRow("mirostat", property: .integer(\.mirostat)),
        OptionRow("mirostat_tau", property: .float(\.mirostatTau)),
        OptionRow("mirostat_eta", property: .float(\.mirostatEta)),
        OptionRow("samplers", property: .strings(\.samplerOrder)),
        OptionRow("min_keep", property: .integer(\.minKeep)),
        OptionRow("seed", property: .integer(\.seed)),
        OptionRow("stop_token_ids", property: .tokens(\.stopTokenIDs)),
        OptionRow("num_predict", "n_predict", property: .integer(\.maximumTokens)),
        OptionRow("min_tokens", property: .integer(\.minimumTokens)),
        OptionRow("ignore_eos", property: .boolean(\.ignoresEndOfText)),
        OptionRow("num_ctx", property: .integer(\.contextLength)),
        OptionRow("num_keep", "n_keep", property: .integer(\.keptTokenCount)),
        OptionRow("num_batch", property: .integer(\.batchLength)),
        OptionRow("num_gpu", property: .integer(\.gpuLayerCount)),
        OptionRow("main_gpu", property: .integer(\.mainGPU)),
        OptionRow("use_mmap", property: .boolean(\.mapsFile)),
        OptionRow("num_thread", property: .integer(\.threadCount)),
        OptionRow("draft_num_predict", property: .integer(\.draftLength)),
    ]

    static let knownNames: Set<String> = Set(all.flatMap(\.names)).union(["stop", "logit_bias"])
}

extension GenerationOptions {
    /// Reads an object of options as Ollama's `options`, a Modelfile's parameters layer and our `/v1` extension have
    /// it. Unknown names are noted, not refused.
    /// - Throws: `invalid` with Ollama's words for a value of another type.
    package init(_ object: JSONValue) throws(WireError) {
        guard case .object(let members) = object else {
            throw WireError(.invalid, "options must be an object, found \(object.typeName)", parameter: "options")
        }
        self.init()
        try read(RequestObject(object, dialect: .ollama, path: "options"))
        let names = members.keys.lazy.filter { !OptionRow.knownNames.contains($0.lowercased()) }
        unknownNames = names.prefix(16).map { String($0.prefix(64)) }
    }

    /// Takes every option that is a member of the object; others keep their values.
    mutating func read(_ object: RequestObject) throws(WireError) {
        for row in OptionRow.all {
            guard let (name, value) = object.value(row.names) else { continue }
            try set(row.property, to: value, named: name, of: object)
        }
        if let stop = try Self.stop(of: object, named: "stop") { self.stop = stop }
        if let bias = try Self.logitBias(of: object) { logitBias = bias }
        if let stopTokenIDs, stopTokenIDs.count > WireLimits.stopCount {
            throw object.error("stop_token_ids", "at most \(WireLimits.stopCount) stop tokens are allowed")
        }
    }

    private mutating func set(
        _ property: OptionRow.Property, to value: JSONValue, named name: String, of object: RequestObject
    ) throws(WireError) {
        func wrong(_ expected: String) -> WireError {
            guard object.dialect == .ollama else { return object.mismatch(name, expected: expected) }
            return object.error(name, "option \"\(name)\" must be of type \(expected)")
        }
        switch property {
        case .float(let path):
            guard let number = value.finiteFloat else { throw wrong("float32") }
            self[keyPath: path] = number
        case .integer(let path):
            guard let integer = value.intValue else { throw wrong("integer") }
            self[keyPath: path] = integer
        case .boolean(let path):
            guard let bool = value.boolValue else { throw wrong("boolean") }
            self[keyPath: path] = bool
        case .strings(let path):
            guard let array = value.arrayValue, array.allSatisfy({ $0.stringValue != nil }) else {
                throw wrong("an array of strings")
            }
            guard array.count <= WireLimits.stopCount else {
                throw object.error(name, "option \"\(name)\" has more than \(WireLimits.stopCount) elements")
            }
            self[keyPath: path] = array.compactMap(\.stringValue)
        case .tokens(let path):
            guard let tokens = value.arrayValue?.tokenIDs else { throw wrong("an array of token ids") }
            self[keyPath: path] = tokens
        }
    }

    /// Stop strings: one or several; empty ones are dropped, since they would end every answer at once.
    static func stop(of object: RequestObject, named name: String) throws(WireError) -> [String]? {
        guard let strings = try object.oneOrMoreStrings(name) else { return nil }
        guard strings.count <= WireLimits.stopCount else {
            throw object.error(name, "at most \(WireLimits.stopCount) stop strings are allowed, found \(strings.count)")
        }
        return strings.filter { !$0.isEmpty }
    }

    /// `{"token id": bias}`, or llama-server's `[[token id, bias or false]]`.
    private static func logitBias(of object: RequestObject) throws(WireError) -> [Int32: Float]? {
        guard let value = object.value("logit_bias") else { return nil }
        let expected = "object of token ids and numbers"
        var pairs: [(token: Int32?, bias: JSONValue)]
        switch value {
        case .object(let members):
            pairs = members.members.map { (Int32($0.key), $0.value) }
        case .array(let elements):
            pairs = []
            for element in elements {
                guard let pair = element.arrayValue, pair.count == 2 else {
                    throw object.mismatch("logit_bias", expected: expected)
                }
                pairs.append((pair[0].tokenID, pair[1]))
            }
        default: throw object.mismatch("logit_bias", expected: expected)
        }
        guard pairs.count <= WireLimits.biasCount else {
            throw object.error("logit_bias", "at most \(WireLimits.biasCount) tokens may have a bias")
        }
        var biases: [Int32: Float] = [:]
        for (token, bias) in pairs {
            let number = bias == .bool(false) ? -Float.infinity : bias.finiteFloat
            guard let token, token >= 0, let number else { throw object.mismatch("logit_bias", expected: expected) }
            biases[token] = number
        }
        return biases
    }

    /// The options that are set, as Ollama's `options` object: what a client sends.
    package var json: JSONValue {
        var object = JSONObject()
        for row in OptionRow.all {
            switch row.property {
            case .float(let path): object[row.names[0]] = self[keyPath: path].map(JSONValue.float)
            case .integer(let path): object[row.names[0]] = self[keyPath: path].map { .integer($0) }
            case .boolean(let path): object[row.names[0]] = self[keyPath: path].map(JSONValue.bool)
            case .strings(let path): object[row.names[0]] = self[keyPath: path].map { .array($0.map(JSONValue.string)) }
            case .tokens(let path): object[row.names[0]] = self[keyPath: path].map { .array($0.map { .integer($0) }) }
            }
        }
        object["stop"] = stop.map { .array($0.map(JSONValue.string)) }
        if let logitBias {
            let biases = logitBias.sorted { $0.key < $1.key }
            object["logit_bias"] = .object(
                JSONObject(
                    biases.lazy.map { (key: "\($0.key)", value: $0.value == -.infinity ? false : .float($0.value)) }))
        }
        return .object(object)
    }
}
