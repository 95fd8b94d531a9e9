import Compute
import Sampling

/// How an engine batches.
package struct EngineOptions: Sendable, Equatable {
    package var limits: SchedulerLimits
    /// How long streams may wait for a step that reads someone else's prompt.
    package var targetStepTime = Duration.milliseconds(200)

    package init(limits: SchedulerLimits) { self.limits = limits }
}

/// The engine without a thread: requests go in, and each step computes a batch and delivers what came of it.
///
/// A command that serves nobody else drives it on its own thread (`run`); `Engine` gives it one.
package final class EngineCore {
    private let runner: any StepRunner
    private let texts: TokenTexts
    package private(set) var scheduler: Scheduler
    private var timer: StepTimer
    private var generations: [SequenceID: Generation] = [:]
    private var plan = StepPlan()
    private var batch = Batch()
    private var candidates = Candidates()
    private var chosen: [Choice] = []
    private var ended: [(SequenceID, FinishReason)] = []
    /// Sequences of which a token is to be chosen as soon as their constraints have been made.
    private var held: [SequenceID] = []
    /// Allows all tokens but those that end a generation.
    private let endless: TokenMask
    /// What a constraint allows in the present step.
    private var allowed = TokenMask(vocabularyCount: 0, allowingAll: false)

    /// A token chosen in a step, not yet part of its sequence.
    private struct Choice {
        let sequence: SequenceID
        let token: Int32
        let logProbabilities: LogProbabilities?
    }

    /// An engine over a cache of pages.
    package init(_ runner: any StepRunner, texts: TokenTexts, pageCount: Int, options: EngineOptions) {
        self.runner = runner
        self.texts = texts
        scheduler = Scheduler(pageCount: pageCount, limits: options.limits)
        timer = StepTimer(target: options.targetStepTime)
        var mask = TokenMask(vocabularyCount: runner.vocabularyCount, allowingAll: true)
        for token in texts.endOfGeneration where token >= 0 && Int(token) < runner.vocabularyCount {
            mask[token] = false
        }
        endless = mask
    }

    /// Tokens that a prompt may be made of.
    package var vocabularyCount: Int { runner.vocabularyCount }
    /// Whether there is nothing to compute.
    package var isIdle: Bool { scheduler.isIdle }

    /// The requests that steps work on, oldest first.
    package var running: [RunningStatus] {
        scheduler.running.compactMap { id in
            guard let sequence = scheduler[id], let generation = generations[id] else { return nil }
            let generated = generation.statistics.generatedTokens
            return RunningStatus(
                number: id.number, promptTokens: sequence.promptCount, generatedTokens: generated,
                remainingTokens: generation.tokenLimit - generated)
        }
    }

    /// Takes a request on.
    ///
    /// - Parameters:
    ///   - arrival: when the request came, which may be before a step that it had to wait for.
    ///   - deliver: told every event, in order, during `step`, `cancel` or this call; ends with `finished`.
    /// - Throws: what `GenerationRequest.validate` and `Scheduler.submit` throw.
    package func submit(
        _ request: GenerationRequest, arrival: ContinuousClock.Instant = .now,
        deliver: @escaping (GenerationEvent) -> EventDelivery
    ) throws(InferenceError) -> SequenceID {
        try request.validate(
            contextLength: scheduler.limits.contextLength, vocabularyCount: runner.vocabularyCount)
        let room = scheduler.roomForCompletion(promptCount: request.prompt.count)
        let tokenLimit = min(request.stop.maximumTokens ?? room, room)
        let generation: Generation
        do {
            generation = try Generation(
                request, vocabularyCount: runner.vocabularyCount,
                tokenLimit: tokenLimit, arrival: arrival, deliver: deliver)
        } catch { throw .sampling(error) }
        var sequence = SequenceRequest(prompt: request.prompt)
        sequence.group = request.group
        sequence.salt = request.cacheSalt
        sequence.usesLongRoPE = runner.usesLongRoPE(length: request.prompt.count + tokenLimit)
        sequence.wantsPromptLogits = request.returnedLogits == .all || request.scoresPrompt
        let id = try scheduler.submit(sequence)
        generations[id] = generation
        return id
    }

    /// Ends a generation, if it has not ended; its pages are free at once.
    package func cancel(_ id: SequenceID) { end(id, .cancelled) }

    /// Ends all generations.
    package func cancelAll() {
        for id in generations.keys.sorted() { end(id, .cancelled) }
    }

    /// Generates for one request until it ends, with nobody else to serve.
    ///
    /// - Parameter onEvent: told every event; an answer other than `taken` ends the generation.
    /// - Throws: what `submit` throws.
    package func run(
        _ request: GenerationRequest, onEvent: @escaping (GenerationEvent) -> EventDelivery
    ) throws(InferenceError) {
        _ = try submit(request, deliver: onEvent)
        while !isIdle {
            if !step() { request.constraint?.wait() }
        }
    }

    /// Computes one step of whatever is there to compute.
    ///
    /// - Returns: false if there was nothing: then there is nothing until a request comes or a constraint has been made.
    @discardableResult
    package func step() -> Bool {
        let hasChosen = chooseHeld()
        let running = scheduler.running
        let decoding = running.count { scheduler[$0]?.missingCount == 1 }
        let budget = timer.rowBudget(decodingRows: decoding, limit: scheduler.limits.batch.rows)
        scheduler.planStep(rowBudget: budget, into: &plan)
        guard !plan.slices.isEmpty else { return hasChosen }
        let start = ContinuousClock.now
        for slice in plan.slices {
            generations[slice.sequence]?.begin(
                at: start, cachedTokens: scheduler[slice.sequence]?.cachedCount ?? 0)
        }
        scheduler.fill(&batch, with: plan)
        compute()
        let now = ContinuousClock.now
        let decodingRows = plan.slices.count { $0.range.count == 1 }
        timer.record(
            decodingRows: decodingRows, promptRows: plan.rowCount - decodingRows, duration: now - start)
        scheduler.complete(plan)
        settle(at: now)
        return true
    }

    /// Chooses the tokens that have waited for a constraint; those of sequences that lost their pages wait until these
    /// are computed again.
    ///
    /// - Returns: whether there were any.
    private func chooseHeld() -> Bool {
        let ready = held.filter { scheduler[$0]?.missingCount == 0 && generations[$0]?.isReady() ?? false }
        guard !ready.isEmpty else { return false }
        held.removeAll { ready.contains($0) }
        for id in ready {
            let logits = generations[id]?.heldLogits ?? []
            generations[id]?.heldLogits = []
            choose(from: logits.span, for: id)
        }
        settle(at: .now)
        return true
    }

    /// Runs the batch and chooses tokens from its logits.
    private func compute() {
        var slice = 0
        var position = plan.slices[0].firstLogit
        runner.run(batch) { _, logits in
            while position == plan.slices[slice].range.upperBound {
                slice += 1
                position = plan.slices[slice].firstLogit
            }
            read(logits, of: plan.slices[slice].sequence, at: position)
            position += 1
        }
    }

    private func read(_ logits: borrowing Span<Float>, of id: SequenceID, at position: Int) {
        guard let sequence = scheduler[id], let request = generations[id]?.request else { return }
        let isLast = position == sequence.tokens.count - 1
        if request.returnedLogits == .all || (request.returnedLogits == .generated && isLast) {
            deliver(.logits(position: position, (0..<logits.count).map { logits[$0] }), to: id)
        }
        if request.scoresPrompt, position < sequence.promptCount {
            scorePrompt(logits, of: sequence, at: position, topCount: request.topLogProbabilityCount ?? 0)
        }
        guard isLast else { return }
        guard generations[id]?.tokenLimit ?? 0 > 0 else {
            ended.append((id, .length))
            return
        }
        if generations[id]?.isReady() ?? true {
            choose(from: logits, for: id)
        } else {
            generations[id]?.heldLogits = (0..<logits.count).map { logits[$0] }
            held.append(id)
        }
    }

    /// Keeps the log probability of the prompt's token that follows a position; at the prompt's end, delivers all.
    private func scorePrompt(
        _ logits: borrowing Span<Float>, of sequence: Sequence, at position: Int, topCount: Int
    ) {
        guard position + 1 < sequence.promptCount else {
            deliver(.prompt(generations[sequence.id]?.promptScores ?? []), to: sequence.id)
            generations[sequence.id]?.promptScores = []
            return
        }
        generations[sequence.id]?.promptScores.append(
            LogProbabilities(logits, chosen: sequence.tokens[position + 1], topCount: topCount, using: &candidates))
    }

    private func choose(from logits: borrowing Span<Float>, for id: SequenceID) {
        guard let sequence = scheduler[id], let request = generations[id]?.request else { return }
        let generated = sequence.tokens.count - sequence.promptCount
        let mayEnd = !request.stop.ignoresEndOfGeneration && generated >= request.stop.minimumTokens
        do throws(SamplingError) {
            guard
                let token = try generations[id]?.sample(
                    logits, mayEnd: mayEnd, endless: endless, mask: &allowed, using: &candidates)
            else { return }
            let logProbabilities = request.topLogProbabilityCount.map {
                LogProbabilities(logits, chosen: token, topCount: $0, using: &candidates)
            }
            chosen.append(Choice(sequence: id, token: token, logProbabilities: logProbabilities))
        } catch {
            ended.append((id, .failed(.sampling(error))))
        }
    }

    private func deliver(_ event: GenerationEvent, to id: SequenceID) {
        guard let generation = generations[id], let reason = generation.reason(generation.deliver(event)) else {
            return
        }
        ended.append((id, reason))
    }

    /// Gives the chosen tokens to their sequences, and ends those that are complete.
    private func settle(at now: ContinuousClock.Instant) {
        for choice in chosen {
            let reason = generations[choice.sequence]?.accept(
                choice.token, logProbabilities: choice.logProbabilities, texts: texts, at: now)
            if let reason {
                ended.append((choice.sequence, reason))
            } else {
                scheduler.append(choice.token, to: choice.sequence)
            }
        }
        chosen.removeAll(keepingCapacity: true)
        for (id, reason) in ended { end(id, reason) }
        ended.removeAll(keepingCapacity: true)
    }

    private func end(_ id: SequenceID, _ reason: FinishReason) {
        let sequence = scheduler.finish(id)
        held.removeAll { $0 == id }
        guard var generation = generations.removeValue(forKey: id) else { return }
        generation.finish(reason, at: .now, preemptionCount: sequence?.preemptionCount ?? 0)
    }
}
