/// Number of a page in the cache.
package struct PageID: Sendable, Hashable {
    package let index: Int32
    package init(index: Int32) { self.index = index }
}

/// Who may write which page: the accounting of the cache, without its memory.
///
/// A fixed number of pages of 64 tokens, each with a count of its holders. Several sequences hold a page whose tokens
/// they share; only a page with one holder may be written. The memory lies in the backend.
package struct PagePool: Sendable {
    /// Tokens in a page.
    package static let pageTokens = CacheLayout.pagePositions

    /// Pages in the pool.
    package let pageCount: Int
    /// Pages that nobody holds, the next to be taken last.
    private var free: [PageID]
    private var holders: [Int32]

    package init(pageCount: Int) {
        precondition(pageCount >= 0 && pageCount <= Int(Int32.max))
        self.pageCount = pageCount
        free = (0..<Int32(pageCount)).reversed().map(PageID.init(index:))
        holders = [Int32](repeating: 0, count: pageCount)
    }

    /// Pages that nobody holds.
    package var freeCount: Int { free.count }

    /// Pages that a number of tokens fills, the last one perhaps in part.
    package static func pageCount(tokens: Int) -> Int { (tokens + pageTokens - 1) / pageTokens }

    /// A page that nobody held, now with one holder; nil when there is none.
    package mutating func take() -> PageID? {
        guard let page = free.popLast() else { return nil }
        holders[Int(page.index)] = 1
        return page
    }

    /// Adds a holder to a held page.
    package mutating func retain(_ page: PageID) {
        precondition(holders[Int(page.index)] > 0, "retain of a free page")
        holders[Int(page.index)] += 1
    }

    /// Removes a holder; the page is free after the last one.
    ///
    /// - Returns: whether the page is free now.
    @discardableResult
    package mutating func release(_ page: PageID) -> Bool {
        precondition(holders[Int(page.index)] > 0, "release of a free page")
        holders[Int(page.index)] -= 1
        guard holders[Int(page.index)] == 0 else { return false }
        free.append(page)
        return true
    }

    /// Number of holders of a page.
    package func holderCount(_ page: PageID) -> Int { Int(holders[Int(page.index)]) }

    /// Free and held pages make up the pool, and no page is free twice. For tests.
    package func _checkInvariants() {
        precondition(Set(free).count == free.count)
        precondition(free.allSatisfy { holders[Int($0.index)] == 0 })
        precondition(holders.count { $0 == 0 } == free.count)
    }
}
