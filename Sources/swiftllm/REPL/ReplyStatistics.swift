import Foundation
package import WireFormats

/// What `--verbose` prints below an answer.
package enum ReplyStatistics {
    /// Lines of a label and a value; what is zero is left out.
    package static func text(_ summary: ReplySummary) -> String {
        let usage = summary.usage
        let durations = summary.durations
        var text = ""
        func line(_ label: String, _ value: String?) {
            guard let value else { return }
            text += (label + ":").padding(toLength: 22, withPad: " ", startingAt: 0) + value + "\n"
        }
        line("total duration", time(durations.total))
        line("load duration", time(durations.load))
        line("prompt eval count", count(usage.promptTokens))
        line("prompt cached count", count(usage.cachedTokens))
        line("prompt cut count", count(usage.truncatedTokens))
        line("prompt eval duration", time(durations.prompt))
        line("prompt eval rate", rate(usage.promptTokens - usage.cachedTokens, durations.prompt))
        line("eval count", count(usage.completionTokens))
        line("eval duration", time(durations.completion))
        line("eval rate", rate(usage.completionTokens, durations.completion))
        return text
    }

    private static func time(_ nanoseconds: Int64) -> String? {
        nanoseconds > 0 ? HumanText.duration(nanoseconds: nanoseconds) : nil
    }

    private static func count(_ tokens: Int) -> String? { tokens > 0 ? "\(tokens) token(s)" : nil }

    private static func rate(_ tokens: Int, _ nanoseconds: Int64) -> String? {
        guard tokens > 0, nanoseconds > 0 else { return nil }
        return String(format: "%.2f tokens/s", Double(tokens) / Double(nanoseconds) * 1e9)
    }
}
