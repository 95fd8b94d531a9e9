/// Sequences that wait for admission: preempted ones first, then groups in turn.
///
/// A group's turn comes when it has been served less than the others that wait, counted in computed rows. A group that
/// was away starts level with the least served one, so that idleness earns no claim.
package struct WaitingQueue: Sendable {
    private struct Group {
        var servedRows = 0
        var waiting: [SequenceID] = []
    }

    /// Preempted sequences, oldest first.
    private var preempted: [SequenceID] = []
    private var groups: [String: Group] = [:]
    /// Number of sequences that wait.
    package private(set) var count = 0

    package init() {}

    /// Adds a new sequence at the end of its group.
    package mutating func append(_ id: SequenceID, group name: String) {
        if groups[name]?.waiting.isEmpty ?? true {
            let least = groups.values.filter { !$0.waiting.isEmpty }.map(\.servedRows).min()
            groups[name, default: Group()].servedRows = max(groups[name]?.servedRows ?? 0, least ?? 0)
        }
        groups[name, default: Group()].waiting.append(id)
        count += 1
    }

    /// Adds a preempted sequence before all that have never run.
    package mutating func returnPreempted(_ id: SequenceID) {
        preempted.insert(id, at: preempted.firstIndex { $0 > id } ?? preempted.endIndex)
        count += 1
    }

    /// The sequence whose turn it is.
    package var first: SequenceID? {
        if let oldest = preempted.first { return oldest }
        return groups.values
            .compactMap { group in group.waiting.first.map { (group.servedRows, $0) } }
            .min { $0 < $1 }?.1
    }

    /// Takes a sequence out, wherever it stands.
    ///
    /// - Returns: whether it waited.
    @discardableResult
    package mutating func remove(_ id: SequenceID, group name: String) -> Bool {
        if let index = preempted.firstIndex(of: id) {
            preempted.remove(at: index)
        } else if let index = groups[name]?.waiting.firstIndex(of: id) {
            groups[name]?.waiting.remove(at: index)
        } else {
            return false
        }
        count -= 1
        return true
    }

    /// Counts rows that a group's sequence was served.
    package mutating func charge(_ rows: Int, to name: String) {
        groups[name, default: Group()].servedRows += rows
    }

    /// Forgets a group that has nothing waiting and nothing running.
    package mutating func forget(_ name: String) {
        if groups[name]?.waiting.isEmpty ?? false { groups[name] = nil }
    }
}
