package import Compute
package import Hashing

/// The cache's pages: free, held by sequences, or idle but remembered for the prefix that they hold.
///
/// The index counts as a holder of the pages in it, so an idle page is one whose only holder is the index.
package struct PageCache: Sendable {
    private var pool: PagePool
    private var index: PrefixIndex

    /// A cache of empty pages.
    package init(pageCount: Int) {
        pool = PagePool(pageCount: pageCount)
        index = PrefixIndex(pageCount: pageCount)
    }

    /// All pages.
    package var pageCount: Int { pool.pageCount }
    /// Pages that `take` can give: the free ones and the idle ones.
    package var availableCount: Int { pool.freeCount + index.idleCount }
    /// Pages that sequences hold.
    package var heldCount: Int { pool.pageCount - availableCount }
    /// Pages whose prefix is remembered, held or idle.
    package var rememberedCount: Int { index.count }

    /// A page for one sequence to write; the least recently used idle page is given up when none is free.
    package mutating func take() -> PageID? {
        if let page = pool.take() { return page }
        guard let page = index.removeLeastRecentlyUsed() else { return nil }
        pool.release(page)
        return pool.take()
    }

    /// The page that holds a prefix, with one more holder.
    package mutating func reuse(_ hash: SHA256.Digest) -> PageID? {
        guard let page = index.page(hash) else { return nil }
        if index.isIdle(page) { index.markUsed(page) }
        pool.retain(page)
        return page
    }

    /// Whether the page of a prefix is remembered, and whether it is idle.
    package func lookUp(_ hash: SHA256.Digest) -> (isIdle: Bool, page: PageID)? {
        index.page(hash).map { (index.isIdle($0), $0) }
    }

    /// Gives up a sequence's hold on a page; a remembered page stays, idle.
    package mutating func release(_ page: PageID) {
        pool.release(page)
        if index.contains(page), pool.holderCount(page) == 1 { index.markIdle(page) }
    }

    /// Remembers a full page for the prefix that it ends, unless another page holds the same.
    package mutating func remember(_ page: PageID, as hash: SHA256.Digest) {
        guard index.page(hash) == nil, !index.contains(page) else { return }
        index.insert(page, under: hash)
        pool.retain(page)
    }

    /// Number of sequences that hold a page.
    package func holderCount(_ page: PageID) -> Int {
        pool.holderCount(page) - (index.contains(page) ? 1 : 0)
    }

    /// For tests: the pool's invariants, and that idle pages are those held by the index alone.
    package func _checkInvariants() {
        pool._checkInvariants()
        var idle = 0
        for number in 0..<Int32(pool.pageCount) {
            let page = PageID(index: number)
            precondition(index.isIdle(page) == (index.contains(page) && pool.holderCount(page) == 1))
            if index.isIdle(page) { idle += 1 }
        }
        precondition(idle == index.idleCount)
    }
}
