import HTTP
import Inference
import JSON
import ModelStorage
import WireFormats

extension OllamaRoutes {
    /// `GET /api/tags`
    static func tags(_ call: RouteCall) async throws {
        try await call.reply(OllamaTags.body(try call.server.catalog.list()))
    }

    /// `GET /api/ps`
    static func processes(_ call: RouteCall) async throws {
        let now = call.server.clock()
        let listed = Dictionary(
            try call.server.catalog.list().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let models = await call.server.answers.manager.status.map { status in
            let tag = listed[status.source.name]
            var model = OllamaProcesses.Model(
                name: status.source.name, digest: tag?.digest ?? String(repeating: "0", count: 64),
                details: tag?.details ?? ModelDetails(), byteCount: Int64(status.model.memoryBytes),
                contextLength: status.model.contextLength)
            model.expires = status.remaining.map { now + $0 }
            return model
        }
        try await call.reply(OllamaProcesses.body(models))
    }

    /// `POST /api/show`
    static func show(_ call: RouteCall) async throws {
        let request = try OllamaShow.decode(try await call.json())
        var options = ShowReport.Options()
        options.isVerbose = request.isVerbose
        options.system = request.system
        let report = try call.server.catalog.report(named: request.model, options: options)
        var reply = OllamaShow.Reply()
        reply.license = report.license ?? ""
        reply.modelfile = report.modelfile
        reply.parameters = report.parameters ?? ""
        reply.template = report.template
        reply.system = report.system ?? ""
        reply.renderer = report.renderer ?? ""
        reply.parser = report.parser ?? ""
        reply.requires = report.requires ?? ""
        reply.details = ModelDetails(report.details)
        reply.messages = try OllamaChat.messages(.array(report.messages))
        reply.modelInfo = report.modelInfo
        reply.projectorInfo = report.projectorInfo ?? JSONObject()
        reply.tensors = report.tensors.map { tensor in
            OllamaShow.Tensor(
                name: tensor["name"]?.stringValue ?? "", type: tensor["type"]?.stringValue ?? "",
                shape: tensor["shape"]?.arrayValue?.compactMap(\.intValue) ?? [])
        }
        reply.capabilities = report.capabilities.filter(\.isServed).map(\.rawValue)
        reply.modified = Timestamp(report.modified)
        // VS Code shows this member as the model's name.
        if call.request.headers["User-Agent"]?.hasPrefix("GitHubCopilotChat/") == true {
            reply.modelInfo["general.basename"] = .string(request.model)
        }
        try await call.reply(OllamaShow.body(reply))
    }

    /// `POST /api/copy`
    static func copy(_ call: RouteCall) async throws {
        let request = try OllamaCopyRequest(try await call.json())
        let source = try name(request.source, orThrow: OllamaCopyRequest.invalid("source", request.source))
        let destination = try name(
            request.destination, orThrow: OllamaCopyRequest.invalid("destination", request.destination))
        do {
            try await call.server.catalog.copy(source, to: destination)
        } catch ModelStorageError.modelNotFound {
            throw OllamaCopyRequest.notFound(request.source)
        }
        try await call.reply(status: .ok)
    }

    /// `DELETE /api/delete`
    static func delete(_ call: RouteCall) async throws {
        let request = try OllamaDeleteRequest(try await call.json())
        let name = try name(request.model, orThrow: OllamaDeleteRequest.invalid(request.model))
        do {
            try call.server.catalog.store.delete(name)
        } catch ModelStorageError.modelNotFound {
            throw OllamaError.modelNotFound(request.model)
        }
        try await call.reply(status: .ok)
    }

    static func name(_ text: String, orThrow error: WireError) throws(WireError) -> ModelName {
        guard let name = try? ModelName(text) else { throw error }
        return name
    }
}

extension Timestamp {
    /// A moment later than another.
    static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let nanoseconds = Int64(time.nanoseconds) + duration.nanoseconds % 1_000_000_000
        return Timestamp(
            seconds: time.seconds + duration.components.seconds + nanoseconds / 1_000_000_000,
            nanoseconds: Int32(nanoseconds % 1_000_000_000))
    }
}
