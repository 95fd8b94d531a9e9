/// How a text is cut into words before byte-pair merging: passes, each of which cuts the pieces of the one before.
///
/// A pass stands for one regular expression of llama.cpp's list for the rule. What its alternatives match becomes a
/// piece; what lies between matches becomes a piece too. A pass sees one piece at a time, so that "end of text"
/// means the end of the piece.
struct SplitRule: Sendable {
    let passes: [SplitPass]

    init(_ passes: SplitPass...) { self.passes = passes }
}

/// One pass over the pieces.
enum SplitPass: Sendable {
    /// Leftmost match of the first alternative that fits.
    case matches(AlternativeTable)
    /// Runs of numbers end in groups of three, counted from the right. As in llama.cpp, what stands before a run
    /// stays with its first group.
    case digitGroupsFromRight
    /// A border before every digit from which a multiple of three digits follows: `(?=(\d{3})+(?!\d))`.
    case thousands

    static func matches(_ alternatives: Alternative...) -> SplitPass { .matches(AlternativeTable(alternatives)) }
}

/// The alternatives of a pass, in order, found by the class of the scalar that a match starts with.
struct AlternativeTable: Sendable {
    let alternatives: [Alternative]
    /// For each scalar class the alternatives that can start with it, as bits.
    let candidates: [UInt16]

    init(_ alternatives: [Alternative]) {
        precondition(alternatives.count <= UInt16.bitWidth, "too many alternatives in one pass")
        self.alternatives = alternatives
        candidates = (UInt8(0)..<64).map { scalarClass in
            alternatives.indices.reduce(into: UInt16(0)) { bits, index in
                if alternatives[index].firstScalars.contains(scalarClass) { bits |= 1 << UInt16(index) }
            }
        }
    }
}

/// One alternative of a pass, named by what it matches. The regular expressions are llama.cpp's.
enum Alternative: Sendable {
    /// One scalar, some of a kind, and what may follow them.
    case run(Run)
    /// `'s|'t|'re|'ve|'m|'ll|'d`
    case contraction(Contraction)
    /// `\s*[\r\n]+` and, which is the same, `\s*[\r\n]`: whitespace up to its last line break.
    case lineBreaks
    /// `\s+(?!\S)`: whitespace, but for the last one if text follows.
    case spacesBeforeWord
    /// `\s+$`
    case spacesAtEnd
    /// `\s{512}(?!\S)|\s{256}(?!\S)|…|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}`
    case spacesByHalves
    /// Uppercase then lowercase letters, or uppercase alone.
    case cased(Cased)
    /// `[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+`
    case words(before: ScalarSet)
    /// chameleon: `<sentinel:[0-9]+>`
    case sentinel
    /// chameleon: `(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z`
    case image
    /// `\s?[…]+` with a set that is given by ranges of scalars, whitespace excepted.
    case scalars(ScalarRanges, afterSpace: Bool)
    /// kimi-k2: letters that are not Han, after one scalar that is neither letter, number nor line break.
    case lettersButHan

    /// `before? of{atLeast,atMost} after{0,afterAtMost} contraction?`
    struct Run: Sendable {
        var before = ScalarSet.none
        /// The scalar before must be there.
        var needsBefore = false
        var of: ScalarSet
        var atLeast = 1
        var atMost = Int.max
        var after = ScalarSet.none
        var afterAtMost = Int.max
        var contraction: Contraction?
    }

    /// Whether the letters of a contraction may be uppercase.
    enum Contraction: Sendable { case lowercase, anyCase }

    /// `before? upper* lower+ contraction? | before? upper+ lower* contraction?`
    struct Cased: Sendable {
        var before: ScalarSet
        /// What is not lowercase; shares the scalars without case with `lower`.
        var upper: ScalarSet
        var lower: ScalarSet
        var contraction: Contraction?
    }

