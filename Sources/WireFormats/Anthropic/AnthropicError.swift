package import JSON

/// Anthropic's error bodies.
package enum AnthropicError {
    /// `{"type": "error", "error": {"type", "message"}, "request_id"}`, also the data of a stream's `error` event.
    package static func body(_ error: WireError, requestID: String?) -> JSONValue {
        .object(
            present: ("type", "error"),
            ("error", ["type": .string(type(error.kind)), "message": .string(error.message)]),
            ("request_id", requestID.map(JSONValue.string)))
    }

    private static func type(_ kind: WireError.Kind) -> String {
        switch kind {
        case .invalid, .unsupported, .conflict: "invalid_request_error"
        case .unauthorized: "authentication_error"
        case .forbidden: "permission_error"
        case .notFound: "not_found_error"
        case .tooLarge: "request_too_large"
        case .rateLimited: "rate_limit_error"
        case .busy: "overloaded_error"
        case .internal: "api_error"
        }
    }
}
