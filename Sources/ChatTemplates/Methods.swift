/// The methods of values other than text, by type and name; those of text are in `TextMethods.swift`.
enum Methods {
    private typealias Error = TemplateError

    static func method(_ signature: Signature, body: @escaping Method.Body) -> Method {
        Method(signature: signature, apply: body)
    }

    private static func items(_ value: Value) -> [Value] {
        switch value {
        case .list(let items), .tuple(let items): items.values
        default: []
        }
    }

    // MARK: Sequences

    private static let count = method(Signature("")) { i, value, a throws(Error) in
        var count = 0
        for element in try i.elements(value) where try i.isEqual(element, a.value(0)) { count += 1 }
        return .integer(count)
    }

    private static let index = method(Signature("", "", "", required: 1)) { i, value, a throws(Error) in
        let elements = try i.elements(value)
        let range = places(try a.integer(1, default: 0), try a.integer(2, default: .max), count: elements.count)
        for place in range where try i.isEqual(elements[place], a.value(0)) { return .integer(place) }
        throw .invalid("\(try i.representation(a.value(0)).string) is not in \(value.typeName)")
    }

    /// The places from `start` to `end` as Python's searches take them: negative ones count from the end.
    static func places(_ start: Int, _ end: Int, count: Int) -> Range<Int> {
        func place(_ bound: Int) -> Int { bound < 0 ? max(bound, -count) + count : min(bound, count) }
        return place(start)..<max(place(start), place(end))
    }

    static let list: [String: Method] = [
        "count": count, "index": index, "copy": method(Signature()) { _, value, _ in value },
    ]
    static let tuple: [String: Method] = ["count": count, "index": index]
    static let range: [String: Method] = ["count": count, "index": index]

    // MARK: Numbers

    private static func integerMethod(_ map: @escaping @Sendable (Int) -> Int) -> Method {
        method(Signature()) { _, value, _ in .integer(map(value.integer ?? 0)) }
    }

    static let integer: [String: Method] = [
        "bit_length": integerMethod { Int.bitWidth - $0.magnitude.leadingZeroBitCount },
        "bit_count": integerMethod { $0.magnitude.nonzeroBitCount },
        "conjugate": integerMethod { $0 },
    ]
    static let float: [String: Method] = [
        "is_integer": method(Signature()) { _, value, _ in
            let number = value.number ?? 0
            return .boolean(number.isFinite && number.rounded() == number)
        }
    ]

    // MARK: Mappings

    private static func view(_ kind: MappingView.Kind) -> Method {
        method(Signature()) { _, value, _ in
            guard case .dictionary(let mapping) = value else { return .none }
            return .view(MappingView(mapping: mapping, kind: kind))
        }
    }

    static let mapping: [String: Method] = [
        "keys": view(.keys), "values": view(.values), "items": view(.items),
        "copy": method(Signature()) { _, value, _ in value },
        "get": method(Signature("", "", required: 1)) { _, value, a throws(Error) in
            guard case .dictionary(let mapping) = value else { return .none }
            return mapping[try Key(a.value(0))] ?? a[1] ?? .none
        },
        "fromkeys": fromKeys,
    ]

    private static let fromKeys = method(Signature("", "", required: 1)) { i, _, a throws(Error) in
        var pairs: [(Value, Value)] = []
        for key in try i.elements(a.value(0)) { pairs.append((key, a[1] ?? .none)) }
        return .dictionary(try Mapping(pairs))
    }

    /// Methods of the function `dict`.
    static let dict: [String: Method] = ["fromkeys": fromKeys]

    // MARK: Jinja's objects

    static let loop: [String: Method] = [
        "cycle": method(Signature(takesMore: true)) { _, value, a throws(Error) in
            guard case .loop(let loop) = value, !a.extra.isEmpty else { throw .invalid("no items for cycling given") }
            return a.extra[loop.index0 % a.extra.count]
        },
        "changed": method(Signature(takesMore: true)) { i, value, a throws(Error) in
            guard case .loop(let loop) = value else { return .none }
            return .boolean(try loop.changed(a.extra, isEqual: i.isEqual))
        },
    ]

    static let cycler: [String: Method] = [
        "next": method(Signature()) { _, value, _ in
            guard case .cycler(let cycler) = value else { return .none }
            defer { cycler.position = (cycler.position + 1) % cycler.items.count }
            return cycler.items[cycler.position]
        },
        "reset": method(Signature()) { _, value, _ in
            if case .cycler(let cycler) = value { cycler.position = 0 }
            return .none
        },
    ]
}
