import JSON

extension SchemaCompiler {
    // MARK: Arrays

    /// Arrays of the schema's items; nil if there are none.
    mutating func array(_ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) -> Expression? {
        let (leading, rest) = try items(flat, place)
        let minimum = try count("minItems", flat, place) ?? 0
        let maximum = try count("maxItems", flat, place) ?? .max
        guard minimum <= maximum else { return nil }
        var elements: [Expression] = []
        for part in leading.prefix(maximum) {
            let element = try expression(part)
            elements.append(try shared(part, element))
        }
        var more: Expression?
        if maximum > elements.count, rest.schema != false {
            let element = try expression(rest)
            more = try shared(rest, element)
        }
        guard more != nil || minimum <= elements.count else { return nil }
        let mayBeEmpty = minimum == 0
        guard let members = try members(elements, more, max(minimum, 1)...max(maximum, 1), place), maximum > 0 else {
            return mayBeEmpty ? JSONText.bracketed("[", nil, mayBeEmpty: true, "]") : nil
        }
        return JSONText.bracketed("[", members, mayBeEmpty: mayBeEmpty, "]")
    }

    /// One or more elements with their commas: the leading ones each by their own schema, then more of one kind.
    private mutating func members(
        _ leading: [Expression], _ more: Expression?, _ counts: ClosedRange<Int>, _ place: LocatedSchema
    ) throws(GrammarError) -> Expression? {
        var tail: Expression = .literal([])
        if let more {
            // Without leading elements, the first of the others has no comma.
            let taken = max(leading.count, 1)
            tail = .repetition(
                JSONText.next(more), minimum: max(counts.lowerBound - taken, 0),
                maximum: counts.upperBound == .max ? nil : max(counts.upperBound - taken, 0))
            if leading.isEmpty { return .sequence([more, tail]) }
        }
        // From the last to the first: each with what may follow it, a rule for each so that none is nested deeply.
        for index in leading.indices.reversed() {
            let here: Expression = .sequence([index == 0 ? leading[index] : JSONText.next(leading[index]), tail])
            tail = try shared(place, index == 0 || index < counts.lowerBound ? here : JSONText.optional(here))
        }
        return leading.isEmpty ? nil : tail
    }

    /// The schemas of an array's first elements, and of all others.
    private func items(
        _ flat: JSONObject, _ place: LocatedSchema
    ) throws(GrammarError) -> (leading: [LocatedSchema], rest: LocatedSchema) {
        // Before draft 2020-12, a list of items was what `prefixItems` is now.
        let isOld = flat["items"]?.arrayValue != nil
        let prefix = isOld ? "items" : "prefixItems"
        var leading: [LocatedSchema] = []
        if let list = flat[prefix] {
            guard let schemas = list.arrayValue else { throw place.part(prefix, list).malformed("a list", list) }
            for (index, schema) in schemas.enumerated() { leading.append(place.part(prefix, "\(index)", schema)) }
        }
        let rest = isOld ? "additionalItems" : "items"
        if let schema = flat["unevaluatedItems"], flat[rest] == nil {
            return (leading, place.part("unevaluatedItems", schema))
        }
        return (leading, place.part(rest, flat[rest] ?? true))
    }

    // MARK: Objects

    private struct Property {
        /// Rule of key, colon and value.
        let member: Expression
        let isRequired: Bool
    }

    /// Objects of the schema's properties, in its order; nil if there are none.
    mutating func object(_ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) -> Expression? {
        let additional = try additionalProperties(flat, place)
        guard let properties = try properties(flat, additional, place) else { return nil }
        let minimum = try count("minProperties", flat, place) ?? 0
        let maximum = try count("maxProperties", flat, place)
        let required = properties.count(where: \.isRequired)
        if !properties.isEmpty {
            if minimum > required { throw place.unsupported("minProperties", "beside optional properties") }
            if let maximum, maximum < properties.count || additional != nil {
                throw place.unsupported("maxProperties", "beside properties")
            }
        } else if minimum > 1 {
            // A name may occur twice.
            throw place.unsupported("minProperties", "above 1")
        }
        let more = try additional.map { other throws(GrammarError) in
            try self.member(name: try freeName(flat, place), other)
        }
        guard !properties.isEmpty else {
            guard let more, maximum != 0 else {
                return minimum == 0 ? JSONText.bracketed("{", nil, mayBeEmpty: true, "}") : nil
            }
            let rest = JSONText.next(more)
            let members: Expression = .sequence([
                more, .repetition(rest, minimum: 0, maximum: maximum.map { max($0 - 1, 0) }),
            ])
            return JSONText.bracketed("{", members, mayBeEmpty: minimum == 0, "}")
        }
        return JSONText.bracketed(
            "{", try members(properties, more, place), mayBeEmpty: required == 0, "}")
    }

