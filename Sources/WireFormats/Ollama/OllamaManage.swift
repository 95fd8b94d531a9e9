package import JSON

/// `POST /api/copy`.
package struct OllamaCopyRequest: Sendable, Equatable {
    package var source: String
    package var destination: String

    package init(source: String, destination: String) {
        self.source = source
        self.destination = destination
    }

    /// Reads a request.
    package init(_ json: JSONValue) throws(WireError) {
        let object = try RequestObject(json, dialect: .ollama)
        source = try object.string("source") ?? ""
        destination = try object.string("destination") ?? ""
    }

    package var json: JSONValue { ["source": .string(source), "destination": .string(destination)] }

    /// A name that is none; `which` is `source` or `destination`.
    package static func invalid(_ which: String, _ name: String) -> WireError {
        WireError(.invalid, "\(which) \"\(name)\" is invalid", parameter: which)
    }

    /// The source is not there.
    package static func notFound(_ name: String) -> WireError {
        WireError(.notFound, "model \"\(name)\" not found", parameter: "source")
    }
}

/// `DELETE /api/delete`.
package struct OllamaDeleteRequest: Sendable, Equatable {
    package var model: String

    package init(model: String) { self.model = model }

    /// Reads a request.
    package init(_ json: JSONValue) throws(WireError) {
        model = try RequestObject(json, dialect: .ollama).ollamaModel()
    }

    package var json: JSONValue { ["model": .string(model)] }

    /// A name that is none.
    package static func invalid(_ name: String) -> WireError {
        WireError(.invalid, "name \"\(name)\" is invalid", parameter: "model")
    }
}

/// `POST /api/pull` and `POST /api/push`.
package struct OllamaTransferRequest: Sendable, Equatable {
    package var model: String
    /// Whether plain HTTP and unchecked certificates are allowed.
    package var isInsecure = false
    package var streams = true

    package init(model: String) { self.model = model }

    /// Reads a request.
    package init(_ json: JSONValue) throws(WireError) {
        let object = try RequestObject(json, dialect: .ollama)
        model = try object.ollamaModel()
        isInsecure = try object.bool("insecure") ?? false
        streams = try object.bool("stream") ?? true
    }

    package var json: JSONValue {
        ["model": .string(model), "insecure": .bool(isInsecure), "stream": .bool(streams)]
    }
}

/// One line of the progress of a create, pull or push.
package struct OllamaProgress: Sendable, Equatable {
    package var status: String
    /// The blob that is being moved, `sha256:…`.
    package var digest: String?
    /// Its bytes.
    package var total: Int64?
    /// Bytes done.
    package var completed: Int64?

    package init(_ status: String, digest: String? = nil, total: Int64? = nil, completed: Int64? = nil) {
        self.status = status
        self.digest = digest
        self.total = total
        self.completed = completed
    }

    /// The last line.
    package static let success = OllamaProgress("success")

    package var json: JSONValue {
        .object(
            present: ("status", .string(status)), ("digest", digest.map(JSONValue.string)),
            ("total", total.map { .integer($0) }), ("completed", completed.map { .integer($0) }))
    }

    /// The line of a stream.
    package var chunk: StreamChunk { StreamChunk(json) }

    /// Reads a line that a server sent.
    /// - Throws: the error that the line tells of.
    package init(_ line: JSONValue) throws(WireError) {
        let object = try OllamaClient.reply(line)
        status = try object.string("status") ?? ""
        digest = try object.string("digest")
        total = try object.int("total").map { Int64($0) }
        completed = try object.int("completed").map { Int64($0) }
    }
}

