import HTTP
package import ModelStorage
package import WireFormats

/// What routes work with.
package struct ServerContext: Sendable {
    /// What requests may cost the server besides a model's work.
    package struct Limits: Sendable {
        /// Bytes of a JSON body.
        package var bodyByteCount = 64 << 20
        /// Bytes of all responses that are kept for later ones to go on from.
        package var responseByteCount = 64 << 20

        package init() {}
    }

    package let answers: AnswerService
    package let metrics: ServingMetrics
    let responses: ResponseStore
    let page = ChatPage()
    var catalog: ModelCatalog { answers.catalog }
    /// As `/api/version` reports it.
    package let version: String
    package let limits: Limits
    /// How models are fetched and sent.
    package var registries = RegistryAccess(userAgent: "swiftllm")
    /// The time of day.
    package let clock: @Sendable () -> Timestamp

    package init(
        answers: AnswerService, metrics: ServingMetrics, version: String, limits: Limits = Limits(),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        (self.answers, self.metrics, self.version) = (answers, metrics, version)
        (self.limits, self.clock) = (limits, clock)
        responses = ResponseStore(byteCount: limits.responseByteCount)
    }
}
