import Compute
import Inference
import Testing

@Suite struct SchedulerTests {
    private func limits(
        context: Int = 4096, rows: Int = 512, logitRows: Int = 64, sequences: Int = 16, chunk: Int = .max
    ) -> SchedulerLimits {
        var limits = SchedulerLimits(contextLength: context)
        limits.batch = BatchLimits(rows: rows, logitRows: logitRows, sequences: sequences)
        limits.chunkRows = chunk
        return limits
    }

    private func prompt(_ count: Int, startingWith first: Int32 = 0) -> SequenceRequest {
        SequenceRequest(prompt: (0..<Int32(count)).map { first &+ $0 % 50 })
    }

    @Test func aPromptIsCutIntoChunksAndThenDecodes() throws {
        var model = SchedulerModel(pageCount: 16, limits: limits(chunk: 100))
        try model.submit(prompt(250), growingBy: 3)
        let ranges = (0..<5).map { _ in model.step(rowBudget: 512).slices.map(\.range) }
        #expect(ranges == [[0..<100], [100..<200], [200..<250], [250..<251], [251..<252]])
        #expect(model.scheduler.isIdle && model.scheduler.heldPageCount == 0)
    }

    @Test func decodingComesBeforePrompts() throws {
        var model = SchedulerModel(pageCount: 64, limits: limits())
        try model.submit(prompt(10), growingBy: 100)
        model.step(rowBudget: 512)
        try model.submit(prompt(1000, startingWith: 100), growingBy: 1)
        let plan = model.step(rowBudget: 33)
        #expect(plan.slices.map(\.range) == [10..<11, 0..<32])
        // A budget below what decodes still lets a prompt go on, a row a step.
        #expect(model.step(rowBudget: 1).slices.map(\.range) == [11..<12, 32..<33])
    }

    @Test func promptsShareAStepFairly() throws {
        var model = SchedulerModel(pageCount: 64, limits: limits())
        for (count, first) in [(1000, 0), (20, 100), (1000, 200)] as [(Int, Int32)] {
            try model.submit(prompt(count, startingWith: first), growingBy: 1)
        }
        #expect(model.step(rowBudget: 512).slices.map(\.range) == [0..<246, 0..<20, 0..<246])
    }

    @Test func aCommonPrefixIsReusedButForTheLastToken() throws {
        var model = SchedulerModel(pageCount: 16, limits: limits())
        try model.submit(prompt(128), growingBy: 2)
        while !model.scheduler.isIdle { model.step(rowBudget: 512) }
        // Two full pages are remembered; of the same prompt the last token must be computed, so one page is of use.
        try model.submit(prompt(128), growingBy: 2)
        #expect(model.step(rowBudget: 512).slices.map(\.range) == [64..<128])
        try model.submit(prompt(129), growingBy: 2)
        #expect(model.step(rowBudget: 512).slices.last?.range == 128..<129)
        #expect(model.scheduler.statistics.promptTokens == 385)
        #expect(model.scheduler.statistics.cachedTokens == 64 + 128)
    }

    @Test func aPageIsSharedOnlyWithAllThatCameBefore() throws {
        var model = SchedulerModel(pageCount: 16, limits: limits())
        for first in [0, 1000] as [Int32] {
            var request = prompt(200)
            request.prompt[0] = first
            try model.submit(request, growingBy: 1)
            #expect(model.step(rowBudget: 512).slices.map(\.range) == [0..<200])
        }
    }

    @Test func anotherSaltSharesNothing() throws {
        var model = SchedulerModel(pageCount: 16, limits: limits())
        for (salt, usesLongRoPE) in [([], false), ([1], false), ([], true)] as [([UInt8], Bool)] {
            var request = prompt(200)
            (request.salt, request.usesLongRoPE) = (salt, usesLongRoPE)
            try model.submit(request, growingBy: 1)
            #expect(model.step(rowBudget: 512).slices.map(\.range) == [0..<200])
        }
    }

    @Test func idlePagesAreGivenUpLeastRecentlyUsedFirst() throws {
        var model = SchedulerModel(pageCount: 4, limits: limits())
        for first in [0, 100, 0, 200] as [Int32] {
            try model.submit(prompt(65, startingWith: first), growingBy: 1)
            while !model.scheduler.isIdle { model.step(rowBudget: 512) }
        }
        // Pages of 0, 100 and 200 are remembered; three new ones take the free one, then that of 100.
        try model.submit(prompt(128, startingWith: 300), growingBy: 1)
        while !model.scheduler.isIdle { model.step(rowBudget: 512) }
        try model.submit(prompt(65, startingWith: 0), growingBy: 1)
        #expect(model.step(rowBudget: 512).slices.map(\.range) == [64..<65])
    }

    @Test func theYoungestIsPreemptedAndComesBack() throws {
        var model = SchedulerModel(pageCount: 6, limits: limits())
        try model.submit(prompt(60, startingWith: 0), growingBy: 200)
        try model.submit(prompt(60, startingWith: 100), growingBy: 200)
        var preempted: Set<SequenceID> = []
        var steps = 0
        while !model.scheduler.isIdle, steps < 2000 {
            preempted.formUnion(model.step(rowBudget: 512).preempted)
            steps += 1
        }
        #expect(preempted == [SequenceID(number: 1)])
        #expect(model.finished.values.allSatisfy { $0.tokens.count == 259 })
        #expect(model.scheduler.statistics.recoveredTokens > 0)
    }