    /// The scalars with which a match can start.
    var firstScalars: ScalarSet {
        switch self {
        case .run(let run): run.needsBefore ? run.before : run.before | run.of
        case .contraction: .apostrophe
        case .lineBreaks, .spacesBeforeWord, .spacesAtEnd, .spacesByHalves: .whitespace
        case .cased(let cased): cased.before | cased.upper | cased.lower
        case .words(let before): before | .letters
        case .sentinel: .symbols
        case .image: .uppercaseASCII
        case .scalars: .all
        case .lettersButHan: !(.numbers | .lineBreaks)
        }
    }
}

/// Sets of scalars that are used by one old rule only, as sorted ranges instead of classes.
enum ScalarRanges: Sendable {
    /// Letters of the scripts that have case.
    case casedLetters
    /// `[!-/:-~！-／：-～‘-‟　-。]`
    case widePunctuation
    /// Han, and all between Samaritan and Han, and Hangul: `[一-龥ࠀ-一가-퟿]`.
    case eastAsian

    func contains(_ scalar: UInt32) -> Bool {
        let ranges = ranges
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }

    private var ranges: [ClosedRange<UInt32>] {
        switch self {
        case .casedLetters: Self.casedLetterRanges
        case .widePunctuation: Self.widePunctuationRanges
        case .eastAsian: Self.eastAsianRanges
        }
    }

    private static let eastAsianRanges: [ClosedRange<UInt32>] = [0x800...0x9FA5, 0xAC00...0xD7FF]

    private static let widePunctuationRanges: [ClosedRange<UInt32>] = [
        0x21...0x2F, 0x3A...0x7E, 0x2018...0x201F, 0x3000...0x3002, 0xFF01...0xFF0F, 0xFF1A...0xFF5E,
    ]

    private static let casedLetterRanges: [ClosedRange<UInt32>] = [
        0x41...0x5A, 0x61...0x7A, 0xB5...0xB5, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x1BA, 0x1BC...0x1BF,
        0x1C4...0x293, 0x295...0x2AF, 0x370...0x373, 0x376...0x377, 0x37B...0x37D, 0x37F...0x37F, 0x386...0x386,
        0x388...0x38A, 0x38C...0x38C, 0x38E...0x3A1, 0x3A3...0x3F5, 0x3F7...0x481, 0x48A...0x52F, 0x531...0x556,
        0x10A0...0x10C5, 0x13A0...0x13F5, 0x13F8...0x13FD, 0x1C90...0x1CBA, 0x1CBD...0x1CBF, 0x1D00...0x1D2B,
        0x1D6B...0x1D77, 0x1D79...0x1D9A, 0x1E00...0x1F15, 0x1F18...0x1F1D, 0x1F20...0x1F45, 0x1F48...0x1F4D,
        0x1F50...0x1F57, 0x1F59...0x1F59, 0x1F5B...0x1F5B, 0x1F5D...0x1F5D, 0x1F5F...0x1F7D, 0x1F80...0x1FB4,
        0x1FB6...0x1FBC, 0x1FBE...0x1FBE, 0x1FC2...0x1FC4, 0x1FC6...0x1FCC, 0x1FD0...0x1FD3, 0x1FD6...0x1FDB,
        0x1FE0...0x1FEC, 0x1FF2...0x1FF4, 0x1FF6...0x1FFC, 0x2102...0x2102, 0x2107...0x2107, 0x210A...0x2113,
        0x2115...0x2115, 0x2119...0x211D, 0x2124...0x2124, 0x2126...0x2126, 0x2128...0x2128, 0x212A...0x212D,
        0x212F...0x2134, 0x2139...0x2139, 0x213C...0x213F, 0x2145...0x2149, 0x214E...0x214E, 0x2183...0x2184,
        0x2C00...0x2C7B, 0x2C7E...0x2CE4, 0x2CEB...0x2CEE, 0x2CF2...0x2CF3, 0xA640...0xA66D, 0xA680...0xA69B,
        0xA722...0xA76F, 0xA771...0xA787, 0xA78B...0xA78E, 0xAB70...0xABBF, 0xFB00...0xFB06, 0xFB13...0xFB17,
        0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x10400...0x1044F, 0x104B0...0x104D3, 0x104D8...0x104FB,
        0x10C80...0x10CB2, 0x10CC0...0x10CF2, 0x118A0...0x118DF, 0x1E900...0x1E943,
    ]
}
