package import Inference
import Synchronization
import Telemetry

// Names and buckets are vLLM's, so that its dashboards and the endpoint pickers of Kubernetes gateways work unchanged.

/// What the server has done, by model.
package final class ServingMetrics: Sendable {
    fileprivate struct ModelMetrics {
        var promptTokens = 0
        var cachedTokens = 0
        var generatedTokens = 0
        var finished: [String: Int] = [:]
        var firstToken = Histogram(bounds: firstTokenBounds)
        var betweenTokens = Histogram(bounds: tokenBounds)
        var endToEnd = Histogram(bounds: requestBounds)
        var queue = Histogram(bounds: requestBounds)
        var prefill = Histogram(bounds: requestBounds)
        var decode = Histogram(bounds: requestBounds)
        var inference = Histogram(bounds: requestBounds)
        var requestPrompt = Histogram(bounds: Histogram.oneTwoFive(upTo: 1_000_000))
        var requestGeneration = Histogram(bounds: Histogram.oneTwoFive(upTo: 1_000_000))
    }

    private static let firstTokenBounds = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
        2560,
    ]
    private static let tokenBounds = [
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
    ]
    private static let requestBounds = [
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
    ]

    private let models = Mutex<[String: ModelMetrics]>([:])
    private let rejections = Mutex<[String: Int]>([:])

    package init() {}

    /// Counts a generation that has ended.
    ///
    /// - Parameter total: from the request's arrival to its end.
    func count(model: String, _ reason: FinishReason, _ statistics: GenerationStatistics, total: Duration) {
        let word =
            switch reason {
            case .stop: "stop"
            case .length: "length"
            case .cancelled, .readerTooSlow: "abort"
            case .failed: "error"
            }
        models.withLock { models in
            var metrics = models[model] ?? ModelMetrics()
            metrics.finished[word, default: 0] += 1
            metrics.promptTokens += statistics.promptTokens
            metrics.cachedTokens += statistics.cachedTokens
            metrics.generatedTokens += statistics.generatedTokens
            metrics.observe(statistics, total: total)
            models[model] = metrics
        }
    }

    /// Counts a generation whose end nobody waited for; how long its parts took is not known.
    func countAbandoned(model: String, promptTokens: Int, generatedTokens: Int) {
        models.withLock { models in
            var metrics = models[model] ?? ModelMetrics()
            metrics.finished["abort", default: 0] += 1
            metrics.promptTokens += promptTokens
            metrics.generatedTokens += generatedTokens
            models[model] = metrics
        }
    }

    /// Counts a request that was not taken on.
    func countRejection(_ reason: String) { rejections.withLock { $0[reason, default: 0] += 1 } }

    /// Everything as Prometheus scrapes it.
    ///
    /// - Parameter engines: what each loaded model is busy with.
    package func text(engines: [(model: String, status: EngineStatus)]) -> String {
        var text = PrometheusText()
        write(engines, to: &text)
        let models = models.withLock { $0 }.sorted { $0.key < $1.key }
        func each(_ name: String, _ help: String, _ value: (ModelMetrics) -> Int) {
            text.begin("vllm:\(name)", .counter, help: help)
            for (model, metrics) in models { text.add("vllm:\(name)", Self.labels(model), value(metrics)) }
        }
        each("prompt_tokens_total", "Tokens of prompts.") { $0.promptTokens }
        each("prompt_tokens_cached_total", "Tokens of prompts that were in the cache.") { $0.cachedTokens }
        each("generation_tokens_total", "Tokens generated.") { $0.generatedTokens }
        text.begin("vllm:request_success_total", .counter, help: "Requests that ended, by reason.")
        for (model, metrics) in models {
            for (reason, count) in metrics.finished.sorted(by: { $0.key < $1.key }) {
                text.add(
                    "vllm:request_success_total", Self.labels(model) + [(name: "finished_reason", value: reason)], count
                )
            }
        }
        text.begin("vllm:admission_rejections_total", .counter, help: "Requests that were not taken on, by reason.")
        for (reason, count) in rejections.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            text.add("vllm:admission_rejections_total", [(name: "reason", value: reason)], count)
        }
        for histogram in Self.histograms {
            text.begin("vllm:\(histogram.name)", .histogram, help: histogram.help)
            for (model, metrics) in models {
                text.add("vllm:\(histogram.name)", Self.labels(model), metrics[keyPath: histogram.value])
            }
        }
        return text.text
    }

    private static var histograms: [(name: String, help: String, value: KeyPath<ModelMetrics, Histogram>)] {
        [
            ("time_to_first_token_seconds", "From a request's arrival to its first token.", \.firstToken),
            ("inter_token_latency_seconds", "Mean time between tokens of a request.", \.betweenTokens),
            ("e2e_request_latency_seconds", "From a request's arrival to its end.", \.endToEnd),
            ("request_queue_time_seconds", "Waiting for the first step.", \.queue),
            ("request_prefill_time_seconds", "From the first step to the first token.", \.prefill),
            ("request_decode_time_seconds", "From the first token to the last.", \.decode),
            ("request_inference_time_seconds", "From the first step to the last token.", \.inference),
            ("request_prompt_tokens", "Tokens of a request's prompt.", \.requestPrompt),
            ("request_generation_tokens", "Tokens generated for a request.", \.requestGeneration),
        ]
    }

    private static func labels(_ model: String) -> PrometheusText.Labels {
        [(name: "model_name", value: model), (name: "engine", value: "0")]
    }

    private func write(_ engines: [(model: String, status: EngineStatus)], to text: inout PrometheusText) {
        func each(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (EngineStatus) -> Double) {
            text.begin("vllm:\(name)", kind, help: help)
            for engine in engines { text.add("vllm:\(name)", Self.labels(engine.model), value(engine.status)) }
        }
        each("num_requests_running", .gauge, "Requests that steps work on.") { Double($0.runningCount) }
        each("num_requests_waiting", .gauge, "Requests that wait for a step.") { Double($0.waitingCount) }
        each("kv_cache_usage_perc", .gauge, "Share of the cache's pages that requests hold, 0 to 1.") {
            $0.pageCount > 0 ? Double($0.heldPageCount) / Double($0.pageCount) : 0
        }
        each("prefix_cache_queries_total", .counter, "Prompt tokens looked up in the cache.") {
            Double($0.scheduler.promptTokens)
        }
        each("prefix_cache_hits_total", .counter, "Prompt tokens found in the cache.") {
            Double($0.scheduler.cachedTokens)
        }
        each("num_preemptions_total", .counter, "Sequences that lost their pages and were computed again.") {
            Double($0.scheduler.preemptionCount)
        }
    }
}

extension ServingMetrics.ModelMetrics {
    fileprivate mutating func observe(_ statistics: GenerationStatistics, total: Duration) {
        let first = statistics.queueTime + statistics.prefillTime
        endToEnd.observe(total.seconds)
        queue.observe(statistics.queueTime.seconds)
        requestPrompt.observe(Double(statistics.promptTokens))
        requestGeneration.observe(Double(statistics.generatedTokens))
        guard statistics.generatedTokens > 0 else { return }
        firstToken.observe(first.seconds)
        prefill.observe(statistics.prefillTime.seconds)
        decode.observe(statistics.decodeTime.seconds)
        inference.observe((statistics.prefillTime + statistics.decodeTime).seconds)
        let gaps = statistics.generatedTokens - 1
        if gaps > 0 { betweenTokens.observe(statistics.decodeTime.seconds / Double(gaps), times: gaps) }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
