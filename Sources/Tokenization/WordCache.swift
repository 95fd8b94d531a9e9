/// Remembers the tokens of short words within one text: text repeats its words.
///
/// Direct-mapped, so that it never grows past its size; a word that takes another's place does no harm.
struct WordCache {
    /// A word of up to 31 bytes; the number of bytes is the last one.
    struct Key: Equatable {
        private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        /// Nil for longer words.
        init?(_ text: [UInt8], _ word: Range<Int>) {
            guard word.count <= 31 else { return nil }
            words.0 = Self.load(text, word.lowerBound, word.upperBound)
            if word.count > 8 { words.1 = Self.load(text, word.lowerBound + 8, word.upperBound) }
            if word.count > 16 { words.2 = Self.load(text, word.lowerBound + 16, word.upperBound) }
            if word.count > 24 { words.3 = Self.load(text, word.lowerBound + 24, word.upperBound) }
            words.3 |= UInt64(word.count) &<< 56
        }

        /// Of no word: an empty entry.
        init() {}

        /// Up to eight bytes from a position on.
        private static func load(_ text: [UInt8], _ start: Int, _ end: Int) -> UInt64 {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            var index = start
            while index < end, shift < 64 {
                value |= UInt64(text[index]) &<< shift
                shift &+= 8
                index &+= 1
            }
            return value
        }

        static func == (left: Key, right: Key) -> Bool { left.words == right.words }

        fileprivate var slot: Int {
            let mixed = (words.0 ^ words.2 &* 0xC2B2_AE3D_27D4_EB4F) &* 0x9E37_79B9_7F4A_7C15
            let more = (words.1 ^ words.3 &* 0x9E37_79B9_7F4A_7C15) &* 0xC2B2_AE3D_27D4_EB4F
            let hash = (mixed ^ (mixed &>> 32) ^ more) &* 0xD6E8_FEB8_6659_FD93
            return Int(truncatingIfNeeded: hash &>> (64 - WordCache.slotBits))
        }
    }

    private struct Entry {
        var key = Key()
        /// The token of a word that is one token, else where its tokens begin in `pool`.
        var first: Int32 = 0
        var count: Int32 = 0
    }

    fileprivate static let slotBits: UInt64 = 13
    private static let poolLimit = 1 << 18

    private var entries: [Entry]
    private var pool: [TokenID] = []

    /// A text of fewer bytes is not worth the memory.
    static let smallestText = 4096

    /// - Parameter isUsed: without it nothing is remembered.
    init(isUsed: Bool) { entries = isUsed ? [Entry](repeating: Entry(), count: 1 << Int(Self.slotBits)) : [] }

    var isUsed: Bool { !entries.isEmpty }

    /// Appends the tokens of a word, if they are remembered.
    func append(_ key: Key, to tokens: inout [TokenID]) -> Bool {
        let entry = entries[key.slot]
        guard entry.key == key else { return false }
        if entry.count == 1 {
            tokens.append(entry.first)
        } else {
            tokens.append(contentsOf: pool[Int(entry.first)..<Int(entry.first + entry.count)])
        }
        return true
    }

    mutating func remember(_ key: Key, _ tokens: ArraySlice<TokenID>) {
        if let token = tokens.first, tokens.count == 1 {
            entries[key.slot] = Entry(key: key, first: token, count: 1)
            return
        }
        if pool.count + tokens.count > Self.poolLimit { self = WordCache(isUsed: true) }
        entries[key.slot] = Entry(key: key, first: Int32(pool.count), count: Int32(tokens.count))
        pool.append(contentsOf: tokens)
    }
}

/// What encoding a text works with.
struct EncodingScratch {
    var merger = SymbolMerger()
    var cache: WordCache

    init(byteCount: Int) { cache = WordCache(isUsed: byteCount >= WordCache.smallestText) }

    /// Appends the tokens of a word, by the cache or else by `encode`.
    mutating func appendWord(
        _ text: [UInt8], _ word: Range<Int>, to tokens: inout [TokenID],
        encode: (inout SymbolMerger, inout [TokenID]) -> Void
    ) {
        guard cache.isUsed, let key = WordCache.Key(text, word) else { return encode(&merger, &tokens) }
        if cache.append(key, to: &tokens) { return }
        let first = tokens.count
        encode(&merger, &tokens)
        cache.remember(key, tokens[first...])
    }
}