    private mutating func member(name: Expression, _ value: LocatedSchema) throws(GrammarError) -> Expression {
        let expression = try expression(value)
        return try shared(value, JSONText.member(name, expression))
    }

    /// The schema of properties that are not listed; nil if there may be none.
    private func additionalProperties(_ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) -> LocatedSchema?
    {
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            guard let schema = flat[keyword] else { continue }
            return schema == false ? nil : place.part(keyword, schema)
        }
        return flat["properties"] == nil ? place.part("additionalProperties", true) : nil
    }

    /// The listed properties, and those that are required without being listed; nil if one is required and impossible.
    private mutating func properties(
        _ flat: JSONObject, _ additional: LocatedSchema?, _ place: LocatedSchema
    ) throws(GrammarError) -> [Property]? {
        let listed = flat["properties"] ?? [:]
        guard let object = listed.objectValue else {
            throw place.part("properties", listed).malformed("an object", listed)
        }
        let names = flat["required"] ?? []
        guard let required = names.arrayValue, required.allSatisfy({ $0.stringValue != nil }) else {
            throw place.part("required", names).malformed("a list of names", names)
        }
        let needed = SchemaResolver.required(flat)
        var places = object.members.map { (name: $0.key, place: place.part("properties", $0.key, $0.value)) }
        for name in required.compactMap(\.stringValue) where !places.contains(where: { $0.name == name }) {
            // Without a word on further properties, the schema itself has nothing against this one.
            let schema = additional?.schema ?? flat["additionalProperties"] ?? flat["unevaluatedProperties"] ?? true
            places.append((name, place.part("required", name, schema)))
        }
        var properties: [Property] = []
        for (name, part) in places {
            if part.schema == false {
                if needed.contains(name) { return nil }
                continue
            }
            let member = try member(name: JSONText.string(name), part)
            properties.append(Property(member: member, isRequired: needed.contains(name)))
        }
        return properties
    }

    /// One or more properties with their commas, in order.
    ///
    /// After the first one that is there, each further one brings its comma: what may follow a property is the same
    /// whichever came first. These tails are shared in runs of 32, so that all together stay in proportion.
    private mutating func members(
        _ properties: [Property], _ more: Expression?, _ place: LocatedSchema
    ) throws(GrammarError) -> Expression {
        let run = 32
        let followers = properties.map { property in
            let next = JSONText.next(property.member)
            return property.isRequired ? next : JSONText.optional(next)
        }
        var runs: [Int: Expression] = [:]
        let last: Expression = more.map { .repetition(JSONText.next($0), minimum: 0, maximum: nil) } ?? .literal([])
        func tail(_ index: Int) -> Expression {
            let end = min((index / run + 1) * run, properties.count)
            return .sequence(Array(followers[index..<end]) + [runs[end] ?? last])
        }
        for start in stride(from: 0, to: properties.count, by: run).reversed() where start > 0 {
            runs[start] = try shared(place, tail(start))
        }
        var choices: [Expression] = []
        for (index, property) in properties.enumerated() {
            choices.append(
                .sequence([property.member, index + 1 < properties.count ? tail(index + 1) : last]))
            if property.isRequired { return .choice(choices) }
        }
        if let more { choices.append(.sequence([more, last])) }
        return .choice(choices)
    }

    // MARK: Names

    /// A name that is none of the listed ones, in its usual spelling, so that none has a second one.
    private func freeName(_ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) -> Expression {
        let listed = (flat["properties"]?.objectValue?.members.map(\.key) ?? []) + SchemaResolver.required(flat)
        guard listed.allSatisfy({ $0.unicodeScalars.count <= Grammar.Limit.depth }) else {
            throw place.unsupported("additionalProperties", "beside a property with a name so long")
        }
        let names = Set(listed.map { Array($0.unicodeScalars) })
        return JSONText.quoted(Self.text(otherThan: Array(names)))
    }

    private static func text(otherThan names: [[Unicode.Scalar]]) -> Expression {
        let anything: Expression = .repetition(JSONText.character(of: .all), minimum: 0, maximum: nil)
        guard !names.isEmpty else { return anything }
        var rests: [Unicode.Scalar: [[Unicode.Scalar]]] = [:]
        for name in names {
            guard let first = name.first else { continue }
            rests[first, default: []].append(Array(name.dropFirst()))
        }
        var choices: [Expression] = [
            .sequence([JSONText.character(of: CodePointSet(rests.keys).complement), anything])
        ]
        for (first, rest) in rests.sorted(by: { $0.key.value < $1.key.value }) {
            choices.append(.sequence([JSONText.character(of: CodePointSet([first])), text(otherThan: rest)]))
        }
        if !names.contains([]) { choices.append(.literal([])) }
        return .choice(choices)
    }
}
