/// How much memory the models of a process may use, and what uses it.
///
/// A plain value: whoever loads and unloads models owns the one of the process.
package struct MemoryBudget: Sendable {
    /// What memory is for.
    package enum Purpose: String, Sendable, CaseIterable { case weights, cache, workspace }

    package let limitBytes: Int
    private var used: [Purpose: Int] = [:]

    package init(limitBytes: Int) {
        precondition(limitBytes >= 0)
        self.limitBytes = limitBytes
    }

    package func usedBytes(_ purpose: Purpose) -> Int { used[purpose, default: 0] }
    package var usedBytes: Int { used.values.reduce(0, +) }
    package var availableBytes: Int { limitBytes - usedBytes }

    /// Sets bytes aside.
    ///
    /// - Throws: `overBudget`.
    package mutating func reserve(_ bytes: Int, for purpose: Purpose) throws(ComputeError) {
        precondition(bytes >= 0)
        guard bytes <= availableBytes else { throw .overBudget(bytes: bytes, available: availableBytes) }
        used[purpose, default: 0] += bytes
    }

    /// Gives bytes back.
    package mutating func release(_ bytes: Int, of purpose: Purpose) {
        precondition(bytes >= 0 && bytes <= usedBytes(purpose))
        used[purpose, default: 0] -= bytes
    }
}
