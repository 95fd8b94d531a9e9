import Foundation

/// One measured speed, and what the machine allows.
struct Figure {
    enum Unit {
        case bytesPerSecond
        case operationsPerSecond
        /// Of which fewer are better.
        case seconds
    }

    /// What was run: `decode`, `prefill`, `attention decode`, …
    let kernel: String
    /// What it was run on: a type of weights, of activations or of the cache.
    let subject: String
    let threads: Int
    /// Rows of activations.
    let tokens: Int
    let unit: Unit
    let value: Double
    /// The machine's best in the same unit, measured beside it; nil where the figure is a limit itself.
    var limit: Double?
    /// Operations for each byte that comes from memory, which places the kernel under the roofline.
    var intensity: Double?

    /// How much of the limit is reached.
    var share: Double? { limit.map { unit == .seconds ? $0 / value : value / $0 } }
}

/// Prints figures as a table, or as a JSON object a line.
struct Report {
    let isJSON: Bool
    /// Name of the instruction set.
    let set: String

    func begin() {
        guard !isJSON else { return }
        print("instruction set: \(set)")
        print("every figure beside the machine's best at the same moment: reading, copying or computing alone\n")
        print(row("kernel", "of", "threads", "tokens", "measured", "limit", "share"))
    }

    func add(_ figure: Figure) {
        guard !isJSON else { return printJSON(figure) }
        print(
            row(
                figure.kernel, figure.subject, String(figure.threads), String(figure.tokens),
                text(figure.value, figure.unit), figure.limit.map { text($0, figure.unit) } ?? "",
                figure.share.map { String(format: "%.0f %%", 100 * $0) } ?? ""))
    }

    private func row(_ kernel: String, _ subject: String, _ cells: String...) -> String {
        let left = kernel.padding(toLength: 20, withPad: " ", startingAt: 0)
        let middle = subject.padding(toLength: 11, withPad: " ", startingAt: 0)
        return left + middle
            + zip(cells, [7, 8, 13, 13, 7]).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }.joined()
    }

    private func text(_ value: Double, _ unit: Figure.Unit) -> String {
        switch unit {
        case .bytesPerSecond: String(format: "%.1f GB/s", value / 1e9)
        case .operationsPerSecond: String(format: "%.0f GOPS", value / 1e9)
        case .seconds: String(format: "%.2f us", value * 1e6)
        }
    }

    private func printJSON(_ figure: Figure) {
        let (name, scale) =
            switch figure.unit {
            case .bytesPerSecond: ("gigabytesPerSecond", 1e-9)
            case .operationsPerSecond: ("gigaOperationsPerSecond", 1e-9)
            case .seconds: ("microseconds", 1e6)
            }
        func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
        var object: [String: Any] = [
            "kernel": figure.kernel, "subject": figure.subject, "threads": figure.threads, "tokens": figure.tokens,
            "set": set, name: rounded(figure.value * scale),
        ]
        if let limit = figure.limit { object["limit"] = rounded(limit * scale) }
        if let share = figure.share { object["share"] = rounded(share) }
        if let intensity = figure.intensity { object["operationsPerByte"] = rounded(intensity) }
        guard let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) else { return }
        print(String(decoding: data, as: UTF8.self))
    }
}
