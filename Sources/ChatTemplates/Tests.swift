/// What `is` can ask, by name.
enum Tests {
    private typealias Error = TemplateError

    static let table: [String: Test] = states.merging(types) { $1 }.merging(comparisons) { $1 }

    private static func test(_ names: String..., body: @escaping Test.Body) -> Test {
        Test(signature: names.isEmpty ? Signature("value") : Signature("value", names[0]), apply: body)
    }

    private static let states: [String: Test] = [
        "defined": test { _, a in !a.value(0).isUndefined },
        "undefined": test { _, a in a.value(0).isUndefined },
        "none": test { _, a in if case .none = a.value(0) { true } else { false } },
        "true": test { _, a in if case .boolean(true) = a.value(0) { true } else { false } },
        "false": test { _, a in if case .boolean(false) = a.value(0) { true } else { false } },
        "odd": test { i, a throws(Error) in
            try i.isEqual(try i.calculate(a.value(0), .modulo, .integer(2)), .integer(1))
        },
        "even": test { i, a throws(Error) in
            try i.isEqual(try i.calculate(a.value(0), .modulo, .integer(2)), .integer(0))
        },
        "divisibleby": test("num") { i, a throws(Error) in
            try i.isEqual(try i.calculate(a.value(0), .modulo, a.value(1)), .integer(0))
        },
        "lower": test { i, a throws(Error) in
            try i.string(a.value(0)).hasOnlyCase(PythonCharacter.isLowercase, not: PythonCharacter.isUppercase)
        },
        "upper": test { i, a throws(Error) in
            try i.string(a.value(0)).hasOnlyCase(PythonCharacter.isUppercase, not: PythonCharacter.isLowercase)
        },
        "escaped": test { _, a in a.value(0).text?.isMarkup ?? false },
        "filter": test { _, a throws(Error) in Filters.table[try name(a.value(0))] != nil },
        "test": test { _, a throws(Error) in Tests.table[try name(a.value(0))] != nil },
    ]

    /// A name looked up in a table: other hashable values are simply not in it.
    private static func name(_ value: Value) throws(TemplateError) -> String {
        _ = try Key(value)
        return value.text?.string ?? ""
    }

    private static let types: [String: Test] = [
        "boolean": test { _, a in if case .boolean = a.value(0) { true } else { false } },
        "integer": test { _, a in if case .integer = a.value(0) { true } else { false } },
        "float": test { _, a in if case .float = a.value(0) { true } else { false } },
        "number": test { _, a in a.value(0).number != nil },
        "string": test { _, a in a.value(0).text != nil },
        "mapping": test { _, a in if case .dictionary = a.value(0) { true } else { false } },
        "sequence": test { _, a in isSequence(a.value(0)) },
        "iterable": test { _, a in isIterable(a.value(0)) },
        "callable": test { _, a in isCallable(a.value(0)) },
    ]

    private static func isSequence(_ value: Value) -> Bool {
        switch value {
        case .string, .list, .tuple, .dictionary, .range, .undefined: true
        default: false
        }
    }

    private static func isIterable(_ value: Value) -> Bool {
        switch value {
        case .none, .boolean, .integer, .float, .namespace, .cycler, .joiner, .macro, .function, .method: false
        default: true
        }
    }

    private static func isCallable(_ value: Value) -> Bool {
        switch value {
        case .macro, .function, .method, .joiner, .loop, .undefined: true
        default: false
        }
    }

    private static let comparisons: [String: Test] = {
        var table: [String: Test] = [
            "in": test("seq") { i, a throws(Error) in try i.contains(a.value(1), a.value(0)) },
            "sameas": test("other") { i, a throws(Error) in
                guard a.value(0).typeName == a.value(1).typeName else { return false }
                return try i.isEqual(a.value(0), a.value(1))
            },
        ]
        let names: [(ComparisonOperator, [String])] = [
            (.equal, ["==", "eq", "equalto"]), (.notEqual, ["!=", "ne"]),
            (.greater, [">", "gt", "greaterthan"]), (.greaterOrEqual, [">=", "ge"]),
            (.less, ["<", "lt", "lessthan"]), (.lessOrEqual, ["<=", "le"]),
        ]
        for (operation, names) in names {
            let comparison = test("other") { i, a throws(Error) in try i.compare(a.value(0), operation, a.value(1)) }
            for name in names { table[name] = comparison }
        }
        return table
    }()
}
