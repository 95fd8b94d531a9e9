package import Compute

// A plain value: no tensor, no clock, no thread. Every interleaving of arrivals, steps, cancels and page shortages is a
// sequence of calls, so all of them can be tested.
//
// Why it always gets on: the oldest running sequence gets a row in every step, takes pages from the youngest when none
// are left, and fits the pool alone, which admission has checked. So it finishes; then the next one is the oldest. Only
// one whose next token is not chosen yet, because its constraint is still being made, has no row to compute: it keeps
// what it has until the token comes.

/// What bounds a scheduler.
package struct SchedulerLimits: Sendable, Equatable {
    /// The largest step; also how many sequences run at once.
    package var batch = BatchLimits()
    /// Positions of the longest sequence.
    package var contextLength: Int
    /// Requests that may wait.
    package var waitingCount = 512
    /// Sequences that may read their prompts side by side when one alone would fill the step, so that a short prompt
    /// need not wait for a long one.
    package var promptsAtOnce = 4
    /// Rows of one sequence in a step.
    package var chunkRows = Int.max
    /// Whether pages are shared between sequences with a common prefix.
    package var reusesPrefixes = true

    package init(contextLength: Int) { self.contextLength = contextLength }
}

/// What the scheduler has done since it was made.
package struct SchedulerStatistics: Sendable, Equatable {
    /// Prompt tokens of admitted sequences, each counted once.
    package internal(set) var promptTokens = 0
    /// Those of them that were found in the cache.
    package internal(set) var cachedTokens = 0
    /// Tokens that preempted sequences found in the cache when they came back.
    package internal(set) var recoveredTokens = 0
    package internal(set) var preemptionCount = 0
}

