/// A codebook in the forms in which kernels look entries up, for the life of the process.
///
/// Kernels that gather read `entries`. Kernels that permute bytes of registers want tables of bytes: an entry in two
/// halves (`first`, `second`), each of which numbers its levels: four in two bits each, or two in four bits each. They
/// turn numbers and signs into codes by a last table of 64 bytes.
@safe package struct EntryTables: Sendable {
    /// `[count]` entries of eight signed bytes.
    @unsafe package nonisolated(unsafe) let entries: UnsafeRawPointer
    /// Two tables of 64 codes, by six bits of which some do not matter: for even quads the level's number from bit 3
    /// and bit 1 for minus; for odd ones the number from bit 0 and bit 5.
    @unsafe package nonisolated(unsafe) let signedLevels: UnsafeRawPointer
    /// `[count]` bytes, a multiple of 64, as are the second halves.
    @unsafe package nonisolated(unsafe) let first: UnsafeRawPointer
    @unsafe package nonisolated(unsafe) let second: UnsafeRawPointer
    /// The eight signs behind each of 128 numbers of seven bits.
    @unsafe package nonisolated(unsafe) let evenSigns: UnsafeRawPointer

    init(entries: [UInt64], signedLevels: [UInt8], first: [UInt8], second: [UInt8]) {
        unsafe self.entries = Self.copy(entries)
        unsafe self.signedLevels = Self.copy(signedLevels)
        unsafe self.first = Self.copy(first)
        unsafe self.second = Self.copy(second)
        unsafe evenSigns = Self.copy((0..<128).map { CodebookGrid.evenSigns($0) })
    }

    /// Those tables for a codebook of up to four levels, or eight.
    static func signedLevels(levelCount: Int, _ code: (_ number: Int, _ isMinus: Bool) -> Int) -> [UInt8] {
        let mask = levelCount - 1
        let even = (0..<64).map { UInt8(code($0 >> 3 & mask, $0 >> 1 & 1 == 1)) }
        return even + (0..<64).map { UInt8(code($0 & mask, $0 >> 5 & 1 == 1)) }
    }

    /// Never freed: codebooks are static.
    private static func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeRawPointer {
        let size = MemoryLayout<Element>.stride
        let copy = UnsafeMutableRawPointer.allocate(byteCount: elements.count * size, alignment: 64)
        for (index, element) in elements.enumerated() {
            unsafe copy.storeBytes(of: element, toByteOffset: index * size, as: Element.self)
        }
        return UnsafeRawPointer(copy)
    }
}
