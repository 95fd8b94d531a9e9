/// The rows of one step: tokens of any number of sequences, prefill chunks and decode rows alike.
///
/// The rows of a sequence are contiguous, with consecutive positions. One user is a batch with one sequence.
package struct Batch: Sendable {
    /// Token of every row.
    package private(set) var tokens: [Int32] = []
    /// Position of every row in its sequence.
    package private(set) var positions: [Int32] = []
    /// The sequences in the order of their rows.
    package private(set) var sequences: [SequenceSlice] = []
    /// Rows that want logits, ascending.
    package private(set) var logitRows: [Int] = []

    package init() {}

    package var rowCount: Int { tokens.count }

    /// Empties the batch but keeps its memory, so that the next one needs none.
    package mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        sequences.removeAll(keepingCapacity: true)
        logitRows.removeAll(keepingCapacity: true)
    }

    /// Becomes a copy of another batch in memory of its own, so that neither keeps the other from changing in place.
    package mutating func assign(_ other: Batch) {
        removeAll()
        tokens.append(contentsOf: other.tokens)
        positions.append(contentsOf: other.positions)
        sequences.append(contentsOf: other.sequences)
        logitRows.append(contentsOf: other.logitRows)
    }

    /// Which of an appended sequence's rows want logits, or states.
    package enum LogitChoice: Sendable { case none, first, last, all }

    /// Adds the next tokens of a sequence.
    ///
    /// - Parameters:
    ///   - newTokens: at least one.
    ///   - firstPosition: tokens of the sequence that are in the cache already.
    ///   - pages: with room for the new tokens; pages from `firstPosition` on have no other holder.
    ///   - choice: rows whose logits are wanted.
    package mutating func append(
        _ newTokens: some Collection<Int32>, of sequence: SequenceOptions = SequenceOptions(), at firstPosition: Int,
        pages: PageTable, logits choice: LogitChoice
    ) {
        let count = newTokens.count
        precondition(count > 0 && firstPosition >= 0 && firstPosition + count <= pages.capacity)
        let rows = rowCount..<rowCount + count
        tokens.append(contentsOf: newTokens)
        for position in firstPosition..<firstPosition + count { positions.append(Int32(position)) }
        sequences.append(SequenceSlice(rows: rows, firstPosition: firstPosition, pages: pages, options: sequence))
        switch choice {
        case .none: break
        case .first: logitRows.append(rows.lowerBound)
        case .last: logitRows.append(rows.upperBound - 1)
        case .all: logitRows.append(contentsOf: rows)
        }
    }
}

/// What a sequence brings into every step besides its tokens.
package struct SequenceOptions: Sendable, Equatable {
    /// Number of the memory that layers with a state other than pages keep for the sequence.
    package var slot: Int
    /// Whether a RoPE with two sets of frequencies uses the long one; decided at admission.
    package var usesLongRoPE: Bool
    /// Position from which tokens are of type 1, those of a pair's second text; nil if all are of type 0.
    package var secondTextStart: Int?

    package init(slot: Int = 0, usesLongRoPE: Bool = false, secondTextStart: Int? = nil) {
        self.slot = slot
        self.usesLongRoPE = usesLongRoPE
        self.secondTextStart = secondTextStart
    }
}

/// The rows of one sequence in a step.
package struct SequenceSlice: Sendable {
    /// Its rows in the batch.
    package let rows: Range<Int>
    /// Position of the first of them; as many tokens are in the cache already.
    package let firstPosition: Int
    package let pages: PageTable
    package let options: SequenceOptions

    /// One more than the last row's position.
    package var endPosition: Int { firstPosition + rows.count }
}

/// The largest step that memory is set aside for.
package struct BatchLimits: Sendable, Equatable {
    package var rows: Int
    /// Rows that may want logits in one step.
    package var logitRows: Int
    package var sequences: Int

    package init(rows: Int = 512, logitRows: Int = 64, sequences: Int = 64) {
        precondition(rows > 0 && logitRows > 0 && sequences > 0 && logitRows <= rows && sequences <= rows)
        self.rows = rows
        self.logitRows = logitRows
        self.sequences = sequences
    }
}
