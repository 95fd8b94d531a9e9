/// The last tokens of a sequence, newest first: a ring that grows up to its capacity and then forgets the oldest.
package struct TokenWindow: Sendable {
    /// Most tokens that are remembered; `nil` remembers all.
    package let capacity: Int?
    private var storage: [Int32] = []
    private var oldest = 0

    /// An empty window of at most `capacity` tokens.
    package init(capacity: Int?) {
        self.capacity = capacity
        if let capacity { storage.reserveCapacity(min(capacity, 4096)) }
    }

    /// Number of tokens remembered.
    package var count: Int { storage.count }

    /// Remembers a token, and returns the one that is forgotten for it.
    package mutating func append(_ token: Int32) -> Int32? {
        guard let capacity, storage.count >= capacity else {
            storage.append(token)
            return nil
        }
        guard capacity > 0 else { return token }
        let forgotten = storage[oldest]
        storage[oldest] = token
        oldest = oldest + 1 == capacity ? 0 : oldest + 1
        return forgotten
    }

    /// The token that came `age` tokens before the newest.
    package subscript(age age: Int) -> Int32 {
        let index = oldest - 1 - age
        return storage[index >= 0 ? index : index + storage.count]
    }
}
