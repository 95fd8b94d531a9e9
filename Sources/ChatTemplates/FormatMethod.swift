/// `"{} and {name.field[0]!r:>8}".format(…)`
struct FormatMethod {
    private let interpreter: Interpreter
    private let positional: [Value]
    private let keywords: (Text) -> Value?
    /// The next argument that `{}` takes.
    private var automatic = 0
    private var usesNumbers = false

    init(_ interpreter: Interpreter, positional: [Value], keywords: @escaping (Text) -> Value?) {
        self.interpreter = interpreter
        self.positional = positional
        self.keywords = keywords
    }

    /// - Parameter depth: How many fields' specifications this is inside of; they may have fields of their own.
    mutating func format(_ format: Text, depth: Int = 0) throws(TemplateError) -> Text {
        guard depth < 3 else { throw .invalid("Max string recursion exceeded") }
        var result = Text(isMarkup: format.isMarkup)
        var index = 0
        while index < format.count {
            let point = format.codePoint(index)
            guard point == 123 || point == 125 else {
                result.symbols.append(format.symbols[index])
                index += 1
                continue
            }
            if index + 1 < format.count, format.codePoint(index + 1) == point {
                result.symbols.append(format.symbols[index])
                index += 2
                continue
            }
            guard point == 123 else { throw .invalid("Single '}' encountered in format string") }
            let end = try fieldEnd(format, from: index + 1)
            let text = try field(format[index + 1..<end], depth: depth)
            try interpreter.charge(symbols: text.count)
            result.append(format.isMarkup ? text.escaped() : text)
            try interpreter.checkLength(result)
            index = end + 1
        }
        return result
    }

    /// Where the brace that closes a field stands.
    private func fieldEnd(_ format: Text, from start: Int) throws(TemplateError) -> Int {
        var open = 1
        for index in start..<format.count {
            if format.codePoint(index) == 123 { open += 1 }
            if format.codePoint(index) == 125 { open -= 1 }
            if open == 0 { return index }
        }
        throw .invalid("expected '}' before end of string")
    }

    private mutating func field(_ field: Text, depth: Int) throws(TemplateError) -> Text {
        var end = 0
        var brackets = 0
        while end < field.count {
            let point = field.codePoint(end)
            if point == 91 { brackets += 1 }
            if point == 93 { brackets = 0 }
            if brackets == 0, point == 58 || point == 33 { break }
            end += 1
        }
        var value = try lookUp(field[0..<end])
        var specification = Text()
        if end < field.count, field.codePoint(end) == 33 {
            guard end + 1 < field.count else { throw .invalid("end of string while looking for conversion specifier") }
            value = .string(try converted(value, field.codePoint(end + 1)))
            end += 2
            guard end == field.count || field.codePoint(end) == 58 else {
                throw .invalid("expected ':' after conversion specifier")
            }
        }
        if end < field.count { specification = try format(field[end + 1..<field.count], depth: depth + 1) }
        if specification.isEmpty { return try interpreter.softString(value) }
        return try FormatSpecification(specification).apply(to: value, interpreter)
    }

    private func converted(_ value: Value, _ conversion: UInt32) throws(TemplateError) -> Text {
        switch conversion {
        case 115: return try interpreter.string(value)
        case 114: return try interpreter.representation(value)
        case 97: return PythonText.ascii(try interpreter.representation(value))
        default: throw .invalid("Unknown conversion specifier")
        }
    }

    /// The value that a field's name leads to: an argument, then attributes and elements.
    private mutating func lookUp(_ name: Text) throws(TemplateError) -> Value {
        var index = FormatMethod.nameEnd(name, from: 0)
        var value = try argument(name[0..<index], isWhole: index == name.count)
        while index < name.count {
            if name.codePoint(index) == 46 {
                let end = FormatMethod.nameEnd(name, from: index + 1)
                guard end > index + 1 else { throw .invalid("Empty attribute in format string") }
                value = try interpreter.attribute(value, name[index + 1..<end])
                index = end
            } else if name.codePoint(index) == 91 {
                guard let end = name.symbols[index...].firstIndex(where: { $0 & Text.codePointMask == 93 }) else {
                    throw .invalid("Missing ']' in format string")
                }
                let key = name[index + 1..<end]
                guard !key.isEmpty else { throw .invalid("Empty attribute in format string") }
                value = try interpreter.item(value, FormatMethod.number(key).map(Value.integer) ?? .string(key))
                index = end + 1
            } else {
                throw .invalid("Only '.' or '[' may follow ']' in format field specifier")
            }
        }
        return value
    }

    /// Where a name ends: at a dot or bracket.
    private static func nameEnd(_ name: Text, from start: Int) -> Int {
        (start..<name.count).first { name.codePoint($0) == 46 || name.codePoint($0) == 91 } ?? name.count
    }

    private mutating func argument(_ name: Text, isWhole: Bool) throws(TemplateError) -> Value {
        var place = FormatMethod.number(name)
        if name.isEmpty, isWhole {
            guard !usesNumbers else {
                throw .invalid("cannot switch from manual field specification to automatic field numbering")
            }
            place = automatic
            automatic += 1
        } else if place != nil, isWhole {
            guard automatic == 0 else {
                throw .invalid("cannot switch from automatic field numbering to manual field specification")
            }
            usesNumbers = true
        }
        if let place {
            guard place < positional.count else {
                throw .invalid("Replacement index \(place) out of range for positional args tuple")
            }
            return positional[place]
        }
        guard let value = keywords(name) else { throw .invalid("KeyError: \(PythonText.quoted(name).string)") }
        return value
    }

    private static func number(_ text: Text) -> Int? {
        guard !text.isEmpty, text.allSatisfy(PythonCharacter.isASCIIDigit) else { return nil }
        return Int(text.string)
    }
}

extension PythonText {
    /// `ascii`: what is beyond ASCII becomes an escape.
    static func ascii(_ text: Text) -> Text {
        var result = Text()
        for symbol in text.symbols {
            let point = symbol & Text.codePointMask
            if point < 128 {
                result.symbols.append(symbol)
            } else {
                result.append(escape(point))
            }
        }
        return result
    }
}
