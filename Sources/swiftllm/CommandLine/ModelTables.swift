package import JSON
import Platform
package import WireFormats

/// Tables of models, as Ollama prints them.
package enum ModelTables {
    /// What `list` prints.
    ///
    /// - Parameters:
    ///   - reply: of `/api/tags`.
    ///   - prefix: which names are listed; all if nil.
    package static func list(_ reply: JSONValue, prefix: String?, now: Timestamp = .wholeSecond) throws -> String {
        var rows = [["NAME", "ID", "SIZE", "MODIFIED"]]
        for model in try translated({ () throws(WireError) in try OllamaTags.decode(reply) })
        where matches(model.name, prefix) {
            rows.append([
                model.name, String(model.digest.prefix(12)), HumanText.size(model.byteCount),
                HumanText.moment(secondsFromNow: model.modified.seconds(from: now)),
            ])
        }
        return TextTable(rows, gap: 4).text
    }

    /// What `ps` prints.
    ///
    /// - Parameter reply: of `/api/ps`.
    package static func processes(_ reply: JSONValue, prefix: String?, now: Timestamp = .wholeSecond) throws -> String {
        var rows = [["NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL"]]
        for model in try translated({ () throws(WireError) in try OllamaProcesses.decode(reply) })
        where matches(model.name, prefix) {
            rows.append([
                model.name, String(model.digest.prefix(12)), HumanText.size(model.byteCount),
                processor(model), "\(model.contextLength)", until(model.expires, now: now),
            ])
        }
        return TextTable(rows, gap: 4).text
    }

    private static func matches(_ name: String, _ prefix: String?) -> Bool {
        prefix.map { name.lowercased().hasPrefix($0.lowercased()) } ?? true
    }

    private static func processor(_ model: OllamaProcesses.Model) -> String {
        if model.gpuByteCount == 0 { return "100% CPU" }
        if model.gpuByteCount == model.byteCount { return "100% GPU" }
        guard model.gpuByteCount > 0, model.gpuByteCount < model.byteCount else { return "Unknown" }
        let share = Double(model.byteCount - model.gpuByteCount) / Double(model.byteCount)
        let percent = Int((share * 100).rounded())
        return "\(percent)%/\(100 - percent)% CPU/GPU"
    }

    private static func until(_ expires: Timestamp?, now: Timestamp) -> String {
        guard let expires else { return "Forever" }
        let seconds = expires.seconds(from: now)
        return seconds < 0 ? "Stopping..." : HumanText.moment(secondsFromNow: seconds)
    }
}

extension Timestamp {
    /// The clock's time, without fractions.
    package static var wholeSecond: Timestamp { Timestamp(seconds: Int64(WallClock.secondsSinceEpoch)) }

    /// Seconds from another moment to this one.
    func seconds(from other: Timestamp) -> Double {
        Double(seconds) - Double(other.seconds) + Double(nanoseconds - other.nanoseconds) * 1e-9
    }
}
