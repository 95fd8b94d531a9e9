package import JSON

/// What a model is, as several replies say it.
package struct ModelDetails: Sendable, Equatable {
    package var parentModel = ""
    /// `gguf` or `safetensors`.
    package var format = ""
    package var family = ""
    package var families: [String] = []
    /// Such as `8.2B`.
    package var parameterSize = ""
    /// Such as `Q4_K_M`.
    package var quantizationLevel = ""
    package var contextLength: Int?
    package var embeddingLength: Int?

    package init() {}

    package var json: JSONValue {
        .object(
            present: ("parent_model", .string(parentModel)), ("format", .string(format)),
            ("family", .string(family)), ("families", .array(families.map(JSONValue.string))),
            ("parameter_size", .string(parameterSize)), ("quantization_level", .string(quantizationLevel)),
            ("context_length", contextLength.map { .integer($0) }),
            ("embedding_length", embeddingLength.map { .integer($0) }))
    }

    init(_ object: RequestObject?) throws(WireError) {
        guard let object else { return }
        parentModel = try object.string("parent_model") ?? ""
        format = try object.string("format") ?? ""
        family = try object.string("family") ?? ""
        families = try object.strings("families") ?? []
        parameterSize = try object.string("parameter_size") ?? ""
        quantizationLevel = try object.string("quantization_level") ?? ""
        contextLength = try object.int("context_length")
        embeddingLength = try object.int("embedding_length")
    }
}

/// `GET /api/tags`: the stored models.
package enum OllamaTags {
    package struct Model: Sendable, Equatable {
        package var name: String
        package var modified: Timestamp
        /// Bytes of all layers and the configuration.
        package var byteCount: Int64
        /// 64 hexadecimal digits: SHA-256 of the manifest.
        package var digest: String
        package var details: ModelDetails
        package var capabilities: [String] = []

        package init(name: String, modified: Timestamp, byteCount: Int64, digest: String, details: ModelDetails) {
            self.name = name
            self.modified = modified
            self.byteCount = byteCount
            self.digest = digest
            self.details = details
        }
    }

    /// The reply, in the order given: Ollama lists the newest first.
    package static func body(_ models: [Model]) -> JSONValue {
        let list = models.map { model in
            JSONValue.object(
                present: ("name", .string(model.name)), ("model", .string(model.name)),
                ("modified_at", .string(model.modified.rfc3339)), ("size", .integer(model.byteCount)),
                ("digest", .string(model.digest)), ("details", model.details.json),
                (
                    "capabilities",
                    .array(model.capabilities.map(JSONValue.string)).unless(model.capabilities.isEmpty)
                ))
        }
        return ["models": .array(list)]
    }

    /// The models of a reply.
    package static func decode(_ reply: JSONValue) throws(WireError) -> [Model] {
        var models: [Model] = []
        for object in try OllamaClient.reply(reply).objects("models") ?? [] {
            var model = Model(
                name: try object.string("name") ?? "", modified: try object.time("modified_at"),
                byteCount: Int64(try object.int("size") ?? 0), digest: try object.string("digest") ?? "",
                details: try ModelDetails(try object.object("details")))
            model.capabilities = try object.strings("capabilities") ?? []
            models.append(model)
        }
        return models
    }
}

/// `GET /api/ps`: the loaded models.
package enum OllamaProcesses {
    package struct Model: Sendable, Equatable {
        package var name: String
        package var digest: String
        package var details: ModelDetails
        /// Bytes in all memories.
        package var byteCount: Int64
        /// Bytes of them in the GPUs'.
        package var gpuByteCount: Int64
        package var contextLength: Int
        /// When the model goes unless it is used; nil for never.
        package var expires: Timestamp?

        package init(name: String, digest: String, details: ModelDetails, byteCount: Int64, contextLength: Int) {
            self.name = name
            self.digest = digest
            self.details = details
            self.byteCount = byteCount
            gpuByteCount = 0
            self.contextLength = contextLength
        }
    }

    /// What stands for "never": 2300-01-01, a date that every client's calendar can hold.
    private static let never = Timestamp(seconds: 10_413_792_000)

    /// The reply, in the order given: Ollama lists what stays longest first.
    package static func body(_ models: [Model]) -> JSONValue {
        let list = models.map { model -> JSONValue in
            [
                "name": .string(model.name), "model": .string(model.name), "size": .integer(model.byteCount),
                "digest": .string(model.digest), "details": model.details.json,
                "expires_at": .string((model.expires ?? never).rfc3339), "size_vram": .integer(model.gpuByteCount),
                "context_length": .integer(model.contextLength),
            ]
        }
        return ["models": .array(list)]
    }

    /// The models of a reply.
    package static func decode(_ reply: JSONValue) throws(WireError) -> [Model] {
        var models: [Model] = []
        for object in try OllamaClient.reply(reply).objects("models") ?? [] {
            var model = Model(
                name: try object.string("name") ?? "", digest: try object.string("digest") ?? "",
                details: try ModelDetails(try object.object("details")),
                byteCount: Int64(try object.int("size") ?? 0), contextLength: try object.int("context_length") ?? 0)
            model.gpuByteCount = Int64(try object.int("size_vram") ?? 0)
            let expires = try object.time("expires_at")
            model.expires = expires < never ? expires : nil
            models.append(model)
        }
        return models
    }
}

