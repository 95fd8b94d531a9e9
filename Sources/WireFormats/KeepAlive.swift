package import JSON

/// How long a model stays loaded after its last request.
package enum KeepAlive: Sendable, Equatable {
    case forever
    /// Zero unloads at once.
    case duration(Duration)

    /// Whether the model is to go as soon as nobody uses it.
    package var unloadsAtOnce: Bool { self == .duration(.zero) }

    /// Reads Ollama's two forms: seconds as a number, perhaps with a fraction, or Go's spelling such as `1h30m`.
    /// Negative means forever.
    /// - Throws: `invalid` for anything else.
    package init(_ value: JSONValue) throws(WireError) {
        if case .number = value, let seconds = value.doubleValue {
            self.init(seconds: seconds)
        } else if let text = value.stringValue, let parsed = KeepAlive(text: text) {
            self = parsed
        } else if let text = value.stringValue {
            throw WireError(.invalid, "time: invalid duration \"\(text.prefix(64))\"", parameter: "keep_alive")
        } else {
            throw WireError(
                .invalid,
                "keep_alive must be a number of seconds or a duration such as \"5m\", found \(value.typeName)",
                parameter: "keep_alive")
        }
    }

    /// Reads Go's spelling of a duration, or a bare number of seconds as environment variables have it.
    package init?(text: String) {
        if let seconds = Double(text), seconds.isFinite {
            self.init(seconds: seconds)
        } else if let seconds = Self.seconds(ofGoDuration: text) {
            self.init(seconds: seconds)
        } else {
            return nil
        }
    }

    /// A hundred years and more are forever, so that no sum of times overflows.
    private init(seconds: Double) {
        let isForever = seconds < 0 || seconds > 100 * 366 * 86_400
        self = isForever ? .forever : .duration(.seconds(seconds))
    }

    private static let unitSeconds: [Substring: Double] = [
        "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
    ]

    /// The value of `1h15m30.5s` and the like: a sign, then one or more decimal numbers with a unit each.
    private static func seconds(ofGoDuration text: String) -> Double? {
        let match = text.prefixMatch(of: #/[+-]?/#)
        var rest = text[(match?.range.upperBound ?? text.startIndex)...]
        guard !rest.isEmpty, text.utf8.count <= 128 else { return nil }
        var total = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = unitSeconds[unit] else { return nil }
            total += value * factor
        }
        guard total.isFinite else { return nil }
        return text.hasPrefix("-") ? -total : total
    }

    /// The value as a request carries it.
    package var json: JSONValue {
        switch self {
        case .forever: -1
        case .duration(let duration):
            .double(Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
        }
    }
}
