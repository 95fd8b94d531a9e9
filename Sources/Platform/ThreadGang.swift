import Dispatch
internal import Intrinsics
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// Threads meet in phases, not at barriers. A phase is a number of chunks of work; whoever is there claims the next one,
// and the phase ends when all chunks are done. A member that is not scheduled has claimed nothing and is waited for by
// nobody, so a busy machine costs at most the chunks that it interrupts, and the leader alone can finish everything.
//
// The claim word holds the phase's number in its upper half and the chunks that are left in its lower half. A claim is a
// compare-and-swap that takes one from the lower half, so it can only succeed in the phase whose number was read, and
// everything that the leader wrote before it opened the phase is visible to whoever claimed a chunk of it.

/// A group of threads that are held between phases of parallel work.
///
/// Whoever calls `run` leads and works too. Each member has a thread of its own (a serial queue), so a gang never waits
/// for a thread pool. Members spin for a while after a phase, then yield, then sleep until the next one.
package final class ThreadGang: Sendable {
    /// A chunk of work: the context, the chunk's number, and the number of the thread that runs it, 0 for the leader.
    package typealias Work = @Sendable (_ context: UnsafeRawPointer, _ chunk: Int, _ thread: Int) -> Void

    /// Threads that take part, the leader included.
    package let threadCount: Int
    private let phases: Phases

    /// Starts the members.
    ///
    /// - Parameter threadCount: at least 1; more than the machine's cores makes everything slower.
    package init(threadCount: Int = CoreCount.available) {
        precondition(threadCount >= 1)
        self.threadCount = threadCount
        phases = Phases()
        for thread in 1..<max(threadCount, 1) {
            let phases = phases
            // The member holds the phases, not the gang: it ends when the gang is gone.
            DispatchQueue(label: "swiftllm.gang.\(thread)", qos: .userInitiated).async { phases.serve(thread: thread) }
        }
    }

    deinit { phases.stop() }

    /// Runs `work` once for every chunk number below `chunkCount`, and returns when all are done.
    ///
    /// Chunks run in any order, on any of the threads. Calls from several threads take turns; a call from inside a
    /// chunk would wait for itself for ever.
    ///
    /// - Parameters:
    ///   - context: passed to every chunk; stays valid until the call returns.
    ///   - work: captures nothing, so that a phase costs no allocation.
    package func run(chunkCount: Int, context: UnsafeRawPointer, _ work: @escaping Work) {
        guard chunkCount > 1, threadCount > 1 else {
            for chunk in 0..<chunkCount { unsafe work(context, chunk, 0) }
            return
        }
        unsafe phases.lead(Phases.Job(work: work, context: context, chunkCount: chunkCount))
    }
}

/// What leader and members share.
@safe private final class Phases: Sendable {
    @unsafe struct Job {
        let work: ThreadGang.Work
        let context: UnsafeRawPointer
        let chunkCount: Int
    }

    private static let pausesBeforeYield = 20_000
    private static let yieldsBeforeSleep = 200

    /// Phase number << 32 | chunks left to claim.
    private let claim = Atomic<UInt64>(0)
    /// Keeps the words that every thread writes on cache lines of their own.
    private let padding1 = InlineArray<15, UInt64>(repeating: 0)
    private let doneCount = Atomic<Int>(0)
    private let padding2 = InlineArray<15, UInt64>(repeating: 0)
    private let sleeperCount = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)
    private let isLed = Atomic<Bool>(false)
    private let wake = DispatchSemaphore(value: 0)
    /// Written by the leader while no chunk can be claimed, read by whoever has claimed one.
    private nonisolated(unsafe) var job: Job?

    // MARK: Leader

    func lead(_ newJob: Job) {
        var turns = 0
        while isLed.exchange(true, ordering: .acquiring) { rest(&turns) }
        let chunkCount = unsafe newJob.chunkCount
        unsafe job = newJob
        doneCount.store(0, ordering: .relaxed)
        let phase = claim.load(ordering: .relaxed) >> 32 &+ 1
        claim.store(phase << 32 | UInt64(chunkCount), ordering: .sequentiallyConsistent)
        wakeSleepers()
        while help(thread: 0) {}
        turns = 0
        while doneCount.load(ordering: .acquiring) != chunkCount { rest(&turns) }
        isLed.store(false, ordering: .releasing)
    }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }

    private func wakeSleepers() {
        guard sleeperCount.load(ordering: .sequentiallyConsistent) > 0 else { return }
        for _ in 0..<sleeperCount.exchange(0, ordering: .sequentiallyConsistent) { wake.signal() }
    }

    // MARK: Everyone

    /// Claims and runs one chunk; false when none is left.
    private func help(thread: Int) -> Bool {
        let word = claim.load(ordering: .acquiring)
        let left = Int(word & 0xFFFF_FFFF)
        guard left > 0 else { return false }
        guard claim.compareExchange(expected: word, desired: word - 1, ordering: .acquiringAndReleasing).exchanged,
            let job = unsafe job
        else { return true }
        unsafe job.work(job.context, job.chunkCount - left, thread)
        doneCount.add(1, ordering: .releasing)
        return true
    }

    /// Waits a moment: cheaply at first, then by letting others run.
    private func rest(_ turns: inout Int) {
        turns += 1
        if turns < Self.pausesBeforeYield / 10 { isa_pause() } else { sched_yield() }
    }

    // MARK: Members

    func serve(thread: Int) {
        var idle = 0
        while !isStopped.load(ordering: .relaxed) {
            if help(thread: thread) {
                idle = 0
                continue
            }
            idle += 1
            if idle < Self.pausesBeforeYield {
                isa_pause()
            } else if idle < Self.pausesBeforeYield + Self.yieldsBeforeSleep {
                sched_yield()
            } else {
                sleep()
                idle = 0
            }
        }
    }

    /// Sleeps until the next phase.
    ///
    /// The leader opens a phase and then looks for sleepers; a member counts itself as one and then looks for a phase.
    /// One of the two always sees the other.
    private func sleep() {
        sleeperCount.add(1, ordering: .sequentiallyConsistent)
        let hasWork = claim.load(ordering: .sequentiallyConsistent) & 0xFFFF_FFFF > 0
        if hasWork || isStopped.load(ordering: .sequentiallyConsistent) {
            var count = sleeperCount.load(ordering: .sequentiallyConsistent)
            while count > 0 {
                let (exchanged, original) = sleeperCount.compareExchange(
                    expected: count, desired: count - 1, ordering: .sequentiallyConsistent)
                if exchanged { return }
                count = original
            }
            // The leader has counted this member already: its signal is on the way.
        }
        wake.wait()
    }
}
