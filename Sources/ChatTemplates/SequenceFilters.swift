/// Filters of sequences.
extension Filters {
    static let sequences: [String: Filter] = [
        "length": filter(Signature("")) { i, a throws(TemplateError) in .integer(try i.length(a.value(0))) },
        "count": filter(Signature("")) { i, a throws(TemplateError) in .integer(try i.length(a.value(0))) },
        "list": filter(Signature("value")) { i, a throws(TemplateError) in try i.list(try i.elements(a.value(0))) },
        "first": filter(Signature("seq")) { i, a throws(TemplateError) in
            try i.iterator(over: a.value(0)).iterator.next()
                ?? .undefined(Undefined(.hint("No first item, sequence was empty.")))
        },
        "last": filter(Signature("seq")) { i, a throws(TemplateError) in
            try i.reversed(a.value(0)).last ?? .undefined(Undefined(.hint("No last item, sequence was empty.")))
        },
        "reverse": filter(Signature("value")) { i, a throws(TemplateError) in try i.reversing(a.value(0)) },
        "join": filter(Signature("value", "d", "attribute", required: 1)) { i, a throws(TemplateError) in
            let path = try i.path(a.optional(2))
            let iterator = try i.iterator(over: a.value(0)).iterator
            var parts: [Text] = []
            while let element = try iterator.next() {
                try i.charge(1)
                parts.append(try i.string(try i.follow(path, from: element)))
            }
            return .string(try i.joined(parts, by: try i.string(a[1] ?? .emptyText)))
        },
        "sum": filter(Signature("iterable", "attribute", "start", required: 1)) { i, a throws(TemplateError) in
            let path = try i.path(a.optional(1))
            var sum = a[2] ?? .integer(0)
            guard sum.text == nil else { throw .invalid("sum() can't sum strings [use ''.join(seq) instead]") }
            for element in try i.elements(a.value(0)) {
                sum = try i.calculate(sum, .add, try i.follow(path, from: element))
            }
            return sum
        },
        "min": filter(Signature("value", "case_sensitive", "attribute", required: 1)) { i, a throws(TemplateError) in
            try i.extreme(a) { element, best throws(TemplateError) in try i.isLess(element, best, "<") }
        },
        "max": filter(Signature("value", "case_sensitive", "attribute", required: 1)) { i, a throws(TemplateError) in
            try i.extreme(a) { element, best throws(TemplateError) in try i.isLess(best, element, ">") }
        },
        "sort": filter(
            Signature("value", "reverse", "case_sensitive", "attribute", required: 1)
        ) { i, a throws(TemplateError) in
            let elements = try i.elements(a.value(0))
            let keys = try i.sortKeys(elements, attribute: a.optional(3), isCaseSensitive: a.flag(2))
            return try i.list(try i.sortedIndices(keys, isReversed: a.flag(1)).map { elements[$0] })
        },
        "dictsort": filter(
            Signature("value", "case_sensitive", "by", "reverse", required: 1)
        ) { i, a throws(TemplateError) in try i.sortedPairs(a) },
        "unique": filter(Signature("value", "case_sensitive", "attribute", required: 1)) {
            i, a throws(TemplateError) in try i.unique(a)
        },
        "groupby": filter(Signature("value", "attribute", "default", "case_sensitive", required: 2)) {
            i, a throws(TemplateError) in try i.grouped(a)
        },
        "batch": filter(Signature("value", "linecount", "fill_with", required: 2)) { i, a throws(TemplateError) in
            .iterator(try ValueIterator(try i.batches(a)))
        },
        "slice": filter(Signature("value", "slices", "fill_with", required: 2)) { i, a throws(TemplateError) in
            .iterator(try ValueIterator(try i.slices(a)))
        },
        "random": filter(Signature("seq")) { i, _ throws(TemplateError) in
            throw .unsupported(line: i.line, what: "random: a chat template must not be random")
        },
    ]
}

extension Interpreter {
    // MARK: Attributes by name

