import Foundation
import Platform
import Synchronization
import Testing

@Suite("Thread gang", .serialized)
struct ThreadGangTests {
    private final class Counter: Sendable { let value = Atomic<Int>(0) }

    /// Counts how often each chunk ran, and chunks whose thread had no valid number.
    private final class Tally: Sendable {
        let counts: [Counter]
        let strangers = Counter()
        let threadCount: Int

        init(chunkCount: Int, threadCount: Int) {
            counts = (0..<chunkCount).map { _ in Counter() }
            self.threadCount = threadCount
        }
    }

    private func runPhases(_ gang: ThreadGang, count: Int, seed: Int) {
        for phase in 0..<count {
            let chunkCount = (phase * 7 + seed) % 33
            let tally = Tally(chunkCount: chunkCount, threadCount: gang.threadCount)
            withExtendedLifetime(tally) {
                gang.run(chunkCount: chunkCount, context: Unmanaged.passUnretained(tally).toOpaque()) {
                    context, chunk, thread in
                    let tally = Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue()
                    tally.counts[chunk].value.add(1, ordering: .relaxed)
                    if !(0..<tally.threadCount).contains(thread) { tally.strangers.value.add(1, ordering: .relaxed) }
                }
            }
            let counts = tally.counts.map { $0.value.load(ordering: .relaxed) }
            #expect(counts == [Int](repeating: 1, count: chunkCount))
            #expect(tally.strangers.value.load(ordering: .relaxed) == 0)
        }
    }

    @Test("Every chunk of every phase runs once", arguments: 1...4)
    func everyChunkOnce(threads: Int) {
        runPhases(ThreadGang(threadCount: threads), count: 1000, seed: threads)
    }

    @Test("A gang wakes from sleep")
    func wakes() {
        let gang = ThreadGang(threadCount: 3)
        for seed in 0..<20 {
            // Long enough for every member to have gone to sleep.
            usleep(10_000)
            runPhases(gang, count: 5, seed: seed)
        }
    }

    @Test("Leaders take turns")
    func severalLeaders() async {
        let gang = ThreadGang(threadCount: 2)
        await withTaskGroup(of: Void.self) { group in
            for seed in 0..<4 { group.addTask { runPhases(gang, count: 300, seed: seed) } }
        }
    }

    @Test("More threads than cores, and all cores busy")
    func busyMachine() {
        let stop = Counter()
        for _ in 0..<2 * CoreCount.available {
            Thread.detachNewThread { while stop.value.load(ordering: .relaxed) == 0 {} }
        }
        runPhases(ThreadGang(threadCount: CoreCount.available + 2), count: 100, seed: 5)
        stop.value.store(1, ordering: .relaxed)
    }

    @Test("Gangs come and go")
    func manyGangs() {
        for index in 0..<100 { runPhases(ThreadGang(threadCount: 1 + index % 4), count: 5, seed: index) }
    }

    private static let taskset = "/usr/bin/taskset"

    /// A gang that waited for each of its threads would hang here: it gets one core for four.
    @Test(
        "A process that may use one core finishes its work",
        .enabled(if: FileManager.default.isExecutableFile(atPath: taskset)))
    func narrowAffinity() throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.taskset)
        process.arguments = [
            "-c", "0", try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            "--testing-library", "swift-testing", "--filter", "ThreadGangTests/everyChunkOnce",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
