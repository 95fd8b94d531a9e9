/// Q8_0: block pairs, values `[8][16 rows][4]` with the top bit flipped.
///
/// `w = d·(u − 128)`: unsigned bytes are what `vpdpbusd` takes as its first operand.
struct Q8_0Panel: PanelLayout {
    let type = QuantizationType.q8_0

    private static let blocks = BlockPairs(valueBytes: 512)

    func byteCount(columns: Int) -> Int { Self.blocks.byteCount(blocks: columns / 32) }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let count = source.columns / 32
        unsafe clearPanel(panel, byteCount(columns: source.columns), unless: source.rowCount == rowsPerPanel)
        if count & 1 == 1 { unsafe clearPanel(panel + Self.blocks.scales(count), 32, unless: false) }
        for index in 0..<count {
            let scales = unsafe panel + Self.blocks.scales(index)
            let values = unsafe panel + Self.blocks.values(index)
            for row in 0..<source.rowCount {
                let block = unsafe source.base + (row &* source.rowStride &+ index &* 34)
                unsafe scales.storeBytes(
                    of: block.loadUnaligned(as: UInt16.self), toByteOffset: row &* 2, as: UInt16.self)
                for group in 0..<8 {
                    let word = unsafe block.loadUnaligned(fromByteOffset: 2 &+ group &* 4, as: UInt32.self)
                    unsafe values.storeBytes(
                        of: word ^ 0x8080_8080, toByteOffset: group &* 64 &+ row &* 4, as: UInt32.self)
                }
            }
        }
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        let scale = unsafe panel.load(fromByteOffset: Self.blocks.scales(index) + row * 2, as: UInt16.self)
        unsafe block.storeBytes(of: scale, as: UInt16.self)
        let values = unsafe panel + Self.blocks.values(index) + row * 4
        for group in 0..<8 {
            let word = unsafe values.load(fromByteOffset: group * 64, as: UInt32.self)
            unsafe block.storeBytes(of: word ^ 0x8080_8080, toByteOffset: 2 + group * 4, as: UInt32.self)
        }
    }
}
