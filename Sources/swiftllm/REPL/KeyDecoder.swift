/// A key of a terminal, or something else that terminals report like one.
package enum Key: Equatable, Sendable {
    /// A character to insert.
    case character(Unicode.Scalar)
    /// Ctrl and a letter, in lower case.
    case control(Character)
    /// Alt (or Escape before) and a character.
    case meta(Unicode.Scalar)
    case enter, tab, backspace, delete
    case left, right, up, down, home, end
    case wordLeft, wordRight
    /// Alt and Enter.
    case newline
    /// Alt and Backspace.
    case deleteWord
    /// What follows was pasted, up to `pasteEnded`.
    case pasteBegan, pasteEnded
}

/// Turns the bytes of a terminal into keys.
///
/// A value without any clock: a sequence may be cut anywhere, and what the last byte leaves open stays in the state.
/// Unknown sequences disappear as a whole; bytes that are no UTF-8 become U+FFFD.
///
/// *Source*: ECMA-48 (control sequences), xterm's ctlseqs (keys and bracketed paste).
package struct KeyDecoder: Sendable {
    private enum State: Equatable {
        case ground
        case escape
        /// `ESC [` and what came after it.
        case sequence([UInt8])
        /// `ESC O`.
        case singleShift
        /// The first bytes of a character.
        case partial([UInt8], length: Int)
    }

    private var state = State.ground
    private var isPasting = false
    private var lastWasReturn = false

    /// Parameters longer than this belong to no key.
    private static let longestSequence = 32
    private static let escape: UInt8 = 0x1B

    package init() {}

    /// Whether an Escape waits for what follows: after a short while it was the key itself.
    package var awaitsRest: Bool { state == .escape }

    /// Gives up waiting: a lone Escape means nothing here.
    package mutating func timeOut() { if awaitsRest { state = .ground } }

    /// Decodes some bytes.
    package mutating func keys(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes { take(byte, &keys) }
        return keys
    }

    private mutating func take(_ byte: UInt8, _ keys: inout [Key]) {
        switch state {
        case .ground: ground(byte, &keys)
        case .escape: afterEscape(byte, &keys)
        case .sequence(let bytes): sequence(bytes, byte, &keys)
        case .singleShift:
            state = .ground
            if let key = Self.letterKeys[byte] { keys.append(key) }
        case .partial(let bytes, let length): character(bytes, byte, length: length, &keys)
        }
    }

    private mutating func ground(_ byte: UInt8, _ keys: inout [Key]) {
        let followsReturn = lastWasReturn
        lastWasReturn = byte == 0x0D
        switch byte {
        case Self.escape: state = .escape
        case 0x0A where isPasting && followsReturn: break  // the second half of one line end
        case 0x0A, 0x0D: keys.append(.enter)
        case 0x09: keys.append(.tab)
        case 0x08, 0x7F: keys.append(.backspace)
        case 0x01...0x1A: if !isPasting { keys.append(.control(Character(Unicode.Scalar(byte + 0x60)))) }
        case 0..<0x20: break
        case 0x20..<0x7F: keys.append(.character(Unicode.Scalar(byte)))
        case 0xC2...0xDF: state = .partial([byte], length: 2)
        case 0xE0...0xEF: state = .partial([byte], length: 3)
        case 0xF0...0xF4: state = .partial([byte], length: 4)
        default: keys.append(.character("\u{FFFD}"))
        }
    }

    private mutating func afterEscape(_ byte: UInt8, _ keys: inout [Key]) {
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .sequence([])
        case UInt8(ascii: "O") where !isPasting: state = .singleShift
        case _ where isPasting: ground(byte, &keys)
        case Self.escape: state = .escape
        case 0x0D, 0x0A: keys.append(.newline)
        case 0x08, 0x7F: keys.append(.deleteWord)
        case 0x21..<0x7F: keys.append(.meta(Unicode.Scalar(byte)))
        default: ground(byte, &keys)
        }
    }

    private mutating func sequence(_ bytes: [UInt8], _ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case 0x40...0x7E:
            state = .ground
            if let key = key(parameters: bytes, final: byte) { keys.append(key) }
        case 0x20...0x3F where bytes.count < Self.longestSequence: state = .sequence(bytes + [byte])
        case 0x20...0x3F: break
        default:
            state = .ground
            take(byte, &keys)
        }
    }

    private mutating func character(_ bytes: [UInt8], _ byte: UInt8, length: Int, _ keys: inout [Key]) {
        guard byte & 0xC0 == 0x80 else {
            state = .ground
            keys.append(.character("\u{FFFD}"))
            return take(byte, &keys)
        }
        guard bytes.count + 1 == length else {
            state = .partial(bytes + [byte], length: length)
            return
        }
        state = .ground
        let text = String(decoding: bytes + [byte], as: UTF8.self)
        let scalars = text.unicodeScalars
        keys.append(.character(scalars.count == 1 ? scalars[scalars.startIndex] : "\u{FFFD}"))
    }

    // MARK: Sequences

    private static let letterKeys: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
        UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    ]

    private static let numberedKeys: [Int: Key] = [
        1: .home, 7: .home, 4: .end, 8: .end, 3: .delete, 200: .pasteBegan, 201: .pasteEnded,
    ]

    private mutating func key(parameters: [UInt8], final: UInt8) -> Key? {
        let numbers = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { Int(String(decoding: $0, as: UTF8.self)) }
        let key: Key?
        if final == UInt8(ascii: "~") {
            key = numbers.first.flatMap { $0 }.flatMap { Self.numberedKeys[$0] }
        } else {
            key = Self.letterKeys[final]
        }
        if key == .pasteBegan || key == .pasteEnded { isPasting = key == .pasteBegan }
        // With Alt or Ctrl held, the arrows move by words.
        guard numbers.count > 1, let modifiers = numbers[1], modifiers > 2 else { return isPasting ? pasted(key) : key }
        switch key {
        case .left: return .wordLeft
        case .right: return .wordRight
        default: return key
        }
    }

    /// Pasted text has no keys in it.
    private func pasted(_ key: Key?) -> Key? { key == .pasteBegan ? key : nil }
}
