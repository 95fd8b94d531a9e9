import Platform

/// Where in the cache each row of a step goes.
@safe final class RowPlaces {
    struct Place {
        let page: Int32
        let entry: Int32
    }

    private let buffer: AlignedBuffer
    private var places: UnsafeMutablePointer<Place> { unsafe buffer.base.assumingMemoryBound(to: Place.self) }

    init(rows: Int) throws(PlatformError) { buffer = try AlignedBuffer(count: rows * MemoryLayout<Place>.stride) }

    /// - Precondition: the batch has no more rows than there is room for; its pages exist.
    func update(_ batch: Batch, pageCount: Int) {
        for slice in batch.sequences {
            for (offset, row) in slice.rows.enumerated() {
                let position = slice.firstPosition + offset
                let page = slice.pages[position: position].index
                precondition(page >= 0 && Int(page) < pageCount, "page outside the cache")
                unsafe places[row] = Place(page: page, entry: Int32(position % CacheLayout.pagePositions))
            }
        }
    }

    subscript(row: Int) -> Place { unsafe places[row] }
}
