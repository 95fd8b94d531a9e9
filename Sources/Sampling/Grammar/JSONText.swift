/// How JSON is spelled by a generation: compact or with the spacing of common printers, never with more.
///
/// Space may stand after `{`, `[`, `,` and `:`, and before `}` and `]`: one blank, or a line break with indentation. So
/// a model can neither run away in blanks nor in the digits of a number.
enum JSONText {
    typealias Expression = Grammar.Expression

    static func text(_ text: String) -> Expression { .literal(Array(text.utf8)) }
    static func optional(_ part: Expression) -> Expression { .repetition(part, minimum: 0, maximum: 1) }
    static func set(_ ranges: ClosedRange<UInt32>...) -> Expression { .set(CodePointSet(ranges)) }

    /// The rules that every grammar of JSON begins with, after its root.
    static let rules = [
        Grammar.Rule(name: "space", body: spaceBody), Grammar.Rule(name: "character", body: characterBody),
    ]
    static let space: Expression = .rule(1)
    /// One character of a string in any spelling; `\u` escapes make whole scalars only.
    static let anyCharacter: Expression = .rule(2)

    private static let spaceBody = optional(
        .choice([
            text(" "),
            .sequence([
                text("\n"),
                .choice([
                    .repetition(text(" "), minimum: 0, maximum: 40), .repetition(text("\t"), minimum: 1, maximum: 20),
                ]),
            ]),
        ]))

    // MARK: Numbers

    static let digit = set(0x30...0x39)
    /// Most digits before the point, behind it, and of an exponent.
    static let integerDigits = 20
    static let fractionDigits = 24
    static let exponentDigits = 3

    /// Any whole number but minus zero.
    static let integer: Expression = .choice([text("0"), .sequence([optional(text("-")), positiveInteger])])
    private static let positiveInteger: Expression = .sequence([
        set(0x31...0x39), .repetition(digit, minimum: 0, maximum: integerDigits - 1),
    ])
    static let number: Expression = .sequence([
        optional(text("-")), .choice([text("0"), positiveInteger]),
        optional(.sequence([text("."), .repetition(digit, minimum: 1, maximum: fractionDigits)])),
        optional(
            .sequence([
                .set(CodePointSet(["e", "E"])), optional(.set(CodePointSet(["+", "-"]))),
                .repetition(digit, minimum: 1, maximum: exponentDigits),
            ])),
    ])

    // MARK: Strings

    /// Characters that a string holds as they are.
    static let plain = CodePointSet([0x20...0x21, 0x23...0x5B, 0x5D...0x10_FFFF])
    private static let shortEscapes: [(scalar: Unicode.Scalar, letter: String)] = [
        ("\"", "\""), ("\\", "\\"), ("\u{8}", "b"), ("\u{C}", "f"), ("\n", "n"), ("\r", "r"), ("\t", "t"),
    ]

    private static let characterBody: Expression = {
        let hex = set(0x30...0x39, 0x41...0x46, 0x61...0x66)
        let d = set(0x44...0x44, 0x64...0x64)
        let low: Expression = .sequence([d, set(0x43...0x46, 0x63...0x66), hex, hex])
        let unit: Expression = .choice([
            .sequence([set(0x30...0x39, 0x41...0x43, 0x45...0x46, 0x61...0x63, 0x65...0x66), hex, hex, hex]),
            .sequence([
                d,
                .choice([
                    .sequence([set(0x30...0x37), hex, hex]),
                    .sequence([set(0x38...0x39, 0x41...0x42, 0x61...0x62), hex, hex, text("\\u"), low]),
                ]),
            ]),
        ])
        let escape: Expression = .choice([
            .set(CodePointSet(["\"", "\\", "/", "b", "f", "n", "r", "t"])), .sequence([text("u"), unit]),
        ])
        return .choice([.set(plain), .sequence([text("\\"), escape])])
    }()

    /// One character of a set in its usual spelling: escaped only where it must be.
    static func character(of set: CodePointSet) -> Expression {
        let raw = set.intersection(plain)
        var spellings: [Expression] = raw.isEmpty ? [] : [.set(raw)]
        var rest = set.intersection(CodePointSet([0...0x1F]))
        for (scalar, letter) in shortEscapes where set.contains(scalar.value) {
            spellings.append(text("\\" + letter))
            rest = rest.subtracting(CodePointSet([scalar]))
        }
        for value in rest.ranges.joined() {
            let digits = String(value, radix: 16)
            spellings.append(text("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits))
        }
        return spellings.count == 1 ? spellings[0] : .choice(spellings)
    }

    /// A text's spelling inside a string, without quotation marks.
    static func spelled(_ string: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in string.unicodeScalars {
            if plain.contains(scalar.value) {
                bytes += Array(String(Character(scalar)).utf8)
            } else if case .literal(let escape) = character(of: CodePointSet([scalar])) {
                bytes += escape
            }
        }
        return bytes
    }

    static func string(_ string: String) -> Expression { .literal([0x22] + spelled(string) + [0x22]) }

    /// Texts of an expression as the contents of a string.
    static func spelled(_ expression: Expression) -> Expression {
        switch expression {
        case .literal(let bytes): .literal(spelled(String(decoding: bytes, as: UTF8.self)))
        case .set(let set): character(of: set)
        case .sequence(let parts): .sequence(parts.map(spelled))
        case .choice(let parts): .choice(parts.map(spelled))
        case .repetition(let part, let minimum, let maximum):
            .repetition(spelled(part), minimum: minimum, maximum: maximum)
        case .rule: expression
        }
    }

    static func quoted(_ contents: Expression) -> Expression { .sequence([text("\""), contents, text("\"")]) }

    // MARK: Containers

    /// Members between brackets, or nothing between them if that is allowed.
    static func bracketed(_ open: String, _ members: Expression?, mayBeEmpty: Bool, _ close: String) -> Expression {
        var contents: [Expression] = []
        if let members { contents.append(.sequence([members, space])) }
        if mayBeEmpty { contents.append(text("")) }
        return .sequence([text(open), space, .choice(contents), text(close)])
    }

    static func member(_ key: Expression, _ value: Expression) -> Expression {
        .sequence([key, text(":"), space, value])
    }

    /// A comma, then a part.
    static func next(_ part: Expression) -> Expression { .sequence([text(","), space, part]) }
}