/// Decides, step by step, which tokens of which sequences are computed, and who holds which pages.
package struct Scheduler: Sendable {
    package let limits: SchedulerLimits
    package internal(set) var statistics = SchedulerStatistics()
    /// Every sequence that waits or runs.
    var sequences: [SequenceID: Sequence] = [:]
    /// The running ones, oldest first.
    package internal(set) var running: [SequenceID] = []
    var waiting = WaitingQueue()
    var pages: PageCache
    /// Slots of layer memory that nobody has, the next to be given last.
    var freeSlots: [Int]
    private var arrivals: UInt64 = 0

    /// A scheduler over a cache of pages.
    ///
    /// The context is no longer than what all pages hold.
    package init(pageCount: Int, limits: SchedulerLimits) {
        precondition(limits.batch.logitRows >= limits.batch.sequences, "every running sequence may want logits")
        precondition(limits.chunkRows > 0 && limits.contextLength > 0)
        var limits = limits
        limits.contextLength = min(limits.contextLength, pageCount * PagePool.pageTokens)
        self.limits = limits
        pages = PageCache(pageCount: pageCount)
        freeSlots = (0..<limits.batch.sequences).reversed().map { $0 }
    }

    /// Number of sequences that wait.
    package var waitingCount: Int { waiting.count }
    /// Whether nothing waits and nothing runs.
    package var isIdle: Bool { sequences.isEmpty }
    /// Pages that sequences hold.
    package var heldPageCount: Int { pages.heldCount }
    /// Pages of the cache.
    package var pageCount: Int { pages.pageCount }

    /// A sequence that waits or runs.
    package subscript(id: SequenceID) -> Sequence? { sequences[id] }

    /// How many tokens a sequence with a prompt of this length may grow by.
    ///
    /// The last token is chosen but never computed, so it needs no position.
    package func roomForCompletion(promptCount: Int) -> Int { limits.contextLength - promptCount + 1 }

    /// Takes a request on; it waits until `planStep` admits it.
    ///
    /// - Throws: `emptyPrompt`, `promptTooLong` or `queueFull`.
    package mutating func submit(_ request: SequenceRequest) throws(InferenceError) -> SequenceID {
        guard !request.prompt.isEmpty else { throw .emptyPrompt }
        guard request.prompt.count <= limits.contextLength else {
            throw .promptTooLong(tokens: request.prompt.count, contextLength: limits.contextLength)
        }
        guard waiting.count < limits.waitingCount else { throw .queueFull(limit: limits.waitingCount) }
        let id = SequenceID(number: arrivals)
        arrivals += 1
        sequences[id] = Sequence(request, id: id)
        waiting.append(id, group: request.group)
        return id
    }

    /// Adds a generated token to a sequence, which so has one token to compute.
    ///
    /// - Precondition: all its tokens are computed, and it is no longer than the context.
    package mutating func append(_ token: Int32, to id: SequenceID) {
        // In place: a copy of the sequence held here would make the tokens be copied too.
        precondition(sequences[id]?.append(token, atMost: limits.contextLength) == true, "no room, or not computed")
    }

    /// Ends a sequence, whether it waits or runs: its pages are free at once, but what they hold is remembered.
    ///
    /// - Returns: the sequence as it was; `nil` if it had ended before.
    @discardableResult
    package mutating func finish(_ id: SequenceID) -> Sequence? {
        guard let sequence = sequences[id] else { return nil }
        if !waiting.remove(id, group: sequence.group) { stop(id) }
        let ended = sequences.removeValue(forKey: id)
        if !running.contains(where: { sequences[$0]?.group == sequence.group }) { waiting.forget(sequence.group) }
        return ended
    }

    /// Records that a step's rows have been computed.
    package mutating func complete(_ plan: StepPlan) {
        for slice in plan.slices {
            guard let sequence = sequences[slice.sequence] else { continue }
            waiting.charge(slice.range.count, to: sequence.group)
            sequences[slice.sequence]?.computedCount = slice.range.upperBound
            sequences[slice.sequence]?.firstWantedLogit = max(sequence.firstWantedLogit, slice.range.upperBound)
            if limits.reusesPrefixes { rememberPages(of: slice.sequence, computed: slice.range) }
        }
    }

    /// The pages that a step has filled.
    private mutating func rememberPages(of id: SequenceID, computed range: Range<Int>) {
        for index in range.lowerBound / PagePool.pageTokens..<range.upperBound / PagePool.pageTokens {
            guard let hash = sequences[id]?.pageHash(index), let page = sequences[id]?.pages.pages[index] else {
                return
            }
            pages.remember(page, as: hash)
        }
    }

    /// Takes a running sequence's pages and slot away.
    mutating func stop(_ id: SequenceID) {
        running.removeAll { $0 == id }
        // Last page first, so that of a prefix its end is given up first.
        for page in sequences[id]?.pages.truncate(positions: 0) ?? [] { pages.release(page) }
        sequences[id]?.computedCount = 0
        if let slot = sequences[id]?.options.slot { freeSlots.append(slot) }
    }

    /// Fills a batch with the rows of a plan.
    package func fill(_ batch: inout Batch, with plan: StepPlan) {
        batch.removeAll()
        for slice in plan.slices {
            guard let sequence = sequences[slice.sequence] else { preconditionFailure("plan of a finished sequence") }
            let choice: Batch.LogitChoice =
                slice.logitCount == 0 ? .none : slice.logitCount == slice.range.count ? .all : .last
            batch.append(
                sequence.tokens[slice.range], of: sequence.options, at: slice.range.lowerBound,
                pages: sequence.pages, logits: choice)
        }
    }

    /// For tests: pages, slots and queues account for each other.
    package func _checkInvariants() {
        pages._checkInvariants()
        var holders: [PageID: Int] = [:]
        for (id, sequence) in sequences {
            precondition(sequence.computedCount <= sequence.pages.capacity)
            precondition(running.contains(id) || sequence.pages.pages.isEmpty)
            for (index, page) in sequence.pages.pages.enumerated() {
                holders[page, default: 0] += 1
                let isShared = pages.holderCount(page) > 1
                precondition(!isShared || (index + 1) * PagePool.pageTokens <= sequence.computedCount)
            }
        }
        for (page, count) in holders { precondition(pages.holderCount(page) == count) }
        precondition(holders.count == pages.heldCount)
        precondition(running.count + waiting.count == sequences.count)
        precondition(running == running.sorted() && Set(running).count == running.count)
        precondition(running.count + freeSlots.count == limits.batch.sequences)
    }
}
