import Quantization

// What the types with codebooks share: an entry is four or eight small levels, found by its number. 32 columns are
// four entries of eight levels or eight of four; a quad is four levels, numbered 0..<8 in the order of columns. How
// quads are found differs: here by gathers, in `GridCodes+AVX512.swift` by permutations of registers.

/// The quads of 32 columns of sixteen rows, with signs.
protocol SignedQuads {
    /// The 32 signs behind four times seven bits in bits 0..<28: the eighth makes a number of minuses even.
    static func evenSigns(_ bits: SIMD16<UInt32>, _ tables: EntryTables) -> SIMD16<UInt32>

    /// Levels of a quad, negated where bits 4i..<4i + 4 of `signs` are set, plus 128.
    func signed(_ i: Int, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32>
}

/// Four entries of eight levels.
protocol EightLevelEntries: SignedQuads {
    /// - Parameters:
    ///   - first: by a byte, where the tables have each entry's first four levels.
    ///   - second: and where its last four.
    init(_ tables: EntryTables, first: SIMD16<UInt32>, second: SIMD16<UInt32>)

    /// Entries of 512.
    ///
    /// - Parameter ninths: a ninth bit for each in bits 28..<32.
    init(_ tables: EntryTables, _ low: SIMD16<UInt32>, ninths: SIMD16<UInt32>)

    /// Numbers of the levels of a quad: 0..<3.
    func ternary(_ i: Int) -> SIMD16<UInt32>

    /// Eighths of a quad of ternary levels: `8 · level + 1`, or − 1 where bit i / 2 of `minus` is set, plus 128.
    func eighths(_ i: Int, _ minus: SIMD16<UInt32>) -> SIMD16<UInt32>
}

/// Eight entries of four levels.
protocol FourLevelEntries: SignedQuads {
    /// - Parameters:
    ///   - low: bytes of entries 0..<4.
    ///   - high: bytes of entries 4..<8.
    init(_ tables: EntryTables, _ low: SIMD16<UInt32>, _ high: SIMD16<UInt32>)

    /// Entries of 512.
    ///
    /// - Parameter ninths: a ninth bit for each in bits 0..<8.
    init(_ tables: EntryTables, _ low: SIMD16<UInt32>, _ high: SIMD16<UInt32>, ninths: SIMD16<UInt32>)
}

/// Entries gathered one after the other.
struct GatheredEights: EightLevelEntries {
    private let entries: UnsafeRawPointer
    private let first: SIMD16<UInt32>
    private let second: SIMD16<UInt32>
    private let ninths: SIMD16<UInt32>

    @inline(__always)
    init(_ tables: EntryTables, first: SIMD16<UInt32>, second: SIMD16<UInt32>) {
        entries = tables.entries
        (self.first, self.second, ninths) = (first, second, SIMD16(repeating: 0))
    }

    @inline(__always)
    init(_ tables: EntryTables, _ low: SIMD16<UInt32>, ninths: SIMD16<UInt32>) {
        entries = tables.entries
        (first, second, self.ninths) = (low, low, ninths &>> 28)
    }

    @inline(__always)
    private func levels(_ i: Int) -> SIMD16<UInt32> {
        let low = byte(i / 2, of: i % 2 == 0 ? first : second)
        return gather16(entries + i % 2 * 4, low | ((ninths &>> UInt32(i / 2)) & 1) &<< 8)
    }

    @inline(__always)
    func signed(_ i: Int, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32> { negated(levels(i), signs &>> UInt32(4 * i)) }

    @inline(__always)
    func ternary(_ i: Int) -> SIMD16<UInt32> {
        let levels = levels(i)
        // Byte by byte: no carry passes bit 7.
        return ((levels & 0x7F7F_7F7F) &+ 0x0101_0101) ^ (levels & 0x8080_8080)
    }

    @inline(__always)
    func eighths(_ i: Int, _ minus: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let offset = SIMD16(repeating: 0x0101_0101 as UInt32) &- ((minus &>> UInt32(i / 2)) & 1) &* 0x0202_0202
        return (((levels(i) &<< 3) & 0xF8F8_F8F8) ^ 0x8080_8080) &+ offset
    }
}

struct GatheredFours: FourLevelEntries {
    private let entries: UnsafeRawPointer
    private let low: SIMD16<UInt32>
    private let high: SIMD16<UInt32>
    private let ninths: SIMD16<UInt32>

    @inline(__always)
    init(_ tables: EntryTables, _ low: SIMD16<UInt32>, _ high: SIMD16<UInt32>) {
        self.init(tables, low, high, ninths: SIMD16(repeating: 0))
    }

    @inline(__always)
    init(_ tables: EntryTables, _ low: SIMD16<UInt32>, _ high: SIMD16<UInt32>, ninths: SIMD16<UInt32>) {
        entries = tables.entries
        (self.low, self.high, self.ninths) = (low, high, ninths)
    }

    @inline(__always)
    func signed(_ i: Int, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let number = byte(i % 4, of: i < 4 ? low : high) | ((ninths &>> UInt32(i)) & 1) &<< 8
        return negated(gather16(entries, number), signs &>> UInt32(4 * i))
    }
}

extension GatheredEights {
    @inline(__always)
    static func evenSigns(_ bits: SIMD16<UInt32>, _ tables: EntryTables) -> SIMD16<UInt32> { evenSigns32(bits) }
}

extension GatheredFours {
    @inline(__always)
    static func evenSigns(_ bits: SIMD16<UInt32>, _ tables: EntryTables) -> SIMD16<UInt32> { evenSigns32(bits) }
}

/// Four times seven bits to bytes, whose top bits make their sums even.
@inline(__always)
private func evenSigns32(_ bits: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let low = bits & 0x7F | (bits &<< 1) & 0x7F00
    let seven = low | (bits &<< 2) & 0x7F_0000 | (bits &<< 3) & 0x7F00_0000
    let four = seven ^ (seven &>> 4) & 0x0F0F_0F0F
    let two = four ^ four &>> 2
    return seven | ((two ^ two &>> 1) & 0x0101_0101) &<< 7
}

/// Levels of four columns, negated where bits 0..<4 are set, plus 128. No level is zero.
@inline(__always)
private func negated(_ levels: SIMD16<UInt32>, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let minus = bytes(bits: signs)
    let mask = (minus &<< 8) &- minus
    return ((levels ^ mask) &+ minus) ^ 0x8080_8080
}

/// Entries of a split codebook as `RecodedBlocks` has them: from word `first` on, `stride` words per 64 columns, of
/// which two hold bytes h and m and one both l.
@inline(__always)
func splitEntries<Entries: EightLevelEntries>(
    _ block: BlockWords, _ part: Int, from first: Int, stride: Int, _ tables: EntryTables, _: Entries.Type
) -> Entries {
    let run = first &+ part / 2 &* stride
    let low = block[run &+ part % 2]
    let last = block[run &+ 2] &>> UInt32(part % 2 &* 4)
    return Entries(tables, first: low, second: low & 0xF0F0_F0F0 | last & 0x0F0F_0F0F)
}
