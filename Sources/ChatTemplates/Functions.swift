/// What a template can call without having defined it.
enum Functions {
    private typealias Error = TemplateError

    static let table: [String: GlobalFunction] = Dictionary(
        uniqueKeysWithValues: [range, dict, namespace, cycler, joiner, raiseException, strftimeNow, lipsum].map {
            ($0.name, $0)
        })

    private static let range = GlobalFunction(name: "range", signature: Signature("", "", "", required: 1)) {
        _, a throws(Error) in
        let first = try a.integer(0, default: 0)
        guard a[1] != nil else { return .range(try IntegerRange(start: 0, stop: first, step: 1)) }
        return .range(
            try IntegerRange(start: first, stop: try a.integer(1, default: 0), step: try a.integer(2, default: 1)))
    }

    private static let dict = GlobalFunction(name: "dict", signature: Signature("", required: 0, takesMore: true)) {
        i, a throws(Error) in .dictionary(try i.mapping(a))
    }

    private static let namespace = GlobalFunction(
        name: "namespace", signature: Signature("", required: 0, takesMore: true)
    ) { i, a throws(Error) in
        let namespace = Namespace()
        i.hold(namespace)
        for (key, value) in try i.mapping(a).pairs { try namespace.set(try key.asText(), value) }
        return .namespace(namespace)
    }

    private static let cycler = GlobalFunction(name: "cycler", signature: Signature(takesMore: true)) {
        _, a throws(Error) in .cycler(try Cycler(a.extra))
    }

    private static let joiner = GlobalFunction(name: "joiner", signature: Signature("sep", required: 0)) {
        _, a throws(Error) in
        _ = try Value.depth(around: CollectionOfOne(a[0] ?? .none))
        return .joiner(Joiner(separator: a[0] ?? .text(", ")))
    }

    private static let raiseException = GlobalFunction(name: "raise_exception", signature: Signature("message")) {
        i, a throws(Error) in
        throw .raised(line: i.line, message: try i.string(a.value(0)).string)
    }

    private static let strftimeNow = GlobalFunction(name: "strftime_now", signature: Signature("format")) {
        i, a throws(Error) in
        let format = try a.text(0)
        try i.charge(symbols: format.count * 8)
        return .text(i.now.formatted(format.string))
    }

    private static let lipsum = GlobalFunction(name: "lipsum", signature: Signature(takesMore: true)) {
        _, _ throws(Error) in throw .unsupported(line: 0, what: "lipsum: a chat template must not be random")
    }
}

extension Interpreter {
    /// What `dict(…)` makes of its arguments: a mapping or pairs, then names.
    fileprivate func mapping(_ arguments: Bound) throws(TemplateError) -> Mapping {
        guard arguments.extra.isEmpty else { throw .invalid("dict expected at most 1 argument") }
        var pairs: [(Value, Value)] = []
        if let source = arguments[0] {
            if case .dictionary(let mapping) = source {
                pairs = mapping.pairs
            } else {
                for element in try elements(source) {
                    let pair = try elements(element)
                    guard pair.count == 2 else {
                        throw .invalid("dictionary update sequence element has length \(pair.count); 2 is required")
                    }
                    pairs.append((pair[0], pair[1]))
                }
            }
        }
        pairs += arguments.keywords.map { (Value.text($0.name), $0.value) }
        try charge(pairs.count)
        return try Mapping(pairs)
    }
}
