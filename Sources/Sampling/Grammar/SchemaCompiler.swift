package import JSON

/// Turns a JSON schema into a grammar: every text of the grammar is valid, and a valid value is a text of it when its
/// properties come in the schema's order and its spelling is usual (`JSONText`).
///
/// Narrower than JSON Schema in these points, as in llama.cpp: an object with `properties` and no `additionalProperties`
/// has no others, and keywords that speak of one type imply it. What a grammar cannot keep is refused, never ignored.
struct SchemaCompiler {
    typealias Expression = Grammar.Expression

    let resolver: SchemaResolver
    private var rules: [Grammar.Rule] = []
    private var references: [String: Int] = [:]
    private var open: [(rule: Int, place: LocatedSchema)] = []
    private var anyValue: Int?

    /// The grammar of the values that a schema allows.
    static func compile(_ schema: JSONValue) throws(GrammarError) -> Grammar {
        var compiler = SchemaCompiler(schema)
        let root = 0
        let place = LocatedSchema(schema: schema, path: "")
        compiler.references["#"] = root
        compiler.open.append((root, place))
        // References are compiled after what names them: a schema may contain itself.
        while let (rule, place) = compiler.open.popLast() {
            compiler.rules[rule].body = try compiler.expression(place).simplified
        }
        return Grammar(rules: compiler.rules, root: root)
    }

    /// The grammar of any JSON object.
    static func anyObject() -> Grammar {
        var compiler = SchemaCompiler(true)
        compiler.rules[0].body = compiler.anyObject().simplified
        return Grammar(rules: compiler.rules, root: 0)
    }

    private init(_ schema: JSONValue) {
        resolver = SchemaResolver(root: schema)
        rules = [Grammar.Rule(name: "root", body: .literal([]))] + JSONText.rules
    }

    // MARK: Rules

    mutating func add(_ name: String, _ body: Expression) -> Int {
        rules.append(Grammar.Rule(name: name, body: body.simplified))
        return rules.count - 1
    }

    /// A rule of its own for an expression that is used in several places.
    mutating func shared(_ place: LocatedSchema, _ body: Expression) throws(GrammarError) -> Expression {
        guard rules.count < Grammar.Limit.rules else {
            throw .tooLarge(what: "rules", limit: Grammar.Limit.rules)
        }
        return .rule(add(Self.name(place.path), body))
    }

    private static func name(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { !["properties", "$defs", "definitions"].contains($0) }
        let name = parts.suffix(3).joined(separator: "-").utf8.map { byte -> UInt8 in
            switch byte {
            case 48...57, 65...90, 97...122: byte
            default: 45
            }
        }
        return "v-" + String(decoding: name.prefix(60), as: UTF8.self)
    }

    private mutating func reference(_ name: String, in place: LocatedSchema) throws(GrammarError) -> Expression {
        if let rule = references[name] { return .rule(rule) }
        let target = try resolver.target(of: name, in: place)
        guard rules.count < Grammar.Limit.rules else { throw .tooLarge(what: "rules", limit: Grammar.Limit.rules) }
        let rule = add(Self.name(target.path) + "-\(rules.count)", .literal([]))
        references[name] = rule
        open.append((rule, target))
        return .rule(rule)
    }

    // MARK: Schemas

