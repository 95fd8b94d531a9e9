/// Blocks of the file, interleaved word by word: the layout of types whose kernels first unpack them to bytes.
///
/// | bytes | part |
/// |---|---|
/// | `headBytes` × 16 per block, padded to a line | heads: `[blocks][16 rows][headBytes]` |
/// | 64 × `wordsPerBlock` per block | `[blocks][words][16 rows][4]` |
///
/// A block's head is what is left when its size is divided by four, for all these types its scale. Words keep
/// the file's order, so that a vector holds the same field of sixteen rows and decoding is the file's own
/// arithmetic on vectors. Memory is the file's size.
struct TransposedBlocks: PanelLayout {
    let type: QuantizationType
    /// Whether the head ends its block; it begins it otherwise.
    private let headIsLast: Bool

    init(type: QuantizationType, headIsLast: Bool = false) {
        self.type = type
        self.headIsLast = headIsLast
    }

    private func headOffset(_ places: TransposedPlaces) -> Int {
        headIsLast ? type.bytesPerBlock - places.headBytes : 0
    }

    private func wordOffset(_ places: TransposedPlaces) -> Int { headIsLast ? 0 : places.headBytes }

    func byteCount(columns: Int) -> Int { TransposedPlaces(type, columns: columns).panelBytes }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let places = TransposedPlaces(type, columns: source.columns)
        let (headOffset, wordOffset) = (headOffset(places), wordOffset(places))
        unsafe clearPanel(panel, places.panelBytes, unless: source.rowCount == rowsPerPanel)
        let heads = places.blockCount * rowsPerPanel * places.headBytes
        unsafe clearPanel(panel + heads, places.wordsOffset - heads, unless: false)
        for index in 0..<places.blockCount {
            for row in 0..<source.rowCount {
                let block = unsafe source.base + (row &* source.rowStride &+ index &* type.bytesPerBlock)
                unsafe (panel + places.head(index, row: row)).copyMemory(
                    from: block + headOffset, byteCount: places.headBytes)
                let words = unsafe panel + (places.words(index) &+ row &* 4)
                for word in 0..<places.wordsPerBlock {
                    unsafe words.set(word32: block.word32(at: wordOffset &+ word &* 4), at: word &* 64)
                }
            }
        }
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        let places = TransposedPlaces(type, columns: columns)
        unsafe (block + headOffset(places)).copyMemory(
            from: panel + places.head(index, row: row), byteCount: places.headBytes)
        let words = unsafe panel + (places.words(index) + row * 4)
        let target = unsafe block + wordOffset(places)
        for word in 0..<places.wordsPerBlock {
            unsafe target.set(word32: words.word32(at: word * 64), at: word * 4)
        }
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
    /// Offset of the words of the first block, a multiple of 64.
    package let wordsOffset: Int
    /// Bytes of a panel.
    package let panelBytes: Int

    package init(_ type: QuantizationType, columns: Int) {
        weightsPerBlock = type.weightsPerBlock
        headBytes = type.bytesPerBlock % 4
        wordsPerBlock = type.bytesPerBlock / 4
        blockCount = columns / type.weightsPerBlock
        wordsOffset = (blockCount * rowsPerPanel * headBytes + 63) & ~63
        panelBytes = wordsOffset + blockCount * wordsPerBlock * rowsPerPanel * 4
    }

    /// Offset of the head of a row's block.
    package func head(_ index: Int, row: Int) -> Int { (index &* rowsPerPanel &+ row) &* headBytes }

    /// Offset of the words of a block of sixteen rows.
    package func words(_ index: Int) -> Int { wordsOffset &+ index &* wordsPerBlock &* 64 }
}
