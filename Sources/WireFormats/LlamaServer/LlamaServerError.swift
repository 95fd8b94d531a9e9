package import JSON

/// llama-server's error bodies.
package enum LlamaServerError {
    /// `{"error": {"code": 400, "message": "…", "type": "invalid_request_error"}}`.
    package static func body(_ error: WireError) -> JSONValue {
        let type =
            switch error.kind {
            case .invalid, .conflict, .tooLarge:
                error.code == "context_length_exceeded" ? "exceed_context_size_error" : "invalid_request_error"
            case .unauthorized: "authentication_error"
            case .forbidden: "permission_error"
            case .notFound: "not_found_error"
            case .unsupported: "not_supported_error"
            case .rateLimited, .busy: "unavailable_error"
            case .internal: "server_error"
            }
        return [
            "error": [
                "code": .integer(error.kind.status), "message": .string(error.message), "type": .string(type),
            ]
        ]
    }
}
