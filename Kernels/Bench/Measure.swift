import Foundation
import Synchronization

/// Seconds that this thread has computed.
private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Runs `body` on so many threads at once; the argument is the thread's number.
///
/// - Returns: the seconds that the busiest thread computed. Time in which the operating system gave the core to
///   somebody else does not count, so that figures from a shared machine mean something.
func onThreads(_ count: Int, _ body: @Sendable (Int) -> Void) -> Double {
    if count == 1 {
        let start = threadSeconds()
        body(0)
        return threadSeconds() - start
    }
    let times = Mutex([Double](repeating: 0, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { thread in
        let start = threadSeconds()
        body(thread)
        let time = threadSeconds() - start
        times.withLock { $0[thread] = time }
    }
    return times.withLock { $0.max() ?? 0 }
}

/// Seconds of wall time, for work that brings its own threads.
func wallSeconds(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return (ContinuousClock.now - start) / .seconds(1)
}

/// One thing to time: its work in operations or bytes, and the run itself.
struct Contestant {
    let name: String
    /// Work of one run, in whatever unit the rate is wanted.
    let work: Double
    /// Does the work once more and returns its seconds; the argument counts runs, so that they can take fresh memory.
    let run: (Int) -> Double
}

/// Rates of contestants in work per second, timed in turn so that all meet the same neighbours on the machine.
///
/// Runs are short and many; a rate is that of the fastest tenth, the runs that neighbours disturbed least.
func race(_ contestants: [Contestant], rounds: Int) -> [Double] {
    var times = contestants.map { _ in [Double]() }
    for (index, contestant) in contestants.enumerated() {
        _ = contestant.run(index)
    }
    for round in 0..<rounds {
        for (index, contestant) in contestants.enumerated() {
            times[index].append(contestant.run(round))
        }
    }
    return zip(contestants, times).map { contestant, times in
        contestant.work / times.sorted()[times.count / 10]
    }
}
