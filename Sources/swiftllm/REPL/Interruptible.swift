import Platform

/// Does work that Ctrl-C cancels.
///
/// - Returns: the result, or nil if the work was cancelled.
func interruptible<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result? {
    let task = Task { try await work() }
    let watcher = Task {
        while !Task.isCancelled {
            if Interruption.take() || Interruption.isTermination {
                task.cancel()
                return true
            }
            try? await Task.sleep(for: .milliseconds(25))
        }
        return false
    }
    let result = await task.result
    watcher.cancel()
    let wasInterrupted = await watcher.value
    do { return try result.get() } catch {
        if wasInterrupted { return nil }
        throw error
    }
}

/// Does the work of a command that ends with Ctrl-C.
///
/// - Throws: `InterruptedError` after it.
func endingWithInterrupt<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    Interruption.watchRepeatedly()
    guard let result = try await interruptible(work) else { throw InterruptedError() }
    return result
}
