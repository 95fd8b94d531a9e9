import Foundation

/// Numbers as Ollama's users are used to read them.
package enum HumanText {
    /// A size in decimal units: `986 MB`, `4.7 GB`, `12 GB`.
    package static func size(_ bytes: Int64) -> String {
        let units: [(scale: Double, name: String)] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")]
        guard let unit = units.first(where: { Double(bytes) >= $0.scale }) else { return "\(bytes) B" }
        let value = Double(bytes) / unit.scale
        let isWhole = value >= 10 || value == value.rounded(.towardZero)
        return (isWhole ? "\(Int(value))" : String(format: "%.1f", value)) + " \(unit.name)"
    }

    /// A count: `8.2B`, `134.52M`, `12K`, `7`.
    package static func count(_ count: Int64) -> String {
        let value = Double(count)
        func scaled(_ scale: Double, _ format: String) -> String {
            let scaled = value / scale
            return String(format: scaled == scaled.rounded(.down) ? "%.0f" : format, scaled)
        }
        if value >= 1e9 { return scaled(1e9, "%.1f") + "B" }
        if value >= 1e6 { return scaled(1e6, "%.2f") + "M" }
        return value >= 1e3 ? scaled(1e3, "%.0f") + "K" : "\(count)"
    }

    /// A span in one unit: `3 minutes`, `About an hour`, `2 weeks`.
    package static func span(seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e15))
        if whole < 1 { return "Less than a second" }
        if whole < 60 { return whole == 1 ? "1 second" : "\(whole) seconds" }
        let minutes = whole / 60
        if minutes < 60 { return minutes == 1 ? "About a minute" : "\(minutes) minutes" }
        let hours = Int((Double(whole) / 3600).rounded())
        if hours == 1 { return "About an hour" }
        if hours < 48 { return "\(hours) hours" }
        if hours < 24 * 14 { return "\(hours / 24) days" }
        if hours < 24 * 60 { return "\(hours / 24 / 7) weeks" }
        return hours < 24 * 365 * 2 ? "\(hours / 24 / 30) months" : "\(hours / 24 / 365) years"
    }

    /// A moment seen from now: `2 hours ago`, `4 minutes from now`, `Forever`.
    ///
    /// - Parameter seconds: from now on; negative for the past.
    package static func moment(secondsFromNow seconds: Double) -> String {
        if seconds > 20 * 365 * 86_400 { return "Forever" }
        return seconds >= 1 ? span(seconds: seconds) + " from now" : span(seconds: -seconds) + " ago"
    }

    /// A time as Go writes durations: `1.234567s`, `23.4ms`, `1m2.5s`, `0s`.
    package static func duration(nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        if magnitude == 0 { return "0s" }
        if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return sign + decimal(magnitude, 1000) + "µs" }
        if magnitude < 1_000_000_000 { return sign + decimal(magnitude, 1_000_000) + "ms" }
        let minutes = magnitude / 60_000_000_000
        let seconds = decimal(magnitude % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return sign + seconds }
        return sign + (minutes < 60 ? "\(minutes)m" : "\(minutes / 60)h\(minutes % 60)m") + seconds
    }

    /// A quotient with as many digits as it needs.
    private static func decimal(_ value: UInt64, _ divisor: UInt64) -> String {
        let rest = value % divisor
        guard rest > 0 else { return "\(value / divisor)" }
        var digits = "\(divisor + rest)".dropFirst()
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(value / divisor).\(digits)"
    }
}
