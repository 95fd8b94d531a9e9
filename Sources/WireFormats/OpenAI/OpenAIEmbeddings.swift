package import JSON

/// `POST /v1/embeddings`.
package enum OpenAIEmbeddings {
    /// Reads a request.
    package static func decode(_ json: JSONValue) throws(WireError) -> EmbeddingRequest {
        let object = try RequestObject(json, dialect: .openAI)
        let model = try object.required("model")
        guard object.value("input") != nil, object.value("input")?.arrayValue?.isEmpty != true else {
            throw object.error("input", "invalid input")
        }
        let inputs = try OpenAICompletions.prompts(of: object, named: "input")
        guard inputs.count <= WireLimits.inputCount else {
            throw object.error("input", "at most \(WireLimits.inputCount) inputs are allowed, found \(inputs.count)")
        }
        guard !inputs.contains(where: \.isEmpty) else { throw object.error("input", "invalid input: empty") }
        var request = EmbeddingRequest(model: model, inputs: inputs)
        request.dimensions = try object.dimensions()
        if let name = try object.string("encoding_format") {
            guard let encoding = EmbeddingRequest.Encoding(rawValue: name) else {
                throw object.error(
                    "encoding_format", "invalid encoding format '\(name.prefix(64))': must be float or base64")
            }
            request.encoding = encoding
        }
        request.truncates = try object.bool("truncate")
        request.options = try object.ollamaOptions()
        request.keepAlive = try object.keepAlive()
        return request
    }

    /// The reply as JSON text, in the order of the inputs. It is written without a value in between, which for many
    /// vectors would take many times their size.
    package static func body(
        model: String, vectors: [[Float]], encoding: EmbeddingRequest.Encoding, promptTokens: Int
    ) -> [UInt8] {
        var bytes = Array(#"{"object":"list","data":["#.utf8)
        for (index, vector) in vectors.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += Array(#"{"object":"embedding","index":\#(index),"embedding":"#.utf8)
            switch encoding {
            case .float: VectorText.append(vector, to: &bytes)
            case .base64: bytes += Array("\"\(Base64.encode(VectorText.littleEndian(vector)))\"".utf8)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes += Array(#"],"model":"#.utf8) + JSONWriter.bytes(.string(model))
        bytes += Array(#","usage":{"prompt_tokens":\#(promptTokens),"total_tokens":\#(promptTokens)}}"#.utf8)
        return bytes
    }
}

/// Vectors as text.
enum VectorText {
    /// A JSON array; what is not finite becomes null.
    static func append(_ vector: [Float], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (index, component) in vector.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: (component.isFinite ? "\(component)" : "null").utf8)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// The components' bits, four bytes each.
    static func littleEndian(_ vector: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(vector.count * 4)
        for component in vector {
            for shift in [0, 8, 16, 24] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: component.bitPattern >> shift))
            }
        }
        return bytes
    }
}

extension RequestObject {
    /// Components to keep of a vector; 0 says the same as none.
    func dimensions() throws(WireError) -> Int? {
        try int("dimensions", in: 0...1_048_576).flatMap { $0 == 0 ? nil : $0 }
    }
}
