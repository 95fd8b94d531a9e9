// Packing is a transposition: words that lie one after another in a row come to lie sixteen rows apart. Word by word
// that is a load and a store for four bytes; four words of four rows at a time it is four loads, eight shuffles and four
// stores for sixty-four.

/// Four words of four rows, transposed: `word0` has the first word of every row.
struct WordSquare {
    let word0, word1, word2, word3: SIMD4<UInt32>

    /// - Parameters:
    ///   - first: the four words of the first row; no alignment required.
    ///   - rowStride: bytes from one row to the next.
    @inline(__always)
    init(_ first: UnsafeRawPointer, rowStride: Int) {
        let row0 = unsafe first.loadUnaligned(as: SIMD4<UInt32>.self)
        let row1 = unsafe (first + rowStride).loadUnaligned(as: SIMD4<UInt32>.self)
        let row2 = unsafe (first + 2 &* rowStride).loadUnaligned(as: SIMD4<UInt32>.self)
        let row3 = unsafe (first + 3 &* rowStride).loadUnaligned(as: SIMD4<UInt32>.self)
        // Each step turns the four bits of (row, word) by one place.
        let (a, b) = (Self.zipLow(row0, row2), Self.zipHigh(row0, row2))
        let (c, d) = (Self.zipLow(row1, row3), Self.zipHigh(row1, row3))
        (word0, word1) = (Self.zipLow(a, c), Self.zipHigh(a, c))
        (word2, word3) = (Self.zipLow(b, d), Self.zipHigh(b, d))
    }

    @inline(__always)
    private static func zipLow(_ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>) -> SIMD4<UInt32> {
        SIMD4(a[0], b[0], a[1], b[1])
    }

    @inline(__always)
    private static func zipHigh(_ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>) -> SIMD4<UInt32> {
        SIMD4(a[2], b[2], a[3], b[3])
    }
}

/// Four words of each of sixteen rows: line `i` has word `i` of every row, a row in each lane.
struct WordLines {
    let line0, line1, line2, line3: SIMD16<UInt32>

    @inline(__always)
    init(_ first: UnsafeRawPointer, rowStride: Int) {
        let a = unsafe WordSquare(first, rowStride: rowStride)
        let b = unsafe WordSquare(first + 4 &* rowStride, rowStride: rowStride)
        let c = unsafe WordSquare(first + 8 &* rowStride, rowStride: rowStride)
        let d = unsafe WordSquare(first + 12 &* rowStride, rowStride: rowStride)
        line0 = Self.line(a.word0, b.word0, c.word0, d.word0)
        line1 = Self.line(a.word1, b.word1, c.word1, d.word1)
        line2 = Self.line(a.word2, b.word2, c.word2, d.word2)
        line3 = Self.line(a.word3, b.word3, c.word3, d.word3)
    }

    @inline(__always)
    private static func line(
        _ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>, _ c: SIMD4<UInt32>, _ d: SIMD4<UInt32>
    ) -> SIMD16<UInt32> {
        SIMD16(lowHalf: SIMD8(lowHalf: a, highHalf: b), highHalf: SIMD8(lowHalf: c, highHalf: d))
    }
}

extension PanelSource {
    /// Runs `body` on sixteen rows; those that are missing have zeros in every byte.
    func withAllRows(bytesPerRow: Int, _ body: (PanelSource) -> Void) {
        guard rowCount < rowsPerPanel else { return body(self) }
        unsafe withUnsafeTemporaryAllocation(byteCount: rowsPerPanel * bytesPerRow, alignment: 16) { rows in
            guard let rows = rows.baseAddress else { return }
            unsafe rows.initializeMemory(as: UInt8.self, repeating: 0, count: rowsPerPanel * bytesPerRow)
            for row in 0..<rowCount {
                unsafe (rows + row * bytesPerRow).copyMemory(from: base + row * rowStride, byteCount: bytesPerRow)
            }
            body(unsafe PanelSource(base: rows, rowStride: bytesPerRow, rowCount: rowsPerPanel, columns: columns))
        }
    }

    /// Hands out the squares of sixteen rows, sixteen words at a time, until fewer than sixteen are left.
    ///
    /// Four rows after four rows, each with a whole line of the cache: rows often lie a power of two apart, so that
    /// lines of all sixteen would push each other out of the first-level cache before their other words are read.
    ///
    /// - Parameter body: gets a square, its first word and its first row.
    /// - Returns: the words that were handed out.
    @inline(__always)
    func forEachSquare(words: Int, _ body: (WordSquare, _ word: Int, _ row: Int) -> Void) -> Int {
        var line = 0
        while line + 16 <= words {
            for row in stride(from: 0, to: rowsPerPanel, by: 4) {
                for word in stride(from: line, to: line &+ 16, by: 4) {
                    let first = unsafe base + (row &* rowStride &+ word &* 4)
                    body(unsafe WordSquare(first, rowStride: rowStride), word, row)
                }
            }
            line &+= 16
        }
        return line
    }
}

/// Packs sixteen rows of words: `[count][16 rows]`.
func packWords(_ source: PanelSource, count: Int, into panel: UnsafeMutableRawPointer) {
    let done = source.forEachSquare(words: count) { square, word, row in
        let target = unsafe panel + (word &* 64 &+ row &* 4)
        unsafe target.storeBytes(of: square.word0, as: SIMD4<UInt32>.self)
        unsafe target.storeBytes(of: square.word1, toByteOffset: 64, as: SIMD4<UInt32>.self)
        unsafe target.storeBytes(of: square.word2, toByteOffset: 128, as: SIMD4<UInt32>.self)
        unsafe target.storeBytes(of: square.word3, toByteOffset: 192, as: SIMD4<UInt32>.self)
    }
    for word in done..<count {
        for row in 0..<rowsPerPanel {
            let value = unsafe (source.base + row * source.rowStride).word32(at: word * 4)
            unsafe panel.set(word32: value, at: word * 64 + row * 4)
        }
    }
}
