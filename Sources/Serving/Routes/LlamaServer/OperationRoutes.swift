import Inference
import WireFormats

/// Routes for whoever runs the server.
enum OperationRoutes {
    /// `GET /health`
    static func health(_ call: RouteCall) async throws {
        try await call.reply(LlamaServerState.healthBody)
    }

    /// `GET /metrics`, for Prometheus.
    static func metrics(_ call: RouteCall) async throws {
        let models = await call.server.answers.manager.status
        let engines = models.compactMap { entry in
            entry.model.status.map { (model: entry.source.name, status: $0) }
        }
        try await call.reply(
            text: call.server.metrics.text(engines: engines), contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
}
