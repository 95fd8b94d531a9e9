package import JSON

/// `POST /api/embed`, and the older `POST /api/embeddings` for a single text.
package enum OllamaEmbed {
    /// Reads a request of `/api/embed`. No input means: only load the model.
    package static func decode(_ json: JSONValue) throws(WireError) -> EmbeddingRequest {
        let object = try RequestObject(json, dialect: .ollama)
        var inputs: [Prompt] = []
        switch object.value("input") {
        case nil: break
        case .string(let text): inputs = text.isEmpty ? [] : [.text(text)]
        case .array(let elements):
            guard elements.count <= WireLimits.inputCount else {
                throw object.error("input", "at most \(WireLimits.inputCount) inputs are allowed")
            }
            for element in elements {
                guard let text = element.stringValue else { throw object.error("input", "invalid input type") }
                inputs.append(.text(text))
            }
        default: throw object.error("input", "invalid input type")
        }
        var request = EmbeddingRequest(model: try object.ollamaModel(), inputs: inputs)
        request.dimensions = try object.dimensions()
        request.truncates = try object.bool("truncate")
        request.options = try object.ollamaOptions()
        request.keepAlive = try object.keepAlive()
        return request
    }

    /// Reads a request of `/api/embeddings`. An empty prompt means: only load the model.
    package static func decodeSingle(_ json: JSONValue) throws(WireError) -> EmbeddingRequest {
        let object = try RequestObject(json, dialect: .ollama)
        let prompt = try object.string("prompt") ?? ""
        var request = EmbeddingRequest(
            model: try object.ollamaModel(), inputs: prompt.isEmpty ? [] : [.text(prompt)])
        request.truncates = false
        request.options = try object.ollamaOptions()
        request.keepAlive = try object.keepAlive()
        return request
    }

    /// The reply of `/api/embed` as JSON text, in the order of the inputs.
    package static func body(
        model: String, vectors: [[Float]], promptTokens: Int, durations: ReplyDurations
    ) -> [UInt8] {
        var bytes = Array(#"{"model":"#.utf8) + JSONWriter.bytes(.string(model)) + Array(#","embeddings":["#.utf8)
        for (index, vector) in vectors.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            VectorText.append(vector, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        let statistics: [(String, Int64)] = [
            ("total_duration", durations.total), ("load_duration", durations.load),
            ("prompt_eval_count", Int64(promptTokens)),
        ]
        for (name, value) in statistics where value != 0 { bytes += Array(",\"\(name)\":\(value)".utf8) }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// The reply of `/api/embeddings` as JSON text; without a vector, the answer to a request that only loads.
    package static func singleBody(_ vector: [Float]) -> [UInt8] {
        var bytes = Array(#"{"embedding":"#.utf8)
        VectorText.append(vector, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    // MARK: Client

    /// A request of `/api/embed`.
    package static func json(_ request: EmbeddingRequest) -> JSONValue {
        let inputs = request.inputs.map { prompt -> JSONValue in
            switch prompt {
            case .text(let text): .string(text)
            case .tokens(let tokens): .array(tokens.map { .integer($0) })
            }
        }
        return .object(
            present: ("model", .string(request.model)), ("input", .array(inputs)),
            ("dimensions", request.dimensions.map { .integer($0) }),
            ("truncate", request.truncates.map(JSONValue.bool)),
            ("options", request.options.json.unless(request.options == GenerationOptions())),
            ("keep_alive", request.keepAlive?.json))
    }

    /// The vectors of a reply of `/api/embed`.
    /// - Throws: `internal` if the server sent something else.
    package static func vectors(_ reply: JSONValue) throws(WireError) -> [[Float]] {
        let object = try OllamaClient.reply(reply)
        var vectors: [[Float]] = []
        for element in try object.array("embeddings") ?? [] {
            let vector = (element.arrayValue ?? []).compactMap(\.finiteFloat)
            guard vector.count == element.arrayValue?.count else {
                throw WireError(.internal, "the server sent an embedding that is no list of numbers")
            }
            vectors.append(vector)
        }
        return vectors
    }
}
