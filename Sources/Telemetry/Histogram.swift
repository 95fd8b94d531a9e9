/// Counts observations in buckets, as Prometheus has them: each bucket counts what is no larger than its bound.
package struct Histogram: Sendable, Equatable {
    /// Upper bounds, growing; one more bucket takes what is larger than all.
    package let bounds: [Double]
    /// Observations of each bucket alone, the unbounded one last.
    package private(set) var counts: [Int]
    package private(set) var sum = 0.0

    package init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds grow")
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    package var count: Int { counts.reduce(0, +) }

    /// Counts one observation, or several of one value. What is no number is left out.
    package mutating func observe(_ value: Double, times: Int = 1) {
        guard !value.isNaN else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += times
        sum += value * Double(times)
    }

    /// Bounds 1, 2, 5, 10, 20, 50 … up to a limit.
    package static func oneTwoFive(upTo limit: Int) -> [Double] {
        var bounds: [Double] = []
        var decade = 1.0
        while decade <= Double(limit) {
            bounds += [decade, 2 * decade, 5 * decade].filter { $0 <= Double(limit) }
            decade *= 10
        }
        return bounds
    }
}
