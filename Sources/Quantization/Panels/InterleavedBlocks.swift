/// Any type in its own blocks: `[blocks of a row][16 rows][bytesPerBlock]`.
///
/// What a type gets until it has a layout of its own: no byte more than the file, decoded block by block.
struct InterleavedBlocks: PanelLayout {
    let type: QuantizationType

    func byteCount(columns: Int) -> Int {
        let traits = type.traits
        return (columns / traits.weightsPerBlock * rowsPerPanel * traits.bytesPerBlock + 63) & ~63
    }

    func pack(_ source: PanelSource, into panel: UnsafeMutableRawPointer) {
        let traits = type.traits
        let size = traits.bytesPerBlock
        let used = source.columns / traits.weightsPerBlock * rowsPerPanel * size
        let total = byteCount(columns: source.columns)
        unsafe clearPanel(panel, total, unless: source.rowCount == rowsPerPanel)
        unsafe clearPanel(panel + used, total - used, unless: false)
        for index in 0..<source.columns / traits.weightsPerBlock {
            for row in 0..<source.rowCount {
                unsafe (panel + (index * rowsPerPanel + row) * size).copyMemory(
                    from: source.base + row * source.rowStride + index * size, byteCount: size)
            }
        }
    }

    func restoreBlock(
        _ index: Int, row: Int, of panel: UnsafeRawPointer, columns: Int, into block: UnsafeMutableRawPointer
    ) {
        let size = type.traits.bytesPerBlock
        unsafe block.copyMemory(from: panel + (index * rowsPerPanel + row) * size, byteCount: size)
    }
}
