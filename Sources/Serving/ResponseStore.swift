import JSON
import WireFormats

/// Conversations that later requests go on from (`previous_response_id`), in memory, for a while.
actor ResponseStore {
    /// What is kept of a response.
    struct Entry: Sendable {
        /// The conversation up to it, its own answer included, without instructions.
        let messages: [Message]
        /// What it was asked with, as it was sent.
        let input: JSONValue
        let body: JSONValue
        let stored: ContinuousClock.Instant
    }

    private static let largestCount = 1000
    private static let lifetime = Duration.seconds(3600)
    private var entries: [String: Entry] = [:]
    /// Ids, oldest first.
    private var order: [String] = []

    func add(_ id: String, messages: [Message], input: JSONValue, body: JSONValue) {
        entries[id] = Entry(messages: messages, input: input, body: body, stored: .now)
        order.append(id)
        while let oldest = order.first, order.count > Self.largestCount || isOld(oldest) {
            order.removeFirst()
            entries[oldest] = nil
        }
    }

    /// - Throws: `notFound`.
    func entry(_ id: String) throws(WireError) -> Entry {
        guard let entry = entries[id], !isOld(id) else { throw OpenAIResponses.notFound(id) }
        return entry
    }

    /// - Throws: `notFound`.
    func remove(_ id: String) throws(WireError) {
        guard entries.removeValue(forKey: id) != nil else { throw OpenAIResponses.notFound(id) }
        order.removeAll { $0 == id }
    }

    private func isOld(_ id: String) -> Bool {
        entries[id].map { ContinuousClock.now - $0.stored > Self.lifetime } ?? true
    }
}
