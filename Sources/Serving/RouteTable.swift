import WireFormats

/// THE table: every route of the server.
///
/// To add one: write `Routes/<dialect>/Name.swift` with a function of a `RouteCall` (see `Routes/Ollama/OllamaChatRoute.swift`),
/// its wire format in WireFormats, and its row here. Who may use it is a column; the tests walk the table.
package enum RouteTable {
    package static let all: [Route] = [
        // Ollama
        Route("GET", "/", .open, .ollama, OllamaRoutes.root),
        Route("GET", "/api/version", .open, .ollama, OllamaRoutes.version),
        Route("GET", "/api/status", .open, .ollama, OllamaRoutes.status),
        Route("POST", "/api/chat", .use, .ollama, OllamaRoutes.chat),
        Route("POST", "/api/generate", .use, .ollama, OllamaRoutes.generate),
        Route("POST", "/api/embed", .use, .ollama, OllamaRoutes.embed),
        Route("POST", "/api/embeddings", .use, .ollama, OllamaRoutes.embedSingle),
        Route("GET", "/api/tags", .use, .ollama, OllamaRoutes.tags),
        Route("GET", "/api/ps", .use, .ollama, OllamaRoutes.processes),
        Route("POST", "/api/show", .use, .ollama, OllamaRoutes.show),
        Route("POST", "/api/copy", .manage, .ollama, OllamaRoutes.copy),
        Route("DELETE", "/api/delete", .manage, .ollama, OllamaRoutes.delete),
        Route("HEAD", "/api/blobs/:digest", .manage, .ollama, OllamaRoutes.hasBlob),
        Route("POST", "/api/blobs/:digest", .manage, .ollama, OllamaRoutes.addBlob),
        Route("POST", "/api/create", .manage, .ollama, OllamaRoutes.create),
        Route("POST", "/api/pull", .manage, .ollama, OllamaRoutes.pull),
        Route("POST", "/api/push", .manage, .ollama, OllamaRoutes.push),
        Route("POST", "/api/me", .open, .ollama, OllamaRoutes.account),
        Route("POST", "/api/signout", .open, .ollama, OllamaRoutes.signOut),
        Route("DELETE", "/api/user/keys/:key", .open, .ollama, OllamaRoutes.signOut),
        Route("POST", "/api/experimental/web_search", .use, .ollama, OllamaRoutes.web),
        Route("POST", "/api/experimental/web_fetch", .use, .ollama, OllamaRoutes.web),
        Route("GET", "/api/experimental/model-recommendations", .use, .ollama, OllamaRoutes.recommendations),
        // OpenAI
        Route("POST", "/v1/chat/completions", .use, .openAI, OpenAIRoutes.chat),
        Route("POST", "/v1/completions", .use, .openAI, OpenAIRoutes.completions),
        Route("POST", "/v1/embeddings", .use, .openAI, OpenAIRoutes.embeddings),
        Route("POST", "/v1/rerank", .use, .openAI, OpenAIRoutes.rerank),
        Route("POST", "/v1/audio/*rest", .use, .openAI, OpenAIRoutes.media),
        Route("POST", "/v1/images/*rest", .use, .openAI, OpenAIRoutes.media),
        Route("GET", "/v1/models", .use, .openAI, OpenAIRoutes.models),
        Route("GET", "/v1/models/*model", .use, .openAI, OpenAIRoutes.model),
        Route("POST", "/v1/responses", .use, .openAI, OpenAIRoutes.responses),
        Route("GET", "/v1/responses/:id", .use, .openAI, OpenAIRoutes.response),
        Route("GET", "/v1/responses/:id/input_items", .use, .openAI, OpenAIRoutes.inputItems),
        Route("DELETE", "/v1/responses/:id", .use, .openAI, OpenAIRoutes.deleteResponse),
        // Anthropic
        Route("POST", "/v1/messages", .use, .anthropic, AnthropicRoutes.messages),
        Route("POST", "/v1/messages/count_tokens", .use, .anthropic, AnthropicRoutes.countTokens),
        // llama-server, and operations
        Route("POST", "/completion", .use, .llamaServer, LlamaServerRoutes.completion),
        Route("POST", "/tokenize", .use, .llamaServer, LlamaServerRoutes.tokenize),
        Route("POST", "/detokenize", .use, .llamaServer, LlamaServerRoutes.detokenize),
        Route("POST", "/apply-template", .use, .llamaServer, LlamaServerRoutes.applyTemplate),
        Route("GET", "/slots", .use, .llamaServer, LlamaServerRoutes.slots),
        Route("GET", "/props", .use, .llamaServer, LlamaServerRoutes.properties),
        Route("GET", "/health", .open, .llamaServer, OperationRoutes.health),
        Route("GET", "/metrics", .use, .llamaServer, OperationRoutes.metrics),
    ]
}
