import Platform

/// The functions that Go templates find built in, and Ollama's own.
struct GoFunction: Sendable {
    let arity: ClosedRange<Int>
    let body: @Sendable (GoInterpreter, [GoValue]) throws(TemplateError) -> GoValue
}

enum GoFunctions {
    /// Names that templates may use; `and` and `or` are the interpreter's, since they do not evaluate all arguments.
    static var names: Set<String> { Set(table.keys).union(["and", "or"]) }

    /// THE table.
    static let table: [String: GoFunction] = [
        "not": GoFunction(arity: 1...1) { _, values in .boolean(!values[0].isTrue) },
        "len": GoFunction(arity: 1...1) { _, values throws(TemplateError) in .integer(try length(values[0])) },
        "index": GoFunction(arity: 1...(.max)) { _, values throws(TemplateError) in try element(values) },
        "slice": GoFunction(arity: 1...4) { _, values throws(TemplateError) in try slice(values) },
        "print": GoFunction(arity: 0...(.max)) { interpreter, values throws(TemplateError) in
            .string(try GoFunctions.print(interpreter, values))
        },
        "println": GoFunction(arity: 0...(.max)) { interpreter, values throws(TemplateError) in
            var line = Text()
            for (index, value) in values.enumerated() {
                if index > 0 { line.append(" ") }
                line.append(try interpreter.printed(value))
                try interpreter.checkLength(line)
            }
            line.append("\n")
            return .string(line)
        },
        "printf": GoFunction(arity: 1...(.max)) { interpreter, values throws(TemplateError) in
            guard case .string(let format) = values[0] else {
                throw .invalid("wrong type for value; expected string; got \(values[0].typeName)")
            }
            var formatter = GoFormat(interpreter, arguments: Array(values.dropFirst()))
            return .string(try formatter.text(format))
        },
        "html": escaping(GoEscapes.html),
        "js": escaping(GoEscapes.javaScript),
        "urlquery": escaping(GoEscapes.query),
        "call": GoFunction(arity: 1...(.max)) { _, values throws(TemplateError) in
            throw .invalid("non-function of type \(values[0].typeName)")
        },
        "eq": GoFunction(arity: 1...(.max)) { _, values throws(TemplateError) in
            .boolean(try GoComparison.isEqualToAny(values))
        },
        "ne": comparison { one, other throws(TemplateError) in !(try GoComparison.isEqual(one, other)) },
        "lt": comparison { one, other throws(TemplateError) in try GoComparison.isLess(one, other) },
        "le": comparison { one, other throws(TemplateError) in
            if try GoComparison.isLess(one, other) { return true }
            return try GoComparison.isEqual(one, other)
        },
        "gt": comparison { one, other throws(TemplateError) in
            if try GoComparison.isLess(one, other) { return false }
            return !(try GoComparison.isEqual(one, other))
        },
        "ge": comparison { one, other throws(TemplateError) in !(try GoComparison.isLess(one, other)) },
        "json": GoFunction(arity: 1...1) { interpreter, values throws(TemplateError) in
            .string(try interpreter.json(values[0]))
        },
        "currentDate": GoFunction(arity: 0...(.max)) { interpreter, _ in .text(interpreter.now.formatted("%F")) },
        "yesterdayDate": GoFunction(arity: 0...(.max)) { interpreter, _ in
            .text(interpreter.now.dayBefore.formatted("%F"))
        },
        "toTypeScriptType": GoFunction(arity: 1...1) { _, values in .text(typeScriptType(values[0])) },
    ]

    private static func comparison(
        _ compare: @escaping @Sendable (GoValue, GoValue) throws(TemplateError) -> Bool
    ) -> GoFunction {
        GoFunction(arity: 2...2) { _, values throws(TemplateError) in .boolean(try compare(values[0], values[1])) }
    }

    private static func escaping(_ escape: @escaping @Sendable (Text) -> Text) -> GoFunction {
        GoFunction(arity: 0...(.max)) { interpreter, values throws(TemplateError) in
            let shown = values.map { $0.isNothing ? GoValue.text("<no value>") : $0 }
            let text = try GoFunctions.print(interpreter, shown)
            try interpreter.charge(symbols: text.count * GoEscapes.growth)
            return .string(escape(text))
        }
    }

    /// All values one after the other, with a space between two that are no texts.
    private static func print(_ interpreter: GoInterpreter, _ values: [GoValue]) throws(TemplateError) -> Text {
        var result = Text()
        var wasText = true
        for (index, value) in values.enumerated() {
            let isText = if case .string = value { true } else { false }
            if index > 0, !isText, !wasText { result.append(" ") }
            result.append(try interpreter.printed(value))
            try interpreter.checkLength(result)
            wasText = isText
        }
        return result
    }

    // MARK: Containers

    private static func length(_ value: GoValue) throws(TemplateError) -> Int {
        switch value {
        case .string(let text): return text.utf8Count
        case .list(let list): return list.values.count
        case .map(let map): return map.count
        case .none, .null: throw .invalid("len of nil pointer")
        default: throw .invalid("len of type \(value.typeName)")
        }
    }

    private static func element(_ values: [GoValue]) throws(TemplateError) -> GoValue {
        guard !values[0].isNothing else { throw .invalid("index of untyped nil") }
        var value = values[0]
        for index in values.dropFirst() {
            switch value {
            case .list(let list): value = list.values[try position(index, below: list.values.count)]
            case .string(let text):
                let bytes = Array(text.string.utf8)
                value = .integer(Int(bytes[try position(index, below: bytes.count)]))
            case .map(let map):
                guard case .string(let key) = index else {
                    throw .invalid("value has type \(index.typeName); should be string")
                }
                value = map[key] ?? .null
            case .none, .null: throw .invalid("index of nil pointer")
            default: throw .invalid("can't index item of type \(value.typeName)")
            }
        }
        return value
    }