    @Test func promptLogitsAreWantedOnceEach() throws {
        var model = SchedulerModel(pageCount: 16, limits: limits(rows: 64, logitRows: 20, sequences: 4))
        var request = prompt(130)
        request.wantsPromptLogits = true
        try model.submit(prompt(130), growingBy: 30)
        while model.scheduler.isIdle { model.step(rowBudget: 64) }
        try model.submit(request, growingBy: 2)
        var positions: [Int] = []
        while !model.scheduler.isIdle {
            for slice in model.step(rowBudget: 64).slices where slice.sequence.number == 1 {
                positions += slice.firstLogit..<slice.range.upperBound
            }
        }
        #expect(positions == Array(0..<131))
    }

    @Test func admissionNamesBothNumbers() throws {
        var scheduler = Scheduler(pageCount: 2, limits: limits(context: 1000))
        #expect(throws: InferenceError.promptTooLong(tokens: 129, contextLength: 128)) {
            try scheduler.submit(self.prompt(129))
        }
        #expect(throws: InferenceError.emptyPrompt) { try scheduler.submit(SequenceRequest(prompt: [])) }
        #expect(scheduler.roomForCompletion(promptCount: 128) == 1)
        var narrow = limits()
        narrow.waitingCount = 1
        scheduler = Scheduler(pageCount: 2, limits: narrow)
        _ = try scheduler.submit(prompt(1))
        #expect(throws: InferenceError.queueFull(limit: 1)) { try scheduler.submit(self.prompt(1)) }
    }

    @Test func groupsTakeTurns() throws {
        var model = SchedulerModel(pageCount: 64, limits: limits(sequences: 1))
        for index in 0..<6 {
            var request = prompt(40, startingWith: Int32(index * 100))
            request.group = index < 5 ? "busy" : "quiet"
            try model.submit(request, growingBy: 1)
        }
        var order: [UInt64] = []
        while !model.scheduler.isIdle { order += model.step(rowBudget: 512).slices.map(\.sequence.number) }
        // The quiet one came last, but its group has been served nothing yet.
        #expect(order == [0, 5, 1, 2, 3, 4])
    }

    @Test func cancellingFreesAtOnce() throws {
        var model = SchedulerModel(pageCount: 64, limits: limits())
        try model.submit(prompt(1000), growingBy: 10)
        model.step(rowBudget: 128)
        #expect(model.scheduler.heldPageCount == 2)
        model.cancel(SequenceID(number: 0))
        #expect(model.scheduler.isIdle && model.scheduler.heldPageCount == 0)
        model.cancel(SequenceID(number: 0))
        #expect(model.step(rowBudget: 128).slices.isEmpty)
    }

    /// Random arrivals, cancels, budgets and page shortages: nothing leaks, nothing is computed on another's prefix,
    /// and everything finishes.
    @Test func randomInterleavings() throws {
        var preemptions = 0
        var hits = 0
        for seed in UInt64(0)..<100 {
            let statistics = try randomInterleaving(seed: seed)
            preemptions += statistics.preemptionCount
            hits += statistics.cachedTokens
        }
        #expect(preemptions > 50)
        #expect(hits > 5000)
    }

    private func randomInterleaving(seed: UInt64) throws -> SchedulerStatistics {
        var random = TestRandom(seed)
        let pageCount = 5 + random.next(below: 12)
        var bounds = limits(
            context: 64 * (2 + random.next(below: 4)), rows: 16 + random.next(below: 200), logitRows: 16, sequences: 8,
            chunk: 1 + random.next(below: 300))
        bounds.reusesPrefixes = !random.isTrue(oneIn: 6)
        var model = SchedulerModel(pageCount: pageCount, limits: bounds)
        var submitted = 0
        var cancelled = 0
        var steps = 0
        while submitted < 60 || !model.scheduler.isIdle {
            if submitted < 60, random.isTrue(oneIn: 2) {
                try model.submit(request(&random, bounds), growingBy: 1 + random.next(below: 250))
                submitted += 1
            }
            if random.isTrue(oneIn: 25), let id = model.lengths.keys.randomElementSorted(&random) {
                model.cancel(id)
                cancelled += 1
            }
            model.step(rowBudget: 1 + random.next(below: 200))
            steps += 1
            try #require(steps < 100_000, "seed \(seed): the scheduler does not get on")
        }
        #expect(model.finished.count + cancelled == 60, "seed \(seed)")
        #expect(model.scheduler.heldPageCount == 0, "seed \(seed)")
        return model.scheduler.statistics
    }

    private func request(_ random: inout TestRandom, _ bounds: SchedulerLimits) -> SequenceRequest {
        let longest = min(bounds.contextLength, 250)
        var tokens = (0..<longest).map { Int32($0 % 50) }
        // Half of the requests share a prefix of some length with others, the rest differ from the first token on.
        let fork = random.isTrue(oneIn: 2) ? random.next(below: longest) : 0
        for index in fork..<longest { tokens[index] = Int32(1000 + random.next(below: 1000)) }
        var request = SequenceRequest(
            prompt: Array(tokens.prefix(1 + random.next(below: random.isTrue(oneIn: 3) ? 60 : longest))))
        request.group = "group \(random.next(below: 3))"
        request.salt = random.isTrue(oneIn: 5) ? [1] : []
        request.wantsPromptLogits = random.isTrue(oneIn: 8)
        return request
    }
}

extension Collection where Element: Comparable {
    fileprivate func randomElementSorted(_ random: inout TestRandom) -> Element? {
        isEmpty ? nil : sorted()[random.next(below: count)]
    }
}
