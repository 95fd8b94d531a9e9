import Compute
import Inference
import Testing

/// A random source for tests, printed seed and all (SplitMix64).
struct TestRandom {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    mutating func isTrue(oneIn n: Int) -> Bool { next(below: n) == 0 }
}

/// A scheduler driven as an engine would, with a memory that knows which prefix every cached position was computed of.
///
/// The memory is the oracle: when a row is computed, all positions before it must hold this very sequence's prefix.
struct SchedulerModel {
    var scheduler: Scheduler
    var lengths: [SequenceID: Int] = [:]
    var salts: [SequenceID: [UInt8]] = [:]
    var finished: [SequenceID: Sequence] = [:]
    private var known: [SequenceID: [Int]] = [:]
    private var memory: [PageID: [Int?]] = [:]
    private var plan = StepPlan()

    init(pageCount: Int, limits: SchedulerLimits) {
        scheduler = Scheduler(pageCount: pageCount, limits: limits)
    }

    mutating func submit(_ request: SequenceRequest, growingBy length: Int) throws {
        let id = try scheduler.submit(request)
        lengths[id] = min(length, scheduler.roomForCompletion(promptCount: request.prompt.count))
        salts[id] = request.salt
    }

    mutating func cancel(_ id: SequenceID) {
        scheduler.finish(id)
        lengths[id] = nil
    }

    /// One step; returns the plan.
    @discardableResult
    mutating func step(rowBudget: Int) -> StepPlan {
        scheduler.planStep(rowBudget: rowBudget, into: &plan)
        checkPlan(rowBudget: rowBudget)
        for slice in plan.slices { compute(slice) }
        scheduler.complete(plan)
        for slice in plan.slices where slice.logitCount > 0 { sample(slice) }
        scheduler._checkInvariants()
        return plan
    }

    private func checkPlan(rowBudget: Int) {
        let batch = scheduler.limits.batch
        #expect(plan.rowCount <= batch.rows && plan.logitCount <= batch.logitRows)
        #expect(plan.slices.count <= batch.sequences)
        #expect(Set(plan.slices.map(\.sequence)).count == plan.slices.count)
        let decoding = plan.slices.count { $0.range.count == 1 }
        #expect(plan.rowCount <= max(rowBudget, decoding + 1))
        #expect(plan.slices.allSatisfy { $0.range.count <= scheduler.limits.chunkRows })
    }

    /// A hash of the salt and the tokens up to each position.
    private mutating func fingerprints(_ sequence: Sequence) -> [Int] {
        var prefixes = known[sequence.id] ?? []
        while prefixes.count < sequence.tokens.count {
            var hasher = Hasher()
            hasher.combine(prefixes.last)
            hasher.combine(salts[sequence.id])
            hasher.combine(sequence.tokens[prefixes.count])
            prefixes.append(hasher.finalize())
        }
        known[sequence.id] = prefixes
        return prefixes
    }

    private mutating func compute(_ slice: StepPlan.Slice) {
        guard let sequence = scheduler[slice.sequence] else {
            Issue.record("a plan names a finished sequence")
            return
        }
        #expect(slice.range.lowerBound == sequence.computedCount)
        let prefixes = fingerprints(sequence)
        for position in slice.range {
            let page = sequence.pages[position: position]
            memory[page, default: Array(repeating: nil, count: 64)][position % 64] = prefixes[position]
        }
        for position in 0..<slice.range.upperBound {
            let held = memory[sequence.pages[position: position]]?[position % 64]
            if held != prefixes[position] { Issue.record("\(sequence.id) reads another's prefix at \(position)") }
        }
    }

    private mutating func sample(_ slice: StepPlan.Slice) {
        guard let sequence = scheduler[slice.sequence], slice.range.upperBound == sequence.tokens.count else { return }
        let generated = sequence.tokens.count - sequence.promptCount + 1
        if generated >= lengths[sequence.id] ?? 0 {
            finished[sequence.id] = scheduler.finish(sequence.id)
            lengths[sequence.id] = nil
        } else {
            // A function of the text alone, so that a recomputed sequence goes on as it would have.
            scheduler.append(Int32(sequence.tokens.count * 7 % 13), to: sequence.id)
        }
    }
}
