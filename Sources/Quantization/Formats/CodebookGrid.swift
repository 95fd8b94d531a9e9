/// A codebook of the IQ types: every entry is 4 or 8 small levels in one word, level j in byte j.
///
/// Grids are written down as levels numbered in 2 or 3 bits, sixteen bits an entry in hexadecimal, and are spelled
/// out to bytes on first use.
@safe package struct CodebookGrid: Sendable {
    /// The entries, levels as (signed) bytes; 4-level grids fill the low half.
    package let entries: [UInt64]
    /// The entries as written: numbers of levels in 2 or 3 bits.
    let numbers: [UInt16]
    /// What level numbers stand for.
    let levels: [Int8]
    /// The same for kernels.
    package let tables: EntryTables

    /// - Parameters:
    ///   - text: four hexadecimal digits per entry; other characters are skipped.
    ///   - levels: what the level numbers stand for.
    ///   - bits: bits of a level number.
    ///   - count: levels of an entry.
    init(_ text: StaticString, levels: [Int8], bits: UInt16, count: Int) {
        var entries: [UInt64] = []
        var numbers: [UInt16] = []
        var packed: UInt16 = 0
        var digitCount = 0
        for index in 0..<text.utf8CodeUnitCount {
            let character = unsafe Character(UnicodeScalar(text.utf8Start[index]))
            guard let digit = character.hexDigitValue else { continue }
            packed = packed << 4 | UInt16(digit)
            digitCount += 1
            guard digitCount % 4 == 0 else { continue }
            var entry: UInt64 = 0
            for j in 0..<count {
                let level = levels[Int(packed >> (UInt16(j) * bits) & (1 << bits - 1))]
                entry |= UInt64(UInt8(bitPattern: level)) << UInt64(8 * j)
            }
            entries.append(entry)
            numbers.append(packed)
        }
        self.entries = entries
        self.numbers = numbers
        self.levels = levels
        let isEight = count == 8
        let codes = EntryTables.signedLevels(levelCount: isEight ? 4 : 8) {
            128 + ($1 ? -1 : 1) * Int(levels[min($0, levels.count - 1)])
        }
        tables = EntryTables(
            entries: entries, signedLevels: codes,
            first: numbers.map { isEight ? UInt8($0 & 0xFF) : UInt8($0 & 7 | ($0 >> 3 & 7) << 4) },
            second: numbers.map { isEight ? UInt8($0 >> 8) : UInt8($0 >> 6 & 7 | ($0 >> 9 & 7) << 4) })
    }

    /// Writes the first `count` levels of an entry times a scale, negated where a sign bit is set.
    ///
    /// - Parameter weights: room for `count` floats.
    @inline(__always)
    func write(
        _ index: Int, count: Int, signs: UInt8, scale: Float, to weights: UnsafeMutablePointer<Float>
    ) {
        let entry = entries[index]
        for j in 0..<count {
            let level = UInt8(truncatingIfNeeded: entry &>> UInt64(8 * j))
            let sign: Float = signs &>> UInt8(j) & 1 == 1 ? -1 : 1
            unsafe weights[j] = scale * Float(level) * sign
        }
    }

    /// The eight signs behind seven bits: the last makes the number of minuses even.
    @inline(__always)
    static func evenSigns(_ bits: UInt32) -> UInt8 {
        let seven = UInt8(truncatingIfNeeded: bits & 127)
        return seven | UInt8(truncatingIfNeeded: seven.nonzeroBitCount & 1) << 7
    }
}
