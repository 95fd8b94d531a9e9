/// Zeroes a panel that has padding rows; a full panel is written throughout anyway.
func clearPanel(_ panel: UnsafeMutableRawPointer, _ byteCount: Int, unless isFull: Bool) {
    if isFull { return }
    unsafe panel.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
}

/// Where the parts of block `index` lie in a panel of block pairs: the two blocks' scales share one line, so
/// that the values of every block start on a line of their own.
///
/// `[scales of block 0: 32 bytes][scales of block 1: 32 bytes][values of block 0][values of block 1]`
struct BlockPairs {
    /// Bytes of one block's values, a multiple of 64.
    let valueBytes: Int

    /// Offset of the scales of sixteen rows, as half-precision floats.
    func scales(_ index: Int) -> Int { (index >> 1) &* (64 &+ 2 &* valueBytes) &+ (index & 1) &* 32 }

    /// Offset of the values.
    func values(_ index: Int) -> Int { (index >> 1) &* (64 &+ 2 &* valueBytes) &+ 64 &+ (index & 1) &* valueBytes }

    /// Bytes of so many blocks; an odd last block has its line of scales to itself.
    func byteCount(blocks: Int) -> Int { (blocks + 1) / 2 * 64 + blocks * valueBytes }
}
