/// Metrics as Prometheus scrapes them (text format 0.0.4).
package struct PrometheusText: Sendable {
    package enum Kind: String, Sendable { case counter, gauge, histogram }

    /// Labels in the order in which they are written.
    package typealias Labels = [(name: String, value: String)]

    package private(set) var text = ""

    package init() {}

    /// Begins a metric; its samples follow.
    package mutating func begin(_ name: String, _ kind: Kind, help: String) {
        let escaped = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(escaped)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    package mutating func add(_ name: String, _ labels: Labels, _ value: Int) {
        text += "\(name)\(Self.braces(labels)) \(value)\n"
    }

    package mutating func add(_ name: String, _ labels: Labels, _ value: Double) {
        text += "\(name)\(Self.braces(labels)) \(Self.number(value))\n"
    }

    /// A histogram's buckets, which count from the lowest up, its sum and its count.
    package mutating func add(_ name: String, _ labels: Labels, _ histogram: Histogram) {
        var running = 0
        for (bound, count) in zip(histogram.bounds + [.infinity], histogram.counts) {
            running += count
            add("\(name)_bucket", labels + [(name: "le", value: Self.number(bound))], running)
        }
        add("\(name)_sum", labels, histogram.sum)
        add("\(name)_count", labels, running)
    }

    private static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value.isNaN { return "NaN" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static func braces(_ labels: Labels) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { label in
            let value = label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(label.name)=\"\(value)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }
}
