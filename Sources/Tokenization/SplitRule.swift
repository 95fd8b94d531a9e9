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
    /// `prefix[inner]{1,limit}suffix`
    case delimited(Delimited)
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

    /// A literal start, scalars of a set, a literal end.
    struct Delimited: Sendable {
        var start: [UInt8]
        var inner: ClosedRange<UInt8>
        var atMost = Int.max
        var end: UInt8
    }

    /// The scalars with which a match can start.
    var firstScalars: ScalarSet {
        switch self {
        case .run(let run): run.needsBefore ? run.before : run.before | run.of
        case .contraction: .apostrophe
        case .lineBreaks, .spacesBeforeWord, .spacesAtEnd, .spacesByHalves: .whitespace
        case .cased(let cased): cased.before | cased.upper | cased.lower
        case .words(let before): before | .letters
        case .delimited, .scalars: .all
        case .lettersButHan: !(.numbers | .lineBreaks)
        }
    }
}

/// A set of scalars as sorted ranges, for the few sets that are used by one old rule only.
struct ScalarRanges: Sendable {
    let ranges: [ClosedRange<UInt32>]

    func contains(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }
}
