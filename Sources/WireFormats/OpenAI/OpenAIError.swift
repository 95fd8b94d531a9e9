package import JSON

/// OpenAI's error bodies.
package enum OpenAIError {
    /// `{"error": {"message", "type", "param", "code"}}`, also the last event of a stream that broke.
    package static func body(_ error: WireError) -> JSONValue {
        [
            "error": [
                "message": .string(error.message), "type": .string(type(error.kind)),
                "param": error.parameter.map(JSONValue.string) ?? .null,
                "code": error.code.map(JSONValue.string) ?? .null,
            ]
        ]
    }

    private static func type(_ kind: WireError.Kind) -> String {
        switch kind {
        case .invalid, .unsupported, .conflict, .tooLarge: "invalid_request_error"
        case .unauthorized: "authentication_error"
        case .forbidden: "permission_error"
        case .notFound: "not_found_error"
        case .rateLimited: "rate_limit_error"
        case .busy, .internal: "api_error"
        }
    }
}