    private static func position(_ index: GoValue, below limit: Int) throws(TemplateError) -> Int {
        guard case .integer(let position) = index else {
            throw .invalid("cannot index slice/array with type \(index.typeName)")
        }
        guard 0..<limit ~= position else { throw .invalid("index out of range: \(position)") }
        return position
    }

    private static func slice(_ values: [GoValue]) throws(TemplateError) -> GoValue {
        let count: Int
        switch values[0] {
        case .string(let text):
            guard values.count < 4 else { throw .invalid("cannot 3-index slice a string") }
            count = text.utf8Count
        case .list(let list): count = list.values.count
        case .none, .null: throw .invalid("slice of untyped nil")
        default: throw .invalid("can't slice item of type \(values[0].typeName)")
        }
        var bounds = [0, count, count]
        for (place, index) in values.dropFirst().enumerated() { bounds[place] = try position(index, below: count + 1) }
        guard bounds[0] <= bounds[1], bounds[1] <= bounds[2] else {
            throw .invalid("invalid slice index: \(bounds[0]) > \(bounds[1])")
        }
        switch values[0] {
        case .list(let list): return .list(GoList(Array(list.values[bounds[0]..<bounds[1]])))
        case .string(let text): return .string(text.utf8Slice(bounds[0]..<bounds[1]))
        default: return .none
        }
    }

    // MARK: Types

    /// What a parameter of a tool is in TypeScript.
    private static func typeScriptType(_ value: GoValue) -> String {
        guard case .object(let property) = value else { return "any" }
        if case .list(let choices)? = property["AnyOf"], !choices.values.isEmpty {
            return choices.values.map(typeScriptType).joined(separator: " | ")
        }
        guard case .list(let types)? = property["Type"] else {
            if case .string(let name)? = property["Type"] { return typeScriptName(name.string) }
            return "any"
        }
        let names = types.values.map { value in
            if case .string(let name) = value { typeScriptName(name.string) } else { "any" }
        }
        return names.isEmpty ? "any" : names.joined(separator: " | ")
    }

    private static func typeScriptName(_ type: String) -> String {
        switch type {
        case "string": "string"
        case "number", "integer": "number"
        case "boolean": "boolean"
        case "array": "any[]"
        case "object": "Record<string, any>"
        case "null": "null"
        default: "any"
        }
    }
}

/// `eq`, `lt` and the others made of them.
enum GoComparison {
    static func isEqualToAny(_ values: [GoValue]) throws(TemplateError) -> Bool {
        guard values.count > 1 else { throw .invalid("missing argument for comparison") }
        for value in values.dropFirst() where try isEqual(values[0], value) { return true }
        return false
    }

    static func isEqual(_ one: GoValue, _ other: GoValue) throws(TemplateError) -> Bool {
        switch (one, other) {
        case (.boolean(let one), .boolean(let other)): return one == other
        case (.integer(let one), .integer(let other)): return one == other
        case (.float(let one), .float(let other)): return one == other
        case (.string(let one), .string(let other)): return one == other
        case (.list, _), (.map, _), (_, .list), (_, .map):
            guard !one.isNothing, !other.isNothing else { return false }
            throw .invalid("non-comparable type \(one.typeName)")
        case (.object(let one), .object(let other)): return one === other
        default:
            if one.isNothing || other.isNothing { return one.isNothing && other.isNothing }
            throw .invalid("incompatible types for comparison")
        }
    }

    static func isLess(_ one: GoValue, _ other: GoValue) throws(TemplateError) -> Bool {
        switch (one, other) {
        case (.integer(let one), .integer(let other)): return one < other
        case (.float(let one), .float(let other)): return one < other
        case (.string(let one), .string(let other)):
            return one.string.utf8.lexicographicallyPrecedes(other.string.utf8)
        case (.boolean, .boolean): throw .invalid("invalid type for comparison")
        default: throw .invalid("incompatible types for comparison")
        }
    }
}

extension Text {
    /// Bytes as UTF-8.
    fileprivate var utf8Count: Int { symbols.reduce(0) { $0 + Text.utf8Count($1 & Text.codePointMask) } }

    private static func utf8Count(_ point: UInt32) -> Int {
        point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
    }

    /// The characters that begin within a range of bytes; one cut by its upper end becomes U+FFFD.
    fileprivate func utf8Slice(_ range: Range<Int>) -> Text {
        var result = Text()
        var offset = 0
        for symbol in symbols {
            let end = offset + Text.utf8Count(symbol & Text.codePointMask)
            let isInside = offset >= range.lowerBound && end <= range.upperBound
            let overlaps = offset < range.upperBound && end > range.lowerBound
            if isInside { result.symbols.append(symbol) }
            if overlaps, !isInside { result.symbols.append(0xFFFD | symbol & Text.userBit) }
            offset = end
        }
        return result
    }
}

extension LocalTime {
    /// The same time a day earlier.
    fileprivate var dayBefore: LocalTime {
        let day = CivilDate(dayNumber: date.dayNumber - 1)
        return LocalTime(
            year: day.year, month: day.month, day: day.day, hour: hour, minute: minute, second: second,
            microsecond: microsecond)
    }
}
