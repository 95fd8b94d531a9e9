/// Undoes the escapes of a string literal, as Python's `unicode-escape` codec does.
struct StringUnescaper {
    private let points: ArraySlice<UInt32>
    private var index: Int
    private var result: [UInt32] = []

    init(_ points: ArraySlice<UInt32>) {
        self.points = points
        index = points.startIndex
    }

    mutating func unescaped() throws(TemplateError) -> Text {
        while index < points.endIndex {
            let point = points[index]
            index += 1
            if point == 92 { try readEscape() } else { result.append(point) }
        }
        return Text(symbols: result)
    }

    private static let single: [Unicode.Scalar: UInt32] = [
        "\\": 92, "'": 39, "\"": 34, "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11,
    ]

    private mutating func readEscape() throws(TemplateError) {
        guard index < points.endIndex, let scalar = Unicode.Scalar(points[index]) else {
            throw .syntax(line: 0, message: "\\ at end of string")
        }
        index += 1
        if let point = StringUnescaper.single[scalar] { return result.append(point) }
        switch scalar {
        case "\n": break
        case "x": try readHexadecimal(digits: 2, "truncated \\xXX escape")
        case "u": try readHexadecimal(digits: 4, "truncated \\uXXXX escape")
        case "U": try readHexadecimal(digits: 8, "truncated \\UXXXXXXXX escape")
        case "N": throw .unsupported(line: 0, what: "the escape \\N")
        case "0"..."7": readOctal()
        default:
            result.append(92)
            result.append(contentsOf: StringUnescaper.unknown(scalar))
        }
    }

    private mutating func readOctal() {
        var value: UInt32 = 0
        index -= 1
        for _ in 0..<3 where index < points.endIndex && points[index] >= 48 && points[index] <= 55 {
            value = value * 8 + points[index] - 48
            index += 1
        }
        result.append(value)
    }

    private mutating func readHexadecimal(digits: Int, _ message: String) throws(TemplateError) {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard index < points.endIndex, let scalar = Unicode.Scalar(points[index]), scalar.isASCII,
                let digit = Character(scalar).hexDigitValue
            else { throw .syntax(line: 0, message: message) }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        guard value <= 0x10FFFF else { throw .syntax(line: 0, message: "illegal Unicode character") }
        result.append(value)
    }

    /// A backslash before any other character stays. Jinja first spells characters beyond ASCII as escapes, whose own
    /// backslash the one before it then swallows: `\é` becomes `\xe9`, four characters.
    private static func unknown(_ scalar: Unicode.Scalar) -> [UInt32] {
        guard !scalar.isASCII else { return [scalar.value] }
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let spelled = letter + String(repeating: "0", count: width - digits.count) + digits
        return spelled.unicodeScalars.map(\.value)
    }
}
