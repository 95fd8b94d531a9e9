import Compute
import Platform
import Synchronization

/// What an engine is busy with.
package struct EngineStatus: Sendable, Equatable {
    /// Requests that have no step yet, or lost their pages.
    package var waitingCount = 0
    package var runningCount = 0
    package var pageCount = 0
    /// Pages that running requests hold.
    package var heldPageCount = 0
    /// What the scheduler has counted so far.
    package var scheduler = SchedulerStatistics()
}

/// What a running request is at.
package struct RunningStatus: Sendable, Equatable {
    /// How many requests came before it.
    package let number: UInt64
    package let promptTokens: Int
    package let generatedTokens: Int
    /// Tokens still to come at most.
    package let remainingTokens: Int
}

/// A generation that an engine works on.
package struct GenerationHandle: Sendable {
    /// What happens to it, up to `finished`, which is missing only if the reader was too slow to have room for it.
    /// Who stops reading cancels it.
    package let events: AsyncStream<GenerationEvent>
    /// Kept so that the engine lives as long as someone may read.
    private let engine: Engine
    private let ticket: UInt64

    fileprivate init(events: AsyncStream<GenerationEvent>, engine: Engine, ticket: UInt64) {
        self.events = events
        self.engine = engine
        self.ticket = ticket
    }

    /// Ends the generation before its next step; `finished` still comes.
    package func cancel() { engine.cancel(ticket) }
}

/// An engine core with a thread of its own: any task may submit and cancel at any time.
///
/// A step keeps the thread busy, so requests and cancels go through a mailbox that is read before each one. When the
/// engine and all handles have gone, what it worked on is cancelled.
package final class Engine: Sendable {
    fileprivate enum Message: Sendable {
        case submit(Submission)
        case cancel(ticket: UInt64)
        case report(@Sendable ([RunningStatus]) -> Void)
    }

    fileprivate struct Submission: Sendable {
        let ticket: UInt64
        let request: GenerationRequest
        let arrival: ContinuousClock.Instant
        let events: AsyncStream<GenerationEvent>.Continuation
    }

    /// What the thread works on; it holds this and not the engine, so that the engine can go away.
    fileprivate final class Worker: Sendable {
        let thread: ComputeThread
        let mailbox: Mailbox<Message>
        let core: Mutex<EngineCore>
        let status = Mutex(EngineStatus())

        init(_ core: sending EngineCore, name: String) {
            thread = ComputeThread(name: name)
            mailbox = Mailbox(of: thread)
            self.core = Mutex(core)
        }
    }

    private let worker: Worker
    private let tickets = Atomic<UInt64>(0)
    private let limits: SchedulerLimits
    private let vocabularyCount: Int

    /// Starts the engine's thread.
    package init(_ core: sending EngineCore, name: String = "swiftllm.engine") {
        limits = core.scheduler.limits
        vocabularyCount = core.vocabularyCount
        worker = Worker(core, name: name)
        let worker = worker
        worker.thread.start { worker.serve() }
    }

    deinit { worker.mailbox.close() }

    /// Positions of the longest prompt.
    package var contextLength: Int { limits.contextLength }

    /// Requests that may run at once.
    package var sequenceCount: Int { limits.batch.sequences }

    /// The requests that run, as they stand between two steps.
    package func running() async -> [RunningStatus] {
        await withCheckedContinuation { continuation in
            let isAsked = worker.mailbox.send(.report { continuation.resume(returning: $0) })
            if !isAsked { continuation.resume(returning: []) }
        }
    }

    /// What the engine was busy with after its last step.
    package var status: EngineStatus { worker.status.withLock { $0 } }

    /// Takes a request on.
    ///
    /// - Throws: what `GenerationRequest.validate` throws, `queueFull` or `shutDown`.
    package func submit(_ request: GenerationRequest) throws(InferenceError) -> GenerationHandle {
        try request.validate(contextLength: limits.contextLength, vocabularyCount: vocabularyCount)
        guard status.waitingCount + worker.mailbox.count < limits.waitingCount else {
            throw .queueFull(limit: limits.waitingCount)
        }
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        let (events, continuation) = AsyncStream.makeStream(
            of: GenerationEvent.self, bufferingPolicy: .bufferingOldest(request.eventCapacity))
        let mailbox = worker.mailbox
        continuation.onTermination = { _ in _ = mailbox.send(.cancel(ticket: ticket)) }
        request.constraint?.whenMade { [thread = worker.thread] in thread.wake() }
        let submission = Submission(ticket: ticket, request: request, arrival: .now, events: continuation)
        guard mailbox.send(.submit(submission)) else {
            continuation.finish()
            throw .shutDown
        }
        return GenerationHandle(events: events, engine: self, ticket: ticket)
    }

    fileprivate func cancel(_ ticket: UInt64) { _ = worker.mailbox.send(.cancel(ticket: ticket)) }

    /// Cancels what is in flight and takes nothing more on; returns when the thread has ended.
    package func shutDown() {
        worker.mailbox.close()
        worker.thread.join()
    }
}

extension Engine.Worker {
    /// The thread's loop.
    fileprivate func serve() {
        var messages: [Engine.Message] = []
        var sequences: [UInt64: SequenceID] = [:]
        while true {
            let isOpen = mailbox.receive(into: &messages)
            let hasWorked = core.withLock { core in
                for message in messages { handle(message, core, &sequences) }
                guard isOpen else {
                    core.cancelAll()
                    return false
                }
                publish(core)
                let hasWorked = core.step()
                publish(core)
                if core.isIdle { sequences.removeAll(keepingCapacity: true) }
                return hasWorked
            }
            guard isOpen else { return }
            if !hasWorked, messages.isEmpty { thread.wait() }
        }
    }

    private func handle(_ message: Engine.Message, _ core: EngineCore, _ sequences: inout [UInt64: SequenceID]) {
        switch message {
        case .cancel(let ticket):
            if let id = sequences.removeValue(forKey: ticket) { core.cancel(id) }
        case .report(let answer): answer(core.running)
        case .submit(let submission):
            let events = submission.events
            do throws(InferenceError) {
                sequences[submission.ticket] = try core.submit(submission.request, arrival: submission.arrival) {
                    Self.deliver($0, to: events)
                }
            } catch {
                // Checked before it was sent, so only the queue can have filled up meanwhile.
                _ = Self.deliver(
                    .finished(.failed(error), remainingText: "", GenerationStatistics()), to: events)
            }
        }
    }

    private static func deliver(
        _ event: GenerationEvent, to events: AsyncStream<GenerationEvent>.Continuation
    ) -> EventDelivery {
        let result = events.yield(event)
        if case .finished = event { events.finish() }
        return switch result {
        case .enqueued: .taken
        case .dropped: .refused
        default: .abandoned
        }
    }

    private func publish(_ core: EngineCore) {
        let scheduler = core.scheduler
        status.withLock { status in
            status.waitingCount = scheduler.waitingCount
            status.runningCount = scheduler.running.count
            status.pageCount = scheduler.pageCount
            status.heldPageCount = scheduler.heldPageCount
            status.scheduler = scheduler.statistics
        }
    }
}
