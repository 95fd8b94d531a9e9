/// What went wrong between two ends of HTTP.
package enum HTTPError: Error, Equatable, Sendable {
    /// The peer's bytes break the protocol or a limit: the status to answer with, and what was found.
    case malformed(HTTPStatus, String)
    /// A body is larger than its reader allows.
    case bodyTooLarge(limit: Int)
    case timedOut(Wait)
    /// The connection is closed or broken.
    case peerGone
    /// The peer ended in the middle of a message.
    case truncated
    /// The caller answered twice, wrote more than it announced, or read from two places.
    case misused(String)
    case invalidURL(String, reason: String)
    case cannotListen(String, reason: String)
    case cannotConnect(String, reason: String)
    /// The other side could not prove to be whom the URL names.
    case untrusted(String, reason: String)
    /// Something that this machine lacks for such a URL.
    case unavailable(reason: String)
    case cancelled

    /// What was waited for.
    package enum Wait: String, Sendable {
        case connection, head, body, reader
    }

    /// The status that a server answers with.
    package var status: HTTPStatus {
        switch self {
        case .malformed(let status, _): status
        case .bodyTooLarge: .contentTooLarge
        case .timedOut: .requestTimeout
        case .truncated, .peerGone, .cancelled: .badRequest
        default: .internalServerError
        }
    }
}

extension HTTPError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(_, let reason): reason
        case .bodyTooLarge(let limit): "the body has more than \(limit) bytes"
        case .timedOut(.connection): "the connection was not made in time"
        case .timedOut(.reader): "the other side reads too slowly"
        case .timedOut(let wait): "the \(wait.rawValue) did not come in time"
        case .peerGone: "the other side closed the connection"
        case .truncated: "the message ended early"
        case .misused(let reason): reason
        case .invalidURL(let url, let reason): "\(url): \(reason)"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .cannotConnect(let address, let reason): "cannot connect to \(address): \(reason)"
        case .untrusted(let host, let reason): "cannot trust \(host): \(reason)"
        case .unavailable(let reason): reason
        case .cancelled: "cancelled"
        }
    }
}