/// `POST /api/create`.
package struct OllamaCreateRequest: Sendable, Equatable {
    package var model: String
    /// A model whose layers and configuration are inherited.
    package var from: String?
    /// Relative paths and digests of blobs that were sent before.
    package var files: [(path: String, digest: String)] = []
    package var draftFiles: [(path: String, digest: String)] = []
    package var adapters: [(path: String, digest: String)] = []
    package var quantize: String?
    package var draftQuantize: String?
    package var template: String?
    package var system: String?
    package var licenses: [String] = []
    /// Nil: inherited.
    package var messages: [Message]?
    /// As sent; merged over the inherited ones.
    package var parameters = JSONObject()
    package var renderer: String?
    package var parser: String?
    package var requires: String?
    package var streams = true

    package init(model: String) { self.model = model }

    /// Reads a request.
    package init(_ json: JSONValue) throws(WireError) {
        let object = try RequestObject(json, dialect: .ollama)
        model = try object.ollamaModel()
        from = try object.nonEmptyString("from")
        files = try object.digests("files")
        draftFiles = try object.digests("draft_files")
        adapters = try object.digests("adapters")
        quantize = try object.string(anyOf: ["quantize", "quantization"]).flatMap { $0.isEmpty ? nil : $0 }
        draftQuantize = try object.nonEmptyString("draft_quantize")
        template = try object.string("template")
        system = try object.string("system")
        licenses = try object.oneOrMoreStrings("license")?.filter { !$0.isEmpty } ?? []
        if let list = object.value("messages") { messages = try OllamaChat.messages(list) }
        parameters = try object.object("parameters")?.members ?? JSONObject()
        _ = try GenerationOptions(.object(parameters))
        renderer = try object.nonEmptyString("renderer")
        parser = try object.nonEmptyString("parser")
        requires = try object.nonEmptyString("requires")
        streams = try object.bool("stream") ?? true
        guard try object.nonEmptyString("remote_host") == nil else { throw OllamaError.cloudDisabled }
    }

    package var json: JSONValue {
        func object(_ files: [(path: String, digest: String)]) -> JSONValue? {
            JSONValue.object(JSONObject(files.lazy.map { (key: $0.path, value: .string($0.digest)) }))
                .unless(files.isEmpty)
        }
        return .object(
            present: ("model", .string(model)), ("from", from.map(JSONValue.string)), ("files", object(files)),
            ("draft_files", object(draftFiles)), ("adapters", object(adapters)),
            ("quantize", quantize.map(JSONValue.string)), ("draft_quantize", draftQuantize.map(JSONValue.string)),
            ("template", template.map(JSONValue.string)), ("system", system.map(JSONValue.string)),
            ("license", .array(licenses.map(JSONValue.string)).unless(licenses.isEmpty)),
            ("messages", messages.map { .array($0.map(OllamaChat.json)) }),
            ("parameters", .object(parameters).unless(parameters.count == 0)),
            ("renderer", renderer.map(JSONValue.string)), ("parser", parser.map(JSONValue.string)),
            ("requires", requires.map(JSONValue.string)), ("stream", .bool(streams)))
    }

    package static func == (one: OllamaCreateRequest, other: OllamaCreateRequest) -> Bool { one.json == other.json }

    /// Neither a model nor files to start from.
    package static let noSource = WireError(.invalid, "neither 'from' or 'files' was specified")
}

extension RequestObject {
    /// An object of paths and digests, in order.
    fileprivate func digests(_ name: String) throws(WireError) -> [(path: String, digest: String)] {
        guard let object = try object(name) else { return [] }
        var files: [(path: String, digest: String)] = []
        for (path, value) in object.members.members {
            guard let digest = value.stringValue else { throw object.mismatch(path, expected: "string") }
            guard !path.isEmpty, !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                throw error(name, "file path must be relative")
            }
            files.append((path, digest))
        }
        return files
    }
}

/// `GET /api/version` and `GET /api/status`.
package enum OllamaServerInfo {
    /// What `GET /` answers, as plain text.
    package static let greeting = "Ollama is running"

    /// - Parameter version: plain, such as `0.32.0`; clients compare it with what they need.
    package static func versionBody(_ version: String) -> JSONValue { ["version": .string(version)] }

    /// There is no cloud here.
    package static let statusBody: JSONValue = ["cloud": ["disabled": true, "source": "env"]]

    /// What `POST /api/me` answers: nobody has an account here.
    package static let signedOut = WireError(.unauthorized, "unauthorized")

    /// What `POST /api/experimental/web_search` and `web_fetch` answer: nothing leaves this machine.
    package static let webDisabled = WireError(
        .forbidden, "web search is disabled: this server asks no other one", code: "web_disabled")

    /// `GET /api/experimental/model-recommendations`.
    /// - Parameter models: names and what they are good for.
    package static func recommendationsBody(_ models: [(name: String, description: String)]) -> JSONValue {
        let list = models.map { name, description -> JSONValue in
            ["model": .string(name), "description": .string(description)]
        }
        return ["recommendations": .array(list)]
    }

    /// The version that a server says it has.
    package static func version(_ reply: JSONValue) throws(WireError) -> String {
        try OllamaClient.reply(reply).required("version")
    }
}
