import Dispatch

/// A thread of its own for work that computes for long, so that it never sits on the threads that serve others.
///
/// It is a serial queue that runs one piece of work at a time; a worker that has nothing to do sleeps in `wait`.
package final class ComputeThread: Sendable {
    private let queue: DispatchQueue
    private let wakeUps = DispatchSemaphore(value: 0)

    /// - Parameter name: shown by debuggers.
    package init(name: String) {
        queue = DispatchQueue(label: name, qos: .userInitiated)
    }

    /// Runs work on the thread, after what was started before.
    package func start(_ work: @escaping @Sendable () -> Void) {
        queue.async(execute: work)
    }

    /// Runs work on the thread, after what was started before, and waits for its result without holding a thread.
    package func run<Result: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let outcome = await withCheckedContinuation {
            (done: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
            queue.async { done.resume(returning: Swift.Result { () throws(Failure) in try work() }) }
        }
        return try outcome.get()
    }

    /// On the thread: sleeps until `wake` has been called once more than `wait` before.
    package func wait() { wakeUps.wait() }

    /// Wakes the worker, now or when it next waits.
    package func wake() { wakeUps.signal() }

    /// Waits until everything that was started has run. Not to be called on the thread itself.
    package func join() { queue.sync {} }
}