    /// What a value that satisfies a schema looks like.
    mutating func expression(_ place: LocatedSchema) throws(GrammarError) -> Expression {
        if let direct = try combined(place) { return direct }
        var choices: [Expression] = []
        for flat in try resolver.alternatives(place) { choices += try self.choices(flat, place) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    /// A schema that is nothing but a reference or a list of alternatives: its parts keep their own rules, which lets
    /// them contain themselves.
    private mutating func combined(_ place: LocatedSchema) throws(GrammarError) -> Expression? {
        guard let object = place.schema.objectValue else { return nil }
        let keywords = object.members.map(\.key).filter {
            !SchemaKeywords.annotations.contains($0) && !$0.hasPrefix("x-")
        }
        guard keywords.count == 1 else { return nil }
        switch keywords[0] {
        case "$ref":
            guard let name = object["$ref"]?.stringValue else { return nil }
            return try reference(name, in: place)
        case "allOf":
            let parts = try resolver.list("allOf", of: place)
            return parts.count == 1 ? try expression(place.part("allOf", "0", parts[0])) : nil
        case "anyOf", "oneOf":
            let parts = try resolver.list(keywords[0], of: place)
            if keywords[0] == "oneOf" {
                var branches: [[JSONObject]] = []
                for (index, part) in parts.enumerated() {
                    branches.append(try resolver.alternatives(place.part("oneOf", "\(index)", part)))
                }
                try resolver.requireDisjoint(branches, place)
            }
            var choices: [Expression] = []
            for (index, part) in parts.enumerated() {
                choices.append(try expression(place.part(keywords[0], "\(index)", part)))
            }
            return .choice(choices)
        default: return nil
        }
    }

    /// What the values of each type look like that a schema without combinations allows.
    private mutating func choices(_ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) -> [Expression] {
        try checkTypes(flat, place)
        let types = SchemaMerger.types(of: flat)
        if let values = SchemaResolver.values(flat) {
            return try listed(values, flat, place).map { Self.value($0) }
        }
        if flat.count == 0 { return [.rule(value())] }
        var choices: [Expression] = []
        for type in JSONType.allCases where types.members.contains(type) {
            switch type {
            case .null: choices.append(JSONText.text("null"))
            case .boolean: choices.append(.choice([JSONText.text("true"), JSONText.text("false")]))
            case .integer, .number:
                if let number = try number(flat, place, isInteger: type == .integer) { choices.append(number) }
            case .string: choices.append(try string(flat, place))
            case .array: if let array = try array(flat, place) { choices.append(array) }
            case .object: if let object = try object(flat, place) { choices.append(object) }
            }
        }
        return choices
    }

    private func checkTypes(_ flat: JSONObject, _ place: LocatedSchema) throws(GrammarError) {
        guard let type = flat["type"] else { return }
        for name in type.arrayValue ?? [type] where name.stringValue.flatMap(JSONType.init) == nil {
            throw place.part("type", type).malformed(
                "one of \(JSONType.allCases.map(\.rawValue).joined(separator: ", "))", name)
        }
    }

    /// The values of an `enum` or `const` that have the schema's type; it may say nothing more about them.
    private func listed(
        _ values: [JSONValue], _ flat: JSONObject, _ place: LocatedSchema
    ) throws(GrammarError) -> [JSONValue] {
        if let list = flat["enum"], list.arrayValue == nil { throw place.part("enum", list).malformed("a list", list) }
        for (keyword, _) in flat.members where SchemaKeywords.types[keyword] != nil && keyword != "format" {
            throw place.unsupported(keyword, "beside a list of values")
        }
        var free = flat
        free["enum"] = nil
        free["const"] = nil
        let types = SchemaMerger.types(of: free)
        let found = values.filter { types.contains(JSONType($0)) }
        guard let both = flat["const"], let list = flat["enum"]?.arrayValue else { return found }
        return list.contains(both) ? found : []
    }

    /// One value, in any of its usual spacings.
    private static func value(_ value: JSONValue) -> Expression {
        switch value {
        case .string(let text): return JSONText.string(text)
        case .array(let elements):
            return JSONText.bracketed("[", joined(elements.map(Self.value)), mayBeEmpty: elements.isEmpty, "]")
        case .object(let object):
            let members = object.members.map { JSONText.member(JSONText.string($0.key), Self.value($0.value)) }
            return JSONText.bracketed("{", joined(members), mayBeEmpty: members.isEmpty, "}")
        case .null, .bool, .number: return JSONText.text("\(value)")
        }
    }

    private static func joined(_ parts: [Expression]) -> Expression? {
        guard let first = parts.first else { return nil }
        return .sequence([first] + parts.dropFirst().map(JSONText.next))
    }

    // MARK: Anything

    /// The rule of any value.
    mutating func value() -> Int {
        if let anyValue { return anyValue }
        let rule = add("value", .literal([]))
        anyValue = rule
        let array: Expression = .sequence([
            .rule(rule), .repetition(JSONText.next(.rule(rule)), minimum: 0, maximum: nil),
        ])
        rules[rule].body =
            Expression.choice([
                anyObject(), JSONText.bracketed("[", array, mayBeEmpty: true, "]"),
                JSONText.quoted(.repetition(JSONText.anyCharacter, minimum: 0, maximum: nil)), JSONText.number,
                JSONText.text("true"), JSONText.text("false"), JSONText.text("null"),
            ]).simplified
        return rule
    }

    private mutating func anyObject() -> Expression {
        let key = JSONText.quoted(.repetition(JSONText.anyCharacter, minimum: 0, maximum: nil))
        let member = JSONText.member(key, .rule(value()))
        let members: Expression = .sequence([
            member, .repetition(JSONText.next(member), minimum: 0, maximum: nil),
        ])
        return JSONText.bracketed("{", members, mayBeEmpty: true, "}")
    }
}

extension Grammar {
    /// The values that a JSON schema allows; see `SchemaCompiler` for what is narrower than JSON Schema.
    ///
    /// - Throws: `malformedSchema`, `unsupportedKeyword` with the keyword's place, `tooLarge`, or what is wrong with a
    ///   `pattern`.
    package init(jsonSchema schema: JSONValue) throws(GrammarError) { self = try SchemaCompiler.compile(schema) }

    /// Any JSON object: what a reply format of "json" asks for.
    package static var jsonObject: Grammar { SchemaCompiler.anyObject() }
}
