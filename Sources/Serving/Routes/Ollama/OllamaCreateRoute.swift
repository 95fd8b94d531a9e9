import ChatTemplates
import HTTP
import ModelStorage
import Platform
import WireFormats

extension OllamaRoutes {
    /// `POST /api/create`
    static func create(_ call: RouteCall) async throws {
        let request = try OllamaCreateRequest(try await call.json())
        let creation = ModelCreation(
            store: call.server.catalog.store, taskCount: CoreCount.available,
            templateProblem: { text in Self.problem(ofTemplate: text) })
        let job = try CreationRequest(request)
        let (store, registries) = (call.server.catalog.store, call.server.registries)
        try await call.progress(streams: request.streams) { report in
            if let from = job.from, try store.find(from) == nil, !ModelCatalog.isBundled(from) {
                try await ModelPull(store: store, access: registries).run(from) { status in
                    // What follows is still to succeed.
                    if status.text != OllamaProgress.success.status { report(OllamaProgress(status)) }
                }
            }
            try await creation.run(job) { report(OllamaProgress($0)) }
        }
    }

    /// What is wrong with a Go template, nil if nothing is.
    private static func problem(ofTemplate text: String) -> String? {
        do {
            _ = try GoTemplate(source: text)
            return nil
        } catch { return "\(error)" }
    }
}

extension RouteCall {
    /// Does long work and tells how it goes: line by line, or only how it ended.
    ///
    /// - Parameter work: reports `success` at its end.
    func progress(
        streams: Bool, _ work: @escaping @Sendable (@escaping @Sendable (OllamaProgress) -> Void) async throws -> Void
    ) async throws {
        let (lines, continuation) = AsyncThrowingStream.makeStream(
            of: OllamaProgress.self, bufferingPolicy: .bufferingNewest(64))
        let task = Task {
            do {
                try await work { continuation.yield($0) }
                continuation.finish()
            } catch { continuation.finish(throwing: error) }
        }
        defer { task.cancel() }
        guard streams else {
            var last = OllamaProgress.success
            for try await line in lines { last = line }
            return try await reply(last.json)
        }
        let writer = try await responder.begin(.ok, headers: headers(Framing.lines.rawValue))
        do {
            for try await line in lines { try await writer.write(line.chunk.line) }
        } catch let error as HTTPError {
            throw error
        } catch {
            try await writer.write(StreamChunk(dialect.errorBody(WireError(error))).line)
        }
        try await writer.finish()
    }
}

extension CreationRequest {
    /// What a request asks for.
    ///
    /// - Throws: `WireError` or `ModelStorageError` for names, digests and paths that are none.
    init(_ request: OllamaCreateRequest) throws {
        self.init(name: try OllamaRoutes.name(request.model, orThrow: OllamaError.invalidModelName))
        from = try request.from.map { try OllamaRoutes.name($0, orThrow: OllamaError.invalidModelName) }
        files = try request.files.map(Self.file)
        adapters = try request.adapters.map(Self.file)
        drafts = try request.draftFiles.map(Self.file)
        quantization = request.quantize
        template = request.template
        system = request.system
        messages = request.messages?.map(OllamaChat.json) ?? []
        (renderer, parser, requires) = (request.renderer, request.parser, request.requires)
        licenses = request.licenses
        parameters = request.parameters
        guard from != nil || !files.isEmpty else { throw OllamaCreateRequest.noSource }
    }

    private static func file(_ file: (path: String, digest: String)) throws -> File {
        File(name: file.path, source: .blob(try BlobDigest(file.digest)))
    }
}
