package import Compute
package import Hashing

/// Which full pages hold which prefix, and which of them nobody uses, least recently used first.
///
/// A page stands under the hash of all tokens up to its end. The idle ones form a doubly linked list through two
/// arrays, so that every operation takes constant time.
package struct PrefixIndex: Sendable {
    private var pageByHash: [SHA256.Digest: PageID] = [:]
    private var hashByPage: [SHA256.Digest?]
    /// Neighbours of an idle page in the list; the last element closes it into a ring.
    private var next: [Int32]
    private var previous: [Int32]
    private let ring: Int
    private var isIdle: [Bool]
    /// Pages in the index that no sequence holds.
    package private(set) var idleCount = 0

    /// An empty index over a pool's pages.
    package init(pageCount: Int) {
        hashByPage = Array(repeating: nil, count: pageCount)
        next = Array(repeating: Int32(pageCount), count: pageCount + 1)
        previous = next
        ring = pageCount
        isIdle = Array(repeating: false, count: pageCount)
    }

    /// Number of pages in the index.
    package var count: Int { pageByHash.count }

    /// The page under a hash.
    package func page(_ hash: SHA256.Digest) -> PageID? { pageByHash[hash] }

    /// Whether a page is in the index.
    package func contains(_ page: PageID) -> Bool { hashByPage[Int(page.index)] != nil }

    /// Whether a page is in the index and no sequence holds it.
    package func isIdle(_ page: PageID) -> Bool { isIdle[Int(page.index)] }

    /// Adds a page under a hash that has none.
    package mutating func insert(_ page: PageID, under hash: SHA256.Digest) {
        precondition(hashByPage[Int(page.index)] == nil && pageByHash[hash] == nil)
        hashByPage[Int(page.index)] = hash
        pageByHash[hash] = page
    }

    /// Puts a page at the end of the idle list, as the one most recently used.
    package mutating func markIdle(_ page: PageID) {
        let index = Int(page.index)
        precondition(hashByPage[index] != nil && !isIdle[index])
        isIdle[index] = true
        idleCount += 1
        let last = Int(previous[ring])
        next[last] = page.index
        previous[index] = Int32(last)
        next[index] = Int32(ring)
        previous[ring] = page.index
    }

    /// Takes a page off the idle list, since a sequence uses it.
    package mutating func markUsed(_ page: PageID) {
        let index = Int(page.index)
        precondition(isIdle[index])
        isIdle[index] = false
        idleCount -= 1
        next[Int(previous[index])] = next[index]
        previous[Int(next[index])] = previous[index]
    }

    /// Removes the idle page that was used longest ago, and returns it.
    package mutating func removeLeastRecentlyUsed() -> PageID? {
        guard idleCount > 0 else { return nil }
        let page = PageID(index: next[ring])
        markUsed(page)
        if let hash = hashByPage[Int(page.index)] { pageByHash[hash] = nil }
        hashByPage[Int(page.index)] = nil
        return page
    }
}
