/// Whether tokens without text of their own, such as `<|im_end|>`, are written out.
package enum SpecialTokenText: Sendable { case hidden, shown }

extension Tokenizer {
    /// The bytes that a token adds to a text: none outside the vocabulary.
    ///
    /// They need not be whole characters; `StreamDecoder` puts those together.
    package func piece(of token: TokenID, special: SpecialTokenText = .hidden) -> [UInt8] {
        var bytes: [UInt8] = []
        appendPiece(of: token, special: special, to: &bytes)
        return bytes
    }

    /// Appends the bytes that a token adds to a text; allocates nothing but room in `bytes`.
    package func appendPiece(of token: TokenID, special: SpecialTokenText = .hidden, to bytes: inout [UInt8]) {
        guard 0..<vocabulary.count ~= Int(token) else { return }
        let attributes = vocabulary.attributes(of: token)
        if special == .hidden, !attributes.contains(.alwaysShown),
            !attributes.isDisjoint(with: [.control, .unknown])
        {
            return
        }
        let text = vocabulary.texts[Int(token)]
        if !attributes.isDisjoint(with: [.control, .unknown, .userDefined]) {
            bytes.append(contentsOf: vocabulary.texts.bytes[text])
        } else if attributes.contains(.normal) {
            appendPlainText(text, to: &bytes)
        } else if attributes.contains(.byte), let byte = ByteTexts.byte(named: vocabulary.texts.text(Int(token))) {
            bytes.append(byte)
        }
    }

    private func appendPlainText(_ text: Range<Int>, to bytes: inout [UInt8]) {
        if vocabulary.model != .bytePair || vocabulary.flags.escapesSpaces {
            return ByteTexts.appendUnescapingSpaces(vocabulary.texts.bytes, text, to: &bytes)
        }
        let count = bytes.count
        if !ByteTexts.appendDecoded(vocabulary.texts.bytes, text, to: &bytes) {
            bytes.removeLast(bytes.count - count)
            bytes.append(contentsOf: vocabulary.texts.bytes[text])
        }
    }

    /// The text of a whole sequence of tokens, as llama.cpp's detokenizer gives it.
    ///
    /// Where the vocabulary says so, the space that encoding put first goes away, and so do the spaces before
    /// punctuation.
    package func decode(_ tokens: some Collection<TokenID>, special: SpecialTokenText = .hidden) -> String {
        var text: [UInt8] = []
        var dropsSpace = vocabulary.flags.addsSpacePrefix
        for token in tokens {
            let start = text.count
            appendPiece(of: token, special: special, to: &text)
            if dropsSpace, start < text.count, text[start] == UInt8(ascii: " ") { text.remove(at: start) }
            dropsSpace = false
        }
        return String(decoding: vocabulary.flags.cleansSpaces ? SpaceCleanup.cleaned(text) : text, as: UTF8.self)
    }
}

/// Puts text together from pieces of bytes, and holds bytes back until their character is whole.
package struct StreamDecoder: Sendable {
    private var held: [UInt8] = []

    package init() {}

    /// The text that is whole after a piece; bytes that can never become a character are U+FFFD.
    package mutating func append(_ piece: [UInt8]) -> String {
        held.append(contentsOf: piece)
        let whole = held.count - Self.unfinishedCount(held)
        let text = String(decoding: held[..<whole], as: UTF8.self)
        held.removeFirst(whole)
        return text
    }

    /// What was held back, at the end of the stream.
    package mutating func flush() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// Number of bytes at the end that begin a character and may still be continued.
    private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
        for count in 1..<4 where count <= bytes.count {
            let start = bytes.count - count
            if bytes[start] & 0xC0 == 0x80 { continue }
            guard let (length, second) = UTF8Text.form(ofLead: bytes[start]), count < length else { return 0 }
            return count == 1 || second.contains(bytes[start + 1]) ? count : 0
        }
        return 0
    }
}

/// The clean-up of `clean_up_tokenization_spaces`, in the passes of llama.cpp.
enum SpaceCleanup {
    private static let space = UInt8(ascii: " ")
    private static let apostrophe = UInt8(ascii: "'")

    static func cleaned(_ text: [UInt8]) -> [UInt8] {
        joinedContractions(joinedApostrophes(joinedPunctuation(text)))
    }

    /// " ?", " !", " .", " ," lose their space.
    private static func joinedPunctuation(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (index, byte) in text.enumerated() {
            if index > 0, text[index - 1] == space, [UInt8]("?!.,".utf8).contains(byte) { result.removeLast() }
            result.append(byte)
        }
        return result
    }

    /// " ' " loses both spaces.
    private static func joinedApostrophes(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if index > 0, text[index] == apostrophe, index + 1 < text.count, text[index - 1] == space,
                text[index + 1] == space
            {
                result.removeLast()
                result.append(apostrophe)
                index += 2
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// " 's", " 'm", " 're", " 've" lose their space.
    private static func joinedContractions(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (index, byte) in text.enumerated() {
            if index > 0, byte == apostrophe, text[index - 1] == space, isContraction(text[(index + 1)...]) {
                result.removeLast()
            }
            result.append(byte)
        }
        return result
    }

    private static func isContraction(_ letters: ArraySlice<UInt8>) -> Bool {
        ["s", "m", "re", "ve"].contains { letters.starts(with: $0.utf8) }
    }
}
