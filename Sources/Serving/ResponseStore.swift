package import JSON
package import WireFormats

/// Conversations that later requests go on from (`previous_response_id`), in memory, for a while.
package actor ResponseStore {
    /// What is kept of a response.
    package struct Entry: Sendable {
        /// The conversation up to it, its own answer included, without instructions.
        package let messages: [Message]
        /// What it was asked with, as it was sent.
        package let input: JSONValue
        package let body: JSONValue
        /// Bytes of the messages, and of all that is kept.
        private let messageByteCount: Int
        fileprivate let byteCount: Int
        fileprivate let stored = ContinuousClock.now

        /// - Parameters:
        ///   - previous: what it goes on from.
        ///   - messages: what came since, its own answer last.
        package init(after previous: Entry?, messages: [Message], input: JSONValue, body: JSONValue) {
            self.messages = (previous?.messages ?? []) + messages
            (self.input, self.body) = (input, body)
            messageByteCount = messages.reduce(previous?.messageByteCount ?? 0) { $0 + $1.byteCount }
            byteCount = messageByteCount + JSONWriter.bytes(input).count + JSONWriter.bytes(body).count
        }
    }

    private static let largestCount = 1000
    private let largestByteCount: Int
    private let lifetime: Duration
    private var byteCount = 0
    private var entries: [String: Entry] = [:]
    /// Ids, oldest first.
    private var order: [String] = []

    /// - Parameter byteCount: what all that is kept may take. The oldest makes room.
    package init(byteCount: Int, lifetime: Duration = .seconds(3600)) {
        largestByteCount = byteCount
        self.lifetime = lifetime
    }

    /// Keeps a response, unless it is too large to be kept even alone.
    package func add(_ id: String, _ entry: Entry) {
        guard entry.byteCount <= largestByteCount else { return }
        drop(id)
        entries[id] = entry
        order.append(id)
        byteCount += entry.byteCount
        while let oldest = order.first, order.count > Self.largestCount || byteCount > largestByteCount || isOld(oldest)
        {
            drop(oldest)
        }
    }

    /// - Throws: `notFound`.
    package func entry(_ id: String) throws(WireError) -> Entry {
        if isOld(id) { drop(id) }
        guard let entry = entries[id] else { throw OpenAIResponses.notFound(id) }
        return entry
    }

    /// - Throws: `notFound`.
    package func remove(_ id: String) throws(WireError) {
        _ = try entry(id)
        drop(id)
    }

    private func isOld(_ id: String) -> Bool { entries[id].map { ContinuousClock.now - $0.stored > lifetime } ?? false }

    private func drop(_ id: String) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        byteCount -= entry.byteCount
        order.removeAll { $0 == id }
    }
}

extension Message {
    /// Bytes of what it says.
    fileprivate var byteCount: Int {
        let said = content.reduce(0) { sum, part in
            switch part {
            case .text(let text): sum + text.utf8.count
            case .media(let media): sum + media.bytes.count
            }
        }
        return toolCalls.reduce(said + (thinking?.utf8.count ?? 0)) { $0 + $1.argumentsText.utf8.count }
    }
}