    /// The steps of an attribute such as `address.city.0`.
    func path(_ attribute: Value?) throws(TemplateError) -> [Value] {
        guard let attribute else { return [] }
        guard case .string(let text) = attribute else { return [attribute] }
        var steps: [Value] = []
        for part in text.split(by: ".", limit: .max) {
            if !part.isEmpty, part.allSatisfy(PythonCharacter.isASCIIDigit), let index = Int(part.string) {
                steps.append(.integer(index))
            } else {
                steps.append(.string(part))
            }
        }
        return steps
    }

    func follow(_ path: [Value], from value: Value, default: Value? = nil) throws(TemplateError) -> Value {
        var value = value
        for step in path {
            value = try item(value, step)
            if value.isUndefined, let `default` { value = `default` }
        }
        return value
    }

    private func ignoringCase(_ value: Value, _ isCaseSensitive: Bool) -> Value {
        if !isCaseSensitive, case .string(let text) = value { return .string(text.lowercased()) }
        return value
    }

    // MARK: Order

    /// What `sort` compares: one value, or a list of several attributes' values.
    fileprivate func sortKeys(
        _ elements: [Value], attribute: Value?, isCaseSensitive: Bool
    ) throws(TemplateError) -> [Value] {
        var paths = [try path(attribute)]
        if case .string(let names)? = attribute {
            paths = []
            for name in names.split(by: ",", limit: .max) { paths.append(try path(.string(name))) }
        }
        var keys: [Value] = []
        for element in elements {
            var parts: [Value] = []
            for path in paths { parts.append(ignoringCase(try follow(path, from: element), isCaseSensitive)) }
            keys.append(try list(parts))
        }
        return keys
    }

    /// The order in which the keys would be sorted; equal keys stay as they are.
    func sortedIndices(_ keys: [Value], isReversed: Bool = false) throws(TemplateError) -> [Int] {
        var runs = keys.indices.map { [$0] }
        while runs.count > 1 {
            var merged: [[Int]] = []
            for index in stride(from: 0, to: runs.count, by: 2) {
                guard index + 1 < runs.count else {
                    merged.append(runs[index])
                    continue
                }
                merged.append(try merge(runs[index], runs[index + 1], keys, isReversed))
            }
            runs = merged
        }
        return runs.first ?? []
    }

    private func merge(_ one: [Int], _ other: [Int], _ keys: [Value], _ isReversed: Bool) throws(TemplateError) -> [Int]
    {
        var result: [Int] = []
        var (a, b) = (0, 0)
        while a < one.count, b < other.count {
            let (left, right) = (keys[one[a]], keys[other[b]])
            let takesOther = isReversed ? try isLess(left, right, "<") : try isLess(right, left, "<")
            result.append(takesOther ? other[b] : one[a])
            if takesOther { b += 1 } else { a += 1 }
        }
        return result + one[a...] + other[b...]
    }

    fileprivate func extreme(
        _ a: Bound, isBetter: (Value, Value) throws(TemplateError) -> Bool
    ) throws(TemplateError) -> Value {
        let path = try path(a.optional(2))
        var best: (element: Value, key: Value)?
        for element in try elements(a.value(0)) {
            let key = ignoringCase(try follow(path, from: element), a.flag(1))
            guard let current = best else {
                best = (element, key)
                continue
            }
            if try isBetter(key, current.key) { best = (element, key) }
        }
        return best?.element ?? .undefined(Undefined(.hint("No aggregated item, sequence was empty.")))
    }

    fileprivate func sortedPairs(_ a: Bound) throws(TemplateError) -> Value {
        let by = a[2]?.text ?? "key"
        guard by == "key" || by == "value", a[2]?.text != nil || a[2] == nil else {
            throw .invalid("You can only sort by either \"key\" or \"value\"")
        }
        if case .undefined(let undefined) = a.value(0) { throw undefined.error }
        guard case .dictionary(let mapping) = a.value(0) else {
            throw .invalid("'\(a.value(0).typeName)' object has no attribute 'items'")
        }
        let keys = (by == "key" ? mapping.keys : mapping.values).map { ignoringCase($0, a.flag(1)) }
        var pairs: [Value] = []
        for index in try sortedIndices(keys, isReversed: a.flag(3)) { pairs.append(try mapping.item(index)) }
        return try list(pairs)
    }

