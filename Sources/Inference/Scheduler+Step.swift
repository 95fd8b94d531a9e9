import Compute

extension Scheduler {
    /// Plans the next step: a row for each sequence that decodes, then chunks of those that still read their prompt.
    ///
    /// - Parameters:
    ///   - rowBudget: rows that the step should not exceed; decoding rows are planned in any case, and one prompt row.
    ///   - plan: overwritten; empty when nothing can be computed.
    package mutating func planStep(rowBudget: Int, into plan: inout StepPlan) {
        plan.removeAll()
        planDecoding(into: &plan)
        if plan.preempted.isEmpty, waiting.count > 0 { admit(rowBudget: rowBudget, into: plan) }
        if plan.slices.count < running.count { planPrompts(rowBudget: rowBudget, into: &plan) }
    }

    private mutating func planDecoding(into plan: inout StepPlan) {
        var index = 0
        while index < running.count {
            let id = running[index]
            index += 1
            guard let sequence = sequences[id], sequence.missingCount == 1 else { continue }
            guard plan.rowCount < limits.batch.rows else { return }
            if room(for: id, rows: 1, into: &plan) == 1 { append(sequence, rows: 1, to: &plan) }
        }
    }

    /// Moves waiting sequences to the running ones while there is room for all that they have to compute.
    private mutating func admit(rowBudget: Int, into plan: StepPlan) {
        var planned = plan.rowCount
        var reading = running.count - plan.slices.count
        // What running sequences still need is not to be given away, nor the page that each may need next.
        var reserved = running.reduce(0) { total, id in
            guard let sequence = sequences[id] else { return total }
            return total + PagePool.pageCount(tokens: sequence.tokens.count) - sequence.pages.pages.count + 1
        }
        while let id = waiting.first, running.count < limits.batch.sequences,
            planned < rowBudget || reading < limits.promptsAtOnce
        {
            guard let sequence = sequences[id] else { preconditionFailure("a finished sequence waits") }
            let (hits, idleHits) = countHits(of: id)
            let fresh = PagePool.pageCount(tokens: sequence.tokens.count) - hits
            guard running.isEmpty || fresh + idleHits + reserved <= pages.availableCount else { return }
            waiting.remove(id, group: sequence.group)
            start(id, hits: hits)
            planned += min(sequence.tokens.count - hits * PagePool.pageTokens, limits.chunkRows)
            reserved += fresh + 1
            reading += 1
        }
    }

    /// Cached pages that a sequence can begin with: all tokens up to the first one whose logits are wanted.
    private mutating func countHits(of id: SequenceID) -> (hits: Int, idle: Int) {
        guard limits.reusesPrefixes, let bound = sequences[id]?.firstWantedLogit else { return (0, 0) }
        var hits = 0
        var idle = 0
        while (hits + 1) * PagePool.pageTokens <= bound {
            guard let hash = sequences[id]?.pageHash(hits), let found = pages.lookUp(hash) else { break }
            if found.isIdle { idle += 1 }
            hits += 1
        }
        return (hits, idle)
    }

    private mutating func start(_ id: SequenceID, hits: Int) {
        var table = PageTable()
        for index in 0..<hits {
            guard let hash = sequences[id]?.pageHash(index), let page = pages.reuse(hash) else {
                preconditionFailure("a page that was found is gone")
            }
            table.append(page)
        }
        guard let slot = freeSlots.popLast(), let sequence = sequences[id] else {
            preconditionFailure("more sequences run than slots exist")
        }
        let cached = hits * PagePool.pageTokens
        if sequence.cachedCount == nil {
            sequences[id]?.cachedCount = cached
            statistics.promptTokens += sequence.promptCount
            statistics.cachedTokens += cached
        } else {
            statistics.recoveredTokens += cached
        }
        sequences[id]?.pages = table
        sequences[id]?.computedCount = cached
        sequences[id]?.options.slot = slot
        running.insert(id, at: running.firstIndex { $0 > id } ?? running.endIndex)
    }

    private mutating func planPrompts(rowBudget: Int, into plan: inout StepPlan) {
        let readers = running.filter { id in !plan.slices.contains { $0.sequence == id } }
        guard !readers.isEmpty else { return }
        let left = limits.batch.rows - plan.rowCount
        let budget = min(max(rowBudget - plan.rowCount, 1), left)
        let shares = share(budget, among: readers.map { min(sequences[$0]?.missingCount ?? 0, limits.chunkRows) })
        for (id, rows) in zip(readers, shares) where rows > 0 {
            guard running.contains(id) else { continue }  // an older one has taken its pages
            let granted = room(for: id, rows: rows, into: &plan)
            if granted > 0, let sequence = sequences[id] { append(sequence, rows: granted, to: &plan) }
        }
    }

    /// Splits rows so that no one gets more while another, who wants it, gets less; the oldest is never left out.
    private func share(_ budget: Int, among wanted: [Int]) -> [Int] {
        var shares = [Int](repeating: 0, count: wanted.count)
        var left = budget
        while left > 0 {
            let open = wanted.indices.filter { shares[$0] < wanted[$0] }
            guard !open.isEmpty else { break }
            let portion = max(left / open.count, 1)
            for index in open where left > 0 {
                let more = min(portion, wanted[index] - shares[index], left)
                shares[index] += more
                left -= more
            }
        }
        return shares
    }

    /// Sees to it that a sequence has pages for its next rows, taking them from younger ones when it has none at all.
    ///
    /// - Returns: for how many rows there are pages, at most `rows`.
    private mutating func room(for id: SequenceID, rows: Int, into plan: inout StepPlan) -> Int {
        guard let computed = sequences[id]?.computedCount else { return 0 }
        while true {
            while let table = sequences[id]?.pages, table.capacity < computed + rows, let page = pages.take() {
                sequences[id]?.pages.append(page)
            }
            let granted = min(rows, (sequences[id]?.pages.capacity ?? 0) - computed)
            if granted > 0 { return granted }
            guard let youngest = running.last, youngest != id else { return 0 }
            preempt(youngest, from: &plan)
        }
    }

    private mutating func preempt(_ id: SequenceID, from plan: inout StepPlan) {
        plan.remove(id)
        plan.preempted.append(id)
        stop(id)
        sequences[id]?.preemptionCount += 1
        statistics.preemptionCount += 1
        waiting.returnPreempted(id)
    }

    /// Adds a sequence's next rows to the plan, fewer if they want more logits than a step may give.
    private func append(_ sequence: Sequence, rows: Int, to plan: inout StepPlan) {
        let start = sequence.computedCount
        let end = start + rows
        var firstLogit = end
        if sequence.firstWantedLogit < end {
            // Either the last row alone wants logits, or all do: positions before the wanted ones are cut off apart.
            firstLogit = max(sequence.firstWantedLogit, start)
        }
        var range = start..<end
        if firstLogit > start, firstLogit < end - 1 {
            range = start..<firstLogit
            firstLogit = range.upperBound
        }
        // Every running sequence that is not planned yet may need a row.
        let unplanned = running.count - plan.slices.count - 1
        let logitsLeft = limits.batch.logitRows - plan.logitCount - unplanned
        if range.upperBound - firstLogit > logitsLeft {
            range = start..<firstLogit + max(logitsLeft, 0)
        }
        guard !range.isEmpty else { return }
        plan.append(StepPlan.Slice(sequence: sequence.id, range: range, firstLogit: min(firstLogit, range.upperBound)))
    }
}
