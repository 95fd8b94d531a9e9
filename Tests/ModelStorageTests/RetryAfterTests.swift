import HTTP
import ModelStorage
import Platform
import Synchronization
import Testing

/// Registries that ask to be left alone for a while.
@Suite(.timeLimit(.minutes(3))) struct RetryAfterTests {
    @Test(arguments: [
        ("0", 0), ("120", 120), ("999999999999999999999999", 31_536_000),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10), ("Sun, 06 Nov 1994 08:49:07 GMT", 0),
        ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400),
    ])
    func timesAreRead(text: String, seconds: Int) {
        let now = 784_111_777
        #expect(RetryAfter.time(["Retry-After": text], now: now) == .seconds(seconds))
        let told: HTTPHeaders = ["Retry-After": text, "Date": "Sun, 06 Nov 1994 08:49:37 GMT"]
        #expect(RetryAfter.time(told, now: now + 1000) == .seconds(seconds), "the server's own clock counts")
    }

    @Test(arguments: ["", "-1", "1.5", "soon", "Sun, 06 Nov 1994", "Sun, 99 Nov 1994 08:49:37 GMT"])
    func otherTextsAreNone(text: String) {
        #expect(RetryAfter.time(["Retry-After": text]) == nil)
        #expect(RetryAfter.time([:]) == nil)
    }

    /// Runs a pull and tells its steps and how long it took.
    private func pull(_ behaviour: FakeRegistry.Behaviour) async throws -> (steps: [String], time: Duration) {
        let registry = FakeRegistry(behaviour)
        let folder = try TemporaryStore()
        let steps = Mutex<[String]>([])
        let start = ContinuousClock.now
        try await registry.serve { authority in
            let pull = ModelPull(store: folder.store, access: try .forTests())
            try await pull.run(ModelName("http://\(authority)/library/m"), isInsecure: true) { status in
                steps.withLock { $0.append(status.text) }
            }
        }
        return (steps.withLock { $0 }.filter { $0.hasPrefix("waiting") }, ContinuousClock.now - start)
    }

    @Test(arguments: [
        FakeRegistry.Behaviour(failures: 3, retryAfter: "1"),
        FakeRegistry.Behaviour(retryAfter: "1", manifestFailures: 1),
    ])
    func registriesAreLeftAlone(behaviour: FakeRegistry.Behaviour) async throws {
        let (steps, time) = try await pull(behaviour)
        #expect(time >= .seconds(1))
        #expect(steps.allSatisfy { $0.hasPrefix("waiting 1 s: http://127.0.0.1:") } && (1...3).contains(steps.count))
        #expect(steps.allSatisfy { $0.hasSuffix("503 Service Unavailable, and asks to try again in 1 s") })
    }

    @Test func datesAreObeyed() async throws {
        let date = HTTPDate.text(secondsSinceEpoch: WallClock.secondsSinceEpoch + 2)
        let (steps, time) = try await pull(FakeRegistry.Behaviour(failures: 1, retryAfter: date))
        #expect(time >= .milliseconds(900) && steps.count <= 1)
    }

    @Test func nobodyWaitsForHours() async throws {
        await #expect {
            try await pull(FakeRegistry.Behaviour(retryAfter: "7200", manifestFailures: 1))
        } throws: { "\($0)".hasSuffix("503 Service Unavailable, and asks to try again in 7200 s") }
    }

    @Test func attemptsAreCounted() async throws {
        await #expect {
            try await pull(FakeRegistry.Behaviour(retryAfter: "0", manifestFailures: 1000))
        } throws: { "\($0)".contains("503") }
    }

    @Test func waitingCanBeCancelled() async throws {
        let registry = FakeRegistry(FakeRegistry.Behaviour(failures: 1000, retryAfter: "300"))
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let pull = ModelPull(store: folder.store, access: try .forTests())
            let (waits, continuation) = AsyncStream.makeStream(of: String.self)
            let task = Task {
                try await pull.run(ModelName("http://\(authority)/library/m"), isInsecure: true) { status in
                    if status.text.hasPrefix("waiting") { continuation.yield(status.text) }
                }
            }
            var iterator = waits.makeAsyncIterator()
            #expect(await iterator.next() != nil)
            task.cancel()
            await #expect(throws: ModelStorageError.cancelled) { try await task.value }
        }
    }

    /// A push waits as well, and sends what is missing then.
    @Test func pushesWait() async throws {
        let registry = FakeRegistry(FakeRegistry.Behaviour(retryAfter: "1", uploadFailures: 1))
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let name = try ModelName("http://\(authority)/user/sent")
            try folder.addModel(name.display, weights: String(repeating: "weights", count: 20_000))
            let steps = Mutex<[String]>([])
            try await ModelPush(store: folder.store, access: try .forTests()).run(name, isInsecure: true) { status in
                steps.withLock { $0.append(status.text) }
            }
            #expect(steps.withLock { $0 }.contains { $0.hasPrefix("waiting 1 s") })
        }
    }
}
