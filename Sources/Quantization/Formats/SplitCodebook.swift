/// A codebook of eight levels whose large entry numbers are rewritten, so that both halves of an entry are found apart.
///
/// A number becomes three parts of four bits, h, m and l: the first four levels stand in a table of 256 at (m, h),
/// the last four in another at (m, l). Kernels that look up in registers need eight of them for 2048 entries in this
/// way; the table of whole entries would take 64. For which parts that works is the result of a search
/// (`fixtures/scripts/make_iq_splits.py`).
package struct SplitCodebook: Sendable {
    /// First halves at `h | m << 4`, last halves at `l | m << 4`.
    package let tables: EntryTables
    /// By number in the file: `h | m << 4 | l << 8`.
    let codes: [UInt16]
    /// By code: the number in the file; 0 where the parts are no entry.
    let numbers: [UInt16]

    /// - Parameters:
    ///   - first: a table of first halves: two hexadecimal digits for four numbers of levels, 2 bits each.
    ///   - second: the same of last halves.
    ///   - eighths: codes are `128 + 8 · level ± 1` instead of `128 ± level`.
    init(_ grid: CodebookGrid, eighths: Bool, first: StaticString, second: StaticString) {
        let (first, second) = (Self.bytes(first), Self.bytes(second))
        precondition(first.count == 256 && second.count == 256)
        var byLevels: [UInt16: UInt16] = [:]
        for (number, levels) in grid.numbers.enumerated() { byLevels[levels] = UInt16(number) }
        var codes = [UInt16?](repeating: nil, count: grid.numbers.count)
        var numbers = [UInt16](repeating: 0, count: 4096)
        for code in 0..<4096 {
            let levels = UInt16(first[code & 0xFF]) | UInt16(second[code & 0xF0 | code >> 8]) << 8
            guard let number = byLevels[levels] else { continue }
            numbers[code] = number
            if codes[Int(number)] == nil { codes[Int(number)] = UInt16(code) }
        }
        self.numbers = numbers
        self.codes = codes.map { code in
            guard let code else { preconditionFailure("an entry that the tables do not cover") }
            return code
        }
        tables = EntryTables(
            entries: zip(first, second).map { Self.entry($0, $1, grid.levels) },
            signedLevels: Self.signedLevels(grid.levels, eighths: eighths), first: first, second: second)
    }

    private static func signedLevels(_ levels: [Int8], eighths: Bool) -> [UInt8] {
        EntryTables.signedLevels(levelCount: 4) { number, isMinus in
            let level = Int(levels[min(number, 2)])
            if eighths { return 128 + 8 * level + (isMinus ? -1 : 1) }
            return 128 + (isMinus ? -level : level)
        }
    }

    /// Eight levels as signed bytes.
    private static func entry(_ first: UInt8, _ second: UInt8, _ levels: [Int8]) -> UInt64 {
        let numbers = UInt16(first) | UInt16(second) << 8
        return (0..<8).reduce(0) { entry, j in
            let level = levels[min(Int(numbers >> UInt16(2 * j) & 3), levels.count - 1)]
            return entry | UInt64(UInt8(bitPattern: level)) << UInt64(8 * j)
        }
    }

    private static func bytes(_ text: StaticString) -> [UInt8] {
        let digits = (0..<text.utf8CodeUnitCount).compactMap { index in
            unsafe Character(UnicodeScalar(text.utf8Start[index])).hexDigitValue
        }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