    // MARK: Selections

    /// All elements of something that can be walked from its end.
    fileprivate func reversed(_ value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .string, .list, .tuple, .dictionary, .view, .range, .undefined: return try elements(value)
        default: throw .invalid("'\(value.typeName)' object is not reversible")
        }
    }

    fileprivate func reversing(_ value: Value) throws(TemplateError) -> Value {
        if case .string(let text) = value {
            try charge(symbols: text.count)
            return .string(text.reversed())
        }
        let values: [Value] = try elements(value).reversed()
        if case .iterator = value { return try list(values) }
        return .iterator(try ValueIterator(values))
    }

    fileprivate func unique(_ a: Bound) throws(TemplateError) -> Value {
        let path = try path(a.optional(2))
        let isCaseSensitive = a.flag(1)
        let source = try iterator(over: a.value(0)).iterator
        var seen: Set<Key> = []
        return .iterator(
            ValueIterator(depth: source.depth + 1) { [self] () throws(TemplateError) in
                while let element = try source.next() {
                    try charge(1)
                    let key = ignoringCase(try follow(path, from: element), isCaseSensitive)
                    if seen.insert(try Key(key)).inserted { return element }
                }
                return nil
            })
    }

    /// Elements with the same attribute together, as pairs of it and them.
    fileprivate func grouped(_ a: Bound) throws(TemplateError) -> Value {
        let path = try path(a.value(1))
        let elements = try elements(a.value(0))
        var keys: [Value] = []
        for element in elements {
            keys.append(ignoringCase(try follow(path, from: element, default: a.optional(2)), a.flag(3)))
        }
        var groups: [(key: Value, elements: [Value])] = []
        for index in try sortedIndices(keys) {
            if let last = groups.last, try isEqual(last.key, keys[index]) {
                groups[groups.count - 1].elements.append(elements[index])
            } else {
                groups.append((keys[index], [elements[index]]))
            }
        }
        var result: [Value] = []
        for group in groups {
            let name = try follow(path, from: group.elements[0], default: a.optional(2))
            let pair = [a.flag(3) ? group.key : name, try list(group.elements)]
            result.append(.tuple(try Items(pair, labels: ["grouper", "list"])))
        }
        return try list(result)
    }

    fileprivate func batches(_ a: Bound) throws(TemplateError) -> [Value] {
        let size = try a.integer(1, default: 1)
        var batches: [[Value]] = []
        for element in try elements(a.value(0)) {
            if let last = batches.last, last.count != size {
                batches[batches.count - 1].append(element)
            } else {
                batches.append([element])
            }
        }
        if let fill = a.optional(2), let last = batches.last, last.count < size {
            try charge(size - last.count)
            batches[batches.count - 1] += repeatElement(fill, count: size - last.count)
        }
        return try batches.map { batch throws(TemplateError) in try list(batch) }
    }

    fileprivate func slices(_ a: Bound) throws(TemplateError) -> [Value] {
        let count = try a.integer(1, default: 1)
        let elements = try elements(a.value(0))
        guard count != 0 else { throw .invalid("integer division or modulo by zero") }
        guard count > 0 else { return [] }
        try charge(count)
        let (size, larger) = elements.count.quotientAndRemainder(dividingBy: count)
        var slices: [Value] = []
        var start = 0
        for index in 0..<count {
            let end = start + size + (index < larger ? 1 : 0)
            var slice = Array(elements[start..<end])
            if let fill = a.optional(2), index >= larger { slice.append(fill) }
            slices.append(try list(slice))
            start = end
        }
        return slices
    }
}
