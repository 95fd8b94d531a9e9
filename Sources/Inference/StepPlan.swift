/// The rows of one step: which tokens of which sequences, and whose logits.
package struct StepPlan: Sendable, Equatable {
    /// Consecutive tokens of one sequence.
    package struct Slice: Sendable, Equatable {
        package let sequence: SequenceID
        /// Positions in the sequence.
        package let range: Range<Int>
        /// First position whose logits are wanted; none are when it is the end of the range.
        package let firstLogit: Int

        /// Number of rows that want logits.
        package var logitCount: Int { range.upperBound - firstLogit }
    }

    /// In the order of their rows.
    package internal(set) var slices: [Slice] = []
    /// Rows of all slices.
    package internal(set) var rowCount = 0
    /// Rows that want logits.
    package internal(set) var logitCount = 0
    /// Sequences whose pages were taken away for this step.
    package internal(set) var preempted: [SequenceID] = []

    package init() {}

    mutating func removeAll() {
        slices.removeAll(keepingCapacity: true)
        preempted.removeAll(keepingCapacity: true)
        rowCount = 0
        logitCount = 0
    }

    mutating func append(_ slice: Slice) {
        slices.append(slice)
        rowCount += slice.range.count
        logitCount += slice.logitCount
    }

    mutating func remove(_ sequence: SequenceID) {
        for slice in slices where slice.sequence == sequence {
            rowCount -= slice.range.count
            logitCount -= slice.logitCount
        }
        slices.removeAll { $0.sequence == sequence }
    }
}
