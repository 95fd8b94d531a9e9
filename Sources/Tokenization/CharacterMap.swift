/// SentencePiece's `precompiled_charsmap`: replacements of characters, such as NFKC, found by the longest prefix.
///
/// A double array after S. Kanda (Space- and Time-Efficient String Dictionaries, 2018): a child lies at the index of
/// its parent's base xor the byte; bits 0–7 and 31 say whose child an entry is, bit 8 that a text ends here, bits
/// 10–30 are the base (bit 9: to be shifted by 8).
struct CharacterMap: Sendable {
    private var nodes: [UInt32] = []
    /// Replacements, each ended by a zero byte.
    private var replacements: [UInt8] = []

    /// ASCII characters that nothing replaces if another one follows.
    private var kept = [Bool](repeating: true, count: 128)

    /// Longer texts are not looked for: real maps know a few characters, and a hostile one must not cost time.
    private static let longestPrefix = 64

    private static let key = "tokenizer.ggml.precompiled_charsmap"

    /// The map without replacements.
    init() {}

    /// Reads the bytes of the GGUF array: the size of the double array, the array, the replacements.
    init(_ bytes: [UInt8]) throws(TokenizerError) {
        guard bytes.count > 4 else { throw .malformed(key: Self.key, reason: "\(bytes.count) bytes are no map") }
        let size = Int(Self.integer(bytes, at: 0))
        guard size % 4 == 0, 4 + size < bytes.count else {
            throw .malformed(key: Self.key, reason: "\(bytes.count) bytes cannot hold a table of \(size)")
        }
        nodes = stride(from: 4, to: 4 + size, by: 4).map { Self.integer(bytes, at: $0) }
        replacements = Array(bytes[(4 + size)...])
        guard replacements.last == 0 else {
            throw .malformed(key: Self.key, reason: "the last replacement has no end")
        }
        kept = (UInt8(0)..<128).map { first in
            replacement(in: [first], at: 0) == nil && !(UInt8(1)..<128).contains { reaches([first, $0]) }
        }
    }

    /// Whether an ASCII character stays as it is because of the one after it: the quick answer for most text.
    func keeps(_ byte: UInt8, before next: UInt8) -> Bool { byte < 0x80 && next < 0x80 && kept[Int(byte)] }

    /// The replacement of the longest prefix of the text at a position that has one.
    func replacement(in text: [UInt8], at position: Int) -> (bytes: ArraySlice<UInt8>, consumed: Int)? {
        guard !nodes.isEmpty else { return nil }
        var found: (offset: Int, consumed: Int)?
        var index = base(0)
        for offset in position..<min(position + Self.longestPrefix, text.count) {
            let byte = text[offset]
            index ^= Int(byte)
            guard byte != 0, nodes.indices.contains(index), nodes[index] & 0x8000_00FF == UInt32(byte) else { break }
            let endsHere = nodes[index] >> 8 & 1 != 0
            index ^= base(index)
            if endsHere, nodes.indices.contains(index) {
                found = (Int(nodes[index] & 0x7FFF_FFFF), offset - position + 1)
            }
        }
        guard let found, found.offset < replacements.count else { return nil }
        let end = replacements[found.offset...].firstIndex(of: 0) ?? replacements.count
        return (replacements[found.offset..<end], found.consumed)
    }

    /// Whether some text that is replaced begins with these bytes.
    private func reaches(_ bytes: [UInt8]) -> Bool {
        guard !nodes.isEmpty else { return false }
        var index = base(0)
        for byte in bytes {
            index ^= Int(byte)
            guard nodes.indices.contains(index), nodes[index] & 0x8000_00FF == UInt32(byte) else { return false }
            index ^= base(index)
        }
        return true
    }

    private func base(_ index: Int) -> Int { Int((nodes[index] >> 10) << ((nodes[index] & (1 << 9)) >> 6)) }

    private static func integer(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
}
