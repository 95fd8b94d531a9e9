import Platform

/// The work of one operation, cut into chunks that may run at once and in any order.
///
/// A value on the leader's stack: a phase costs no allocation.
protocol Phase: SendableMetatype {
    var chunkCount: Int { get }

    /// - Parameter thread: number of the thread that runs the chunk, for scratch memory.
    func run(chunk: Int, thread: Int)
}

extension ThreadGang {
    /// Runs all chunks of a phase.
    func run<Job: Phase>(_ job: Job) {
        unsafe withUnsafePointer(to: job) { pointer in
            unsafe run(chunkCount: job.chunkCount, context: pointer) { context, chunk, thread in
                unsafe context.assumingMemoryBound(to: Job.self).pointee.run(chunk: chunk, thread: thread)
            }
        }
    }
}

/// The `part`-th of `parts` nearly equal pieces of `0..<count`, borders at multiples of `unit`.
func piece(_ part: Int, of parts: Int, count: Int, unit: Int = 1) -> Range<Int> {
    let units = (count + unit - 1) / unit
    return min(part * units / parts * unit, count)..<min((part + 1) * units / parts * unit, count)
}
