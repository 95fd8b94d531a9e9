import ModelStorage
import WireFormats

extension OllamaRoutes {
    /// `POST /api/pull`: a client that leaves ends it; what has come stays for the next one.
    static func pull(_ call: RouteCall) async throws {
        let (request, name) = try await transfer(call)
        let pull = ModelPull(store: call.server.catalog.store, access: call.server.registries)
        try await call.progress(streams: request.streams) { report in
            try await failing {
                try await pull.run(name, isInsecure: request.isInsecure) { report(OllamaProgress($0)) }
            }
        }
    }

    /// `POST /api/push`
    static func push(_ call: RouteCall) async throws {
        let (request, name) = try await transfer(call)
        let push = ModelPush(store: call.server.catalog.store, access: call.server.registries)
        try await call.progress(streams: request.streams) { report in
            try await failing {
                try await push.run(name, isInsecure: request.isInsecure) { report(OllamaProgress($0)) }
            }
        }
    }

    /// A transfer that fails is a failure of the server's, whatever stood in its way: so clients know it.
    private static func failing(_ transfer: () async throws -> Void) async throws {
        do { try await transfer() } catch let error as ModelStorageError { throw WireError(.internal, "\(error)") }
    }

    private static func transfer(_ call: RouteCall) async throws -> (OllamaTransferRequest, ModelName) {
        let request = try OllamaTransferRequest(try await call.json())
        guard !request.model.isEmpty else { throw OllamaError.modelRequired }
        return (request, try name(request.model, orThrow: OllamaError.invalidModelName))
    }
}

extension OllamaProgress {
    /// The line that tells of a step.
    init(_ status: ModelCreation.Status) {
        self.init(
            status.text, digest: status.digest?.description, total: status.total.map(Int64.init),
            completed: status.completed.map(Int64.init))
    }
}