/// `POST /api/show`: everything about one model.
package enum OllamaShow {
    package struct Request: Sendable, Equatable {
        package var model: String
        /// Whether long arrays of the file's metadata are shown in full.
        package var isVerbose = false
        /// Replaces the model's in the Modelfile text.
        package var system: String?
        /// Replaces the model's in the Modelfile text.
        package var options = GenerationOptions()

        package init(model: String) { self.model = model }

        package var json: JSONValue {
            .object(
                present: ("model", .string(model)), ("verbose", .bool(isVerbose)),
                ("system", system.map(JSONValue.string)),
                ("options", options.json.unless(options == GenerationOptions())))
        }
    }

    /// A tensor of the model's file.
    package struct Tensor: Sendable, Equatable {
        package var name: String
        package var type: String
        package var shape: [Int]

        package init(name: String, type: String, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }
    }

    package struct Reply: Sendable, Equatable {
        package var license = ""
        package var modelfile = ""
        package var parameters = ""
        package var template = ""
        package var system = ""
        package var renderer = ""
        package var parser = ""
        package var requires = ""
        package var details = ModelDetails()
        package var messages: [Message] = []
        /// The file's metadata by its own names.
        package var modelInfo = JSONObject()
        package var projectorInfo = JSONObject()
        package var tensors: [Tensor] = []
        package var capabilities: [String] = []
        package var modified = Timestamp(seconds: 0)

        package init() {}
    }

    /// Reads a request.
    package static func decode(_ json: JSONValue) throws(WireError) -> Request {
        let object = try RequestObject(json, dialect: .ollama)
        var request = Request(model: try object.ollamaModel())
        request.isVerbose = try object.bool("verbose") ?? false
        request.system = try object.nonEmptyString("system")
        request.options = try object.ollamaOptions()
        return request
    }

    /// The reply.
    package static func body(_ reply: Reply) -> JSONValue {
        func text(_ value: String) -> JSONValue? { JSONValue.string(value).unless(value.isEmpty) }
        let tensors = reply.tensors.map { tensor -> JSONValue in
            [
                "name": .string(tensor.name), "type": .string(tensor.type),
                "shape": .array(tensor.shape.map { .integer($0) }),
            ]
        }
        let messages = reply.messages.map(OllamaChat.json)
        return .object(
            present: ("license", text(reply.license)), ("modelfile", text(reply.modelfile)),
            ("parameters", text(reply.parameters)), ("template", text(reply.template)),
            ("system", text(reply.system)), ("renderer", text(reply.renderer)), ("parser", text(reply.parser)),
            ("requires", text(reply.requires)), ("details", reply.details.json),
            ("messages", .array(messages).unless(messages.isEmpty)), ("model_info", .object(reply.modelInfo)),
            ("projector_info", .object(reply.projectorInfo).unless(reply.projectorInfo.count == 0)),
            ("tensors", .array(tensors).unless(tensors.isEmpty)),
            ("capabilities", .array(reply.capabilities.map(JSONValue.string))),
            ("modified_at", .string(reply.modified.rfc3339)))
    }

    /// The reply of a server.
    package static func decodeReply(_ json: JSONValue) throws(WireError) -> Reply {
        let object = try OllamaClient.reply(json)
        var reply = Reply()
        reply.license = try object.string("license") ?? ""
        reply.modelfile = try object.string("modelfile") ?? ""
        reply.parameters = try object.string("parameters") ?? ""
        reply.template = try object.string("template") ?? ""
        reply.system = try object.string("system") ?? ""
        reply.renderer = try object.string("renderer") ?? ""
        reply.parser = try object.string("parser") ?? ""
        reply.requires = try object.string("requires") ?? ""
        reply.details = try ModelDetails(try object.object("details"))
        reply.messages =
            try object.value("messages").map { json throws(WireError) in
                try OllamaChat.messages(json)
            } ?? []
        reply.modelInfo = try object.object("model_info")?.members ?? JSONObject()
        reply.projectorInfo = try object.object("projector_info")?.members ?? JSONObject()
        for tensor in try object.objects("tensors") ?? [] {
            let shape = (try tensor.array("shape") ?? []).compactMap(\.intValue)
            reply.tensors.append(
                Tensor(name: try tensor.string("name") ?? "", type: try tensor.string("type") ?? "", shape: shape))
        }
        reply.capabilities = try object.strings("capabilities") ?? []
        reply.modified = try object.time("modified_at")
        return reply
    }
}
