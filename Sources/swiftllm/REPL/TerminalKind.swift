import Foundation

/// What the terminal can do, as `TERM` says it.
struct TerminalKind: Sendable {
    /// Whether it moves its cursor and clears when told to.
    let obeysSequences: Bool

    init(environment: [String: String]) {
        let name = environment["TERM"] ?? ""
        obeysSequences = !["", "dumb", "unknown"].contains(name)
    }

    static let current = TerminalKind(environment: ProcessInfo.processInfo.environment)
}
