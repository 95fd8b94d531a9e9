import WireFormats

extension OpenAIRoutes {
    /// `GET /v1/models`
    static func models(_ call: RouteCall) async throws {
        try await call.reply(OpenAIModels.body(try call.server.catalog.list().map(model)))
    }

    /// `GET /v1/models/{model}`
    static func model(_ call: RouteCall) async throws {
        let name = call.parameters["model"] ?? ""
        let entry: CatalogEntry
        do { entry = try call.server.catalog.entry(named: name) } catch { throw OpenAIModels.notFound(name) }
        guard let tag = try call.server.catalog.list().first(where: { $0.name == entry.source.name }) else {
            throw OpenAIModels.notFound(name)
        }
        try await call.reply(OpenAIModels.body(model(tag)))
    }

    private static func model(_ tag: OllamaTags.Model) -> OpenAIModels.Model {
        let parts = tag.name.split(separator: "/")
        return OpenAIModels.Model(
            id: tag.name, created: tag.modified, owner: parts.count > 1 ? String(parts[parts.count - 2]) : "library",
            contextLength: tag.details.contextLength)
    }
}
