/// The pages of one sequence, in order: position `p` lies in page `p / 64`, at `p % 64`.
package struct PageTable: Sendable, Equatable {
    package private(set) var pages: [PageID] = []

    package init(_ pages: [PageID] = []) { self.pages = pages }

    /// Positions that the pages have room for.
    package var capacity: Int { pages.count * CacheLayout.pagePositions }

    /// Adds a page at the end.
    package mutating func append(_ page: PageID) { pages.append(page) }

    /// Removes the pages past those that `positions` need, and returns them, last first.
    package mutating func truncate(positions: Int) -> [PageID] {
        let kept = PagePool.pageCount(tokens: positions)
        guard kept < pages.count else { return [] }
        defer { pages.removeSubrange(kept...) }
        return pages[kept...].reversed()
    }

    package subscript(position position: Int) -> PageID { pages[position / CacheLayout.pagePositions] }
}
