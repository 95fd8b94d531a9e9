/// Q4_0: block pairs, values `[4][16 rows][4]` bytes as in the file: word `j` holds columns 4j..<4j + 4 in its
/// low and columns 16 + 4j..<20 + 4j in its high halves.
struct Q4_0Panel: PanelLayout {
    let type = QuantizationType.q4_0

    private static let blocks = BlockPairs(valueBytes: 256)

    func byteCount(columns: Int) -> Int { Self.blocks.byteCount(blocks: columns / 32) }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let count = source.columns / 32
        unsafe clearPanel(panel, byteCount(columns: source.columns), unless: source.rowCount == rowsPerPanel)
        if count & 1 == 1 { unsafe clearPanel(panel + Self.blocks.scales(count), 32, unless: false) }
        for index in 0..<count {
            let scales = unsafe panel + Self.blocks.scales(index)
            let values = unsafe panel + Self.blocks.values(index)
            for row in 0..<source.rowCount {
                let block = unsafe source.base + (row &* source.rowStride &+ index &* 18)
                unsafe scales.set(word16: block.word16(at: 0), at: row &* 2)
                for word in 0..<4 {
                    unsafe values.set(word32: block.word32(at: 2 &+ word &* 4), at: word &* 64 &+ row &* 4)
                }
            }
        }
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        let values = unsafe panel + (Self.blocks.values(index) + row * 4)
        unsafe block.set(word16: panel.word16(at: Self.blocks.scales(index) + row * 2), at: 0)
        for word in 0..<4 { unsafe block.set(word32: values.word32(at: word * 64), at: 2 + word * 4) }
    }
}
