import JSON
import Serving
import Testing
import WireFormats

@Suite struct ResponseStoreTests {
    /// A response of 1,000 bytes: 482 of message, 501 of input and 17 of answer.
    private func entry(after previous: ResponseStore.Entry? = nil, inputLength: Int = 499) -> ResponseStore.Entry {
        ResponseStore.Entry(
            after: previous, messages: [Message(role: .user, text: String(repeating: "m", count: 482))],
            input: .string(String(repeating: "a", count: inputLength)), body: ["output": "done"])
    }

    private func kept(_ ids: [String], in store: ResponseStore) async -> [String] {
        var kept: [String] = []
        for id in ids where (try? await store.entry(id)) != nil { kept.append(id) }
        return kept
    }

    @Test func conversationsGoOn() async throws {
        let store = ResponseStore(byteCount: 10_000)
        await store.add("a", entry())
        await store.add("b", entry(after: try await store.entry("a")))
        #expect(try await store.entry("b").messages.count == 2)
        try await store.remove("a")
        #expect(await kept(["a", "b"], in: store) == ["b"])
        await #expect(throws: OpenAIResponses.notFound("a")) { try await store.remove("a") }
        await #expect(throws: OpenAIResponses.notFound("a")) { try await store.entry("a") }
    }

    @Test func theOldestMakeRoom() async throws {
        let store = ResponseStore(byteCount: 4000)
        let ids = (0..<8).map { "\($0)" }
        for id in ids { await store.add(id, entry()) }
        #expect(await kept(ids, in: store) == ["4", "5", "6", "7"])
        // What is taken away makes room too.
        try await store.remove("5")
        await store.add("8", entry())
        #expect(await kept(ids + ["8"], in: store) == ["4", "6", "7", "8"])
        // The same name again replaces.
        await store.add("8", entry())
        #expect(await kept(ids + ["8"], in: store) == ["4", "6", "7", "8"])
    }

    @Test func whatIsTooLargeTakesNobodysRoom() async {
        let store = ResponseStore(byteCount: 4000)
        for id in ["a", "b"] { await store.add(id, entry()) }
        await store.add("large", entry(inputLength: 4000))
        #expect(await kept(["a", "b", "large"], in: store) == ["a", "b"])
    }

    @Test func theMessagesGoneOnFromCount() async {
        let store = ResponseStore(byteCount: 4000)
        let first = entry(), second = entry(after: first), third = entry(after: second)
        // 1,000, 1,482 and 1,964 bytes.
        for (id, entry) in [("1", first), ("2", second), ("3", third)] { await store.add(id, entry) }
        #expect(await kept(["1", "2", "3"], in: store) == ["2", "3"])
    }

    @Test func theOldAreGone() async {
        let store = ResponseStore(byteCount: 4000, lifetime: .seconds(-1))
        await store.add("a", entry())
        await #expect(throws: OpenAIResponses.notFound("a")) { try await store.entry("a") }
        await #expect(throws: OpenAIResponses.notFound("a")) { try await store.remove("a") }
    }
}
