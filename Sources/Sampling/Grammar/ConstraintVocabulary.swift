/// A model's tokens as constraints need them: built once per model, shared by all sequences.
///
/// Most tokens are plain text: whole characters, none of them a control character, a quotation mark or a backslash. They
/// are apart, by length: inside a string a grammar takes all of them or none, and a mask of them is at hand.
package final class ConstraintVocabulary: Sendable {
    /// Plain tokens of some lengths.
    struct Slice: Sendable {
        /// Length of the longest, in characters.
        let longest: Int
        let mask: [UInt64]
        let trie: TokenTrie
    }

    /// Number of tokens, those without text included.
    package let count: Int
    /// Tokens by which the model ends a text.
    package let endOfGeneration: Set<Int32>
    /// Plain tokens, shortest first.
    let slices: [Slice]
    /// All other tokens that have text.
    let trie: TokenTrie
    /// Tokens that have no text, and do not end a generation.
    let textless: [Int32]
    private let bytes: [UInt8]
    private let offsets: [Int32]

    /// Longest token; longer ones are never chosen under a constraint.
    static let largestLength = 1 << 12
    private static let sliceLengths = [4, 8, 16]

    /// - Parameters:
    ///   - count: number of tokens.
    ///   - piece: the bytes that a token adds to the text, none for one that adds nothing.
    package init(count: Int, endOfGeneration: Set<Int32>, piece: (Int32) -> [UInt8]) {
        self.count = count
        self.endOfGeneration = endOfGeneration
        var bytes: [UInt8] = []
        var offsets: [Int32] = [0]
        var textless: [Int32] = []
        var groups: [[Int32]] = Array(repeating: [], count: Self.sliceLengths.count + 1)
        for token in 0..<Int32(count) {
            let text = piece(token)
            bytes += text
            offsets.append(Int32(bytes.count))
            if endOfGeneration.contains(token) || text.count > Self.largestLength { continue }
            if text.isEmpty {
                textless.append(token)
            } else {
                let length = Self.plainLength(text)
                let slice = length.flatMap { length in Self.sliceLengths.firstIndex { length <= $0 } }
                groups[slice ?? groups.count - 1].append(token)
            }
        }
        let tries = groups.map { group in
            Self.trie(group) { bytes[Int(offsets[Int($0)])..<Int(offsets[Int($0) + 1])] }
        }
        slices = zip(Self.sliceLengths, tries).map { longest, trie in
            var mask = [UInt64](repeating: 0, count: (count + 63) / 64)
            for token in trie.tokens { mask[Int(token) / 64] |= 1 << UInt64(token % 64) }
            return Slice(longest: longest, mask: mask, trie: trie)
        }
        trie = tries[tries.count - 1]
        self.textless = textless
        self.bytes = bytes
        self.offsets = offsets
    }

    /// The bytes of a token; none outside the vocabulary.
    func text(of token: Int32) -> ArraySlice<UInt8> {
        guard token >= 0, Int(token) < count else { return [] }
        return bytes[Int(offsets[Int(token)])..<Int(offsets[Int(token) + 1])]
    }

    /// Whether a byte may occur in plain text; in well-formed UTF-8 those from 0x80 on may.
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F
    }

    /// Number of characters of plain text; nil for other text.
    private static func plainLength(_ text: [UInt8]) -> Int? {
        guard text.allSatisfy(isPlain), let string = String(validating: text, as: UTF8.self) else { return nil }
        return string.unicodeScalars.count
    }

    private static func trie(_ tokens: [Int32], _ bytes: (Int32) -> ArraySlice<UInt8>) -> TokenTrie {
        // The first bytes as a number decide most comparisons.
        let keyed = tokens.map { token in
            var key: UInt64 = 0
            for (index, byte) in bytes(token).prefix(8).enumerated() { key |= UInt64(byte) << UInt64(56 - 8 * index) }
            return (key: key, token: token)
        }
        let sorted = keyed.sorted { one, other in
            if one.key != other.key { return one.key < other.key }
            return bytes(one.token).lexicographicallyPrecedes(bytes(other.token))
        }
        return TokenTrie(sorted.map(\.token), bytes: bytes)
    }
}
