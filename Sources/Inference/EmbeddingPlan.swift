/// How texts are cut into steps: which rows of which texts each one computes.
///
/// A text that fits a step is computed whole, beside others. A longer one is computed alone: in pieces if its tokens
/// see only those before them, else at once. A piece's border depends on the text alone, and so does its embedding.
package struct EmbeddingPlan: Sendable, Equatable {
    /// Some tokens of a text.
    package struct Slice: Sendable, Equatable {
        package let text: Int
        package let range: Range<Int>
    }

    package private(set) var steps: [[Slice]] = []

    /// - Parameters:
    ///   - lengths: tokens of each text.
    ///   - cutsLongTexts: whether a text with more than `stepRows` tokens may be computed in pieces.
    package init(lengths: [Int], stepRows: Int, stepTexts: Int, cutsLongTexts: Bool) {
        var step: [Slice] = []
        var rows = 0
        func close() {
            if !step.isEmpty { steps.append(step) }
            (step, rows) = ([], 0)
        }
        for (text, length) in lengths.enumerated() {
            if rows + length > stepRows || step.count == stepTexts { close() }
            if length > stepRows {
                let pieceRows = cutsLongTexts ? stepRows : length
                for start in stride(from: 0, to: length, by: pieceRows) {
                    steps.append([Slice(text: text, range: start..<min(start + pieceRows, length))])
                }
            } else {
                step.append(Slice(text: text, range: 0..<length))
                rows += length
            }
        }
        close()
    }
}
