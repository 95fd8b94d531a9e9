/// A codebook in the forms in which kernels look entries up, for the life of the process.
///
/// Kernels that gather read `entries`. Kernels that permute bytes of registers want tables of bytes: an entry in two
/// halves (`first`, `second`), each of which numbers its levels: four in two bits each, or two in four bits each. They
/// turn numbers and signs into codes by a last table of 64 bytes.
@safe package struct EntryTables: Sendable {
    /// `[count]` entries of eight signed bytes.
    @unsafe package nonisolated(unsafe) let entries: UnsafeRawPointer
    /// 64 codes: level number in the low bits, some bits that do not matter, bit 5 for minus.
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

    /// The table of codes of a codebook of up to four levels, or eight.
    ///
    /// - Parameter plus: the code of a level's number without minus, from 128; minus mirrors it there.
    static func signedLevels(levelCount: Int, _ plus: (Int) -> Int) -> [UInt8] {
        (0..<64).map { place in
            let code = plus(place & (levelCount - 1))
            return UInt8(place < 32 ? code : 256 - code)
        }
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
