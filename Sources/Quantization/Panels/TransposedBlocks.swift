/// Blocks of the file, interleaved word by word: the layout of types whose kernels first unpack them to bytes.
///
/// | bytes | part |
/// |---|---|
/// | 64 | heads of as many blocks as fill a line: `[blocks][16 rows][headBytes]` |
/// | 64 × `wordsPerBlock` each | their words: `[blocks][words][16 rows][4]` |
///
/// and so on. A block's head is what is left when its size is divided by four, for all these types its scale. Words
/// keep the file's order, so that a vector holds the same field of sixteen rows and decoding is the file's own
/// arithmetic on vectors; some codebooks' blocks are rewritten before (`RecodedBlocks`). Memory is the file's size and
/// at most a line more, where blocks are not rewritten.
///
/// Heads lie among the words because a panel must be one stream: from a place of their own they came late, and a
/// kernel took the time of memory and that of its arithmetic one after the other (measured on Zen 4).
struct TransposedBlocks: PanelLayout {
    let type: QuantizationType
    /// Whether the head ends its block; it begins it otherwise.
    private let headIsLast: Bool

    init(type: QuantizationType, headIsLast: Bool = false) {
        self.type = type
        self.headIsLast = headIsLast
    }

    private func headOffset(_ places: TransposedPlaces) -> Int {
        headIsLast ? type.recodedBytesPerBlock - places.headBytes : 0
    }

    private func wordOffset(_ places: TransposedPlaces) -> Int { headIsLast ? 0 : places.headBytes }

    func byteCount(columns: Int) -> Int { TransposedPlaces(type, columns: columns).panelBytes }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let places = TransposedPlaces(type, columns: source.columns)
        let recoding = type.recoding
        unsafe clearPanel(panel, places.panelBytes, unless: source.rowCount == rowsPerPanel)
        unsafe clearHeads(panel, places)
        unsafe withRecodedBlock { recoded in
            for index in 0..<places.blockCount {
                for row in 0..<source.rowCount {
                    let block = unsafe source.base + (row &* source.rowStride &+ index &* type.bytesPerBlock)
                    guard let recoding else {
                        unsafe place(block, index, row, places, in: panel)
                        continue
                    }
                    unsafe recoding.recode(block, into: recoded)
                    unsafe place(recoded, index, row, places, in: panel)
                }
            }
        }
    }

    /// Writes a row's block to its places.
    @inline(__always)
    private func place(
        _ block: UnsafeRawPointer, _ index: Int, _ row: Int, _ places: TransposedPlaces,
        in panel: UnsafeMutableRawPointer
    ) {
        unsafe (panel + places.head(index, row: row)).copyMemory(
            from: block + headOffset(places), byteCount: places.headBytes)
        let words = unsafe panel + (places.words(index) &+ row &* 4)
        let source = unsafe block + wordOffset(places)
        for word in 0..<places.wordsPerBlock { unsafe words.set(word32: source.word32(at: word &* 4), at: word &* 64) }
    }

    /// Room for a block.
    private func withRecodedBlock(_ body: (UnsafeMutableRawPointer) -> Void) {
        precondition(type.recodedBytesPerBlock <= 256)
        unsafe withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { scratch in
            guard let recoded = scratch.baseAddress else { return }
            unsafe body(recoded)
        }
    }

    /// Zeroes what the last line of heads does not need.
    private func clearHeads(_ panel: UnsafeMutableRawPointer, _ places: TransposedPlaces) {
        let count = places.blockCount
        if places.headBytes == 0 || count % places.blocksPerLine == 0 { return }
        let end = places.head(count - 1, row: rowsPerPanel)
        unsafe clearPanel(panel + end, -end & 63, unless: false)
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        let places = TransposedPlaces(type, columns: columns)
        guard let recoding = type.recoding else {
            unsafe collect(index, row, places, of: panel, into: block)
            return
        }
        unsafe withRecodedBlock { recoded in
            unsafe collect(index, row, places, of: panel, into: recoded)
            unsafe recoding.restore(recoded, into: block)
        }
    }

    /// The inverse of `place`.
    private func collect(
        _ index: Int, _ row: Int, _ places: TransposedPlaces, of panel: UnsafeRawPointer,
        into block: UnsafeMutableRawPointer
    ) {
        unsafe (block + headOffset(places)).copyMemory(
            from: panel + places.head(index, row: row), byteCount: places.headBytes)
        let words = unsafe panel + (places.words(index) + row * 4)
        let target = unsafe block + wordOffset(places)
        for word in 0..<places.wordsPerBlock { unsafe target.set(word32: words.word32(at: word * 64), at: word * 4) }
    }
}

/// Where the parts of a panel of `TransposedBlocks` lie.
package struct TransposedPlaces: Sendable {
    /// Columns of a block.
    package let weightsPerBlock: Int
    /// Bytes of a block's head.
    package let headBytes: Int
    /// Words of a block.
    package let wordsPerBlock: Int
    /// Blocks of a row.
    package let blockCount: Int
    /// Blocks whose heads share a line, a power of two, as its logarithm; 0 where there are no heads.
    package let lineShift: Int
    /// Bytes of a line of heads, its blocks' words included.
    package let lineStride: Int
    /// Bytes of heads before the words: 64 or none.
    package let lineBytes: Int
    /// Bytes of a panel.
    package let panelBytes: Int

    package init(_ type: QuantizationType, columns: Int) {
        let bytesPerBlock = type.recodedBytesPerBlock
        weightsPerBlock = type.weightsPerBlock
        headBytes = bytesPerBlock % 4
        wordsPerBlock = bytesPerBlock / 4
        blockCount = columns / type.weightsPerBlock
        let blocksPerLine = headBytes == 0 ? 1 : 64 / (rowsPerPanel * headBytes)
        lineShift = blocksPerLine.trailingZeroBitCount
        lineBytes = headBytes == 0 ? 0 : 64
        lineStride = lineBytes + blocksPerLine * wordsPerBlock * 64
        panelBytes = (blockCount + blocksPerLine - 1) / blocksPerLine * lineBytes + blockCount * wordsPerBlock * 64
    }

    /// Blocks whose heads share a line.
    var blocksPerLine: Int { 1 << lineShift }

    /// Offset of the head of a row's block.
    func head(_ index: Int, row: Int) -> Int {
        let place = index & ((1 &<< lineShift) &- 1)
        return (index &>> lineShift) &* lineStride &+ (place &* rowsPerPanel &+ row) &* headBytes
    }

    /// Offset of the words of a block of sixteen rows, a multiple of 64.
    func words(_ index: Int) -> Int {
        let place = index & ((1 &<< lineShift) &- 1)
        return (index &>> lineShift) &* lineStride &+ lineBytes &+ place &* wordsPerBlock &* 64
    }
}
