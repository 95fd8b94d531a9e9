/// How many rows a step may have so that it takes no longer than wanted, from the times of the steps before.
///
/// The model is `time = decoding + prompt rows · time per row`, both as moving averages. It only shapes steps: what
/// they compute does not depend on it.
package struct StepTimer: Sendable {
    /// How long others may wait for a step that reads a prompt.
    package let target: Duration
    private var secondsPerPromptRow: Double?
    private var decodingSeconds = 0.0

    /// Weight of the newest step in the averages.
    private static let newest = 0.25
    /// Prompt rows below which a step says too little about the time per row.
    private static let fewestMeasuredRows = 8
    /// Rows of a prompt in the smallest step, however slow they are.
    private static let fewestPromptRows = 16

    package init(target: Duration) { self.target = target }

    /// Rows for the next step.
    ///
    /// - Parameters:
    ///   - decodingRows: sequences that wait for their next token meanwhile.
    ///   - limit: rows of the largest step.
    package func rowBudget(decodingRows: Int, limit: Int) -> Int {
        guard decodingRows > 0, let secondsPerPromptRow, secondsPerPromptRow > 0 else { return limit }
        let left = max(Self.seconds(target) - decodingSeconds, 0)
        // Never more than the limit before the conversion: a tiny time per row must not overflow it.
        let rows = Int(min(left / secondsPerPromptRow, Double(limit)))
        return min(decodingRows + max(rows, Self.fewestPromptRows), limit)
    }

    /// Learns from a step.
    package mutating func record(decodingRows: Int, promptRows: Int, duration: Duration) {
        let seconds = Self.seconds(duration)
        if promptRows == 0 {
            decodingSeconds += Self.newest * (seconds - decodingSeconds)
        } else if promptRows >= Self.fewestMeasuredRows {
            let decoding = decodingRows > 0 ? decodingSeconds : 0
            let perRow = max(seconds - decoding, 0) / Double(promptRows)
            secondsPerPromptRow = secondsPerPromptRow.map { $0 + Self.newest * (perRow - $0) } ?? perRow
        }
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
