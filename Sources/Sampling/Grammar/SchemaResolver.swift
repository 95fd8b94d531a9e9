import JSON

/// A schema and where it stands: a JSON pointer.
struct LocatedSchema {
    let schema: JSONValue
    let path: String

    /// A part of it.
    func part(_ keyword: String, _ schema: JSONValue) -> LocatedSchema {
        LocatedSchema(schema: schema, path: path + "/" + Self.escaped(keyword))
    }

    func part(_ keyword: String, _ name: String, _ schema: JSONValue) -> LocatedSchema {
        LocatedSchema(schema: schema, path: path + "/" + Self.escaped(keyword) + "/" + Self.escaped(name))
    }

    private static func escaped(_ name: String) -> String {
        String(name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) })
    }

    func malformed(_ expected: String, _ found: JSONValue) -> GrammarError {
        .malformedSchema(path: path, expected: expected, found: String("\(found)".prefix(60)))
    }

    func unsupported(_ keyword: String, _ reason: String) -> GrammarError {
        .unsupportedKeyword(path: path + "/" + keyword, keyword: keyword, reason: reason)
    }
}

/// Finds what references mean, and turns a schema into alternatives without references, `allOf`, `anyOf` and `oneOf`.
struct SchemaResolver {
    /// Members of a schema that have to hold together.
    typealias Flat = JSONObject

    let root: JSONValue

    /// Most alternatives that one schema may become.
    static let alternativeLimit = 256

    // MARK: References

    /// The schema that a reference names, inside this document.
    func target(of reference: String, in place: LocatedSchema) throws(GrammarError) -> LocatedSchema {
        guard reference.hasPrefix("#") else {
            throw place.unsupported("$ref", "\"\(reference)\" lies outside the schema")
        }
        var value = root
        for step in reference.dropFirst().split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = Self.unescaped(String(step))
            let next: JSONValue? =
                if let elements = value.arrayValue {
                    Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                } else {
                    value[name]
                }
            guard let next else {
                throw .malformedSchema(
                    path: place.path + "/$ref", expected: "the place of a schema", found: "\"\(reference)\"")
            }
            value = next
        }
        guard reference == "#" || reference.hasPrefix("#/") else {
            throw place.unsupported("$ref", "\"\(reference)\" is no path from the root")
        }
        return LocatedSchema(schema: value, path: String(reference.dropFirst()))
    }

    private static func unescaped(_ step: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(step.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self).replacing("~1", with: "/").replacing("~0", with: "~")
    }

    // MARK: Keywords

    /// Refuses keywords that cannot be kept.
    func check(_ place: LocatedSchema) throws(GrammarError) {
        guard let object = place.schema.objectValue else {
            guard place.schema.boolValue != nil else { throw place.malformed("a schema", place.schema) }
            return
        }
        for (keyword, value) in object.members {
            if SchemaKeywords.annotations.contains(keyword) || SchemaKeywords.general.contains(keyword)
                || keyword.hasPrefix("x-")
            {
                continue
            }
            let isTrivial =
                switch keyword {
                case "uniqueItems": value == false
                case "multipleOf": value.intValue == 1 && object["type"] == "integer"
                default: SchemaKeywords.types[keyword] != nil
                }
            guard isTrivial else { throw place.unsupported(keyword, SchemaKeywords.reason(against: keyword)) }
        }
    }

    // MARK: Alternatives

    /// The schemas of which a valid value satisfies one.
    ///
    /// - Parameter open: references that are being followed.
    func alternatives(_ place: LocatedSchema, open: Set<String> = []) throws(GrammarError) -> [Flat] {
        try check(place)
        guard var base = place.schema.objectValue else {
            return place.schema == true ? [JSONObject()] : []
        }
        for keyword in ["$ref", "allOf", "anyOf", "oneOf"] { base[keyword] = nil }
        for keyword in SchemaKeywords.annotations { base[keyword] = nil }
        var results = [base]
        if let reference = place.schema["$ref"] {
            guard let name = reference.stringValue else { throw place.malformed("a reference as a string", reference) }
            guard !open.contains(name) else { throw place.unsupported("$ref", "a schema consists of itself") }
            let parts = try alternatives(try target(of: name, in: place), open: open.union([name]))
            results = try product(results, parts, place)
        }
        for (index, part) in try list("allOf", of: place).enumerated() {
            let parts = try alternatives(place.part("allOf", "\(index)", part), open: open)
            results = try product(results, parts, place)
        }
        for keyword in ["anyOf", "oneOf"] where place.schema[keyword] != nil {
            var branches: [[Flat]] = []
            for (index, part) in try list(keyword, of: place).enumerated() {
                branches.append(try alternatives(place.part(keyword, "\(index)", part), open: open))
            }
            if keyword == "oneOf" { try requireDisjoint(branches, place) }
            results = try product(results, Array(branches.joined()), place)
        }
        return results
    }

    func list(_ keyword: String, of place: LocatedSchema) throws(GrammarError) -> [JSONValue] {
        guard let value = place.schema[keyword] else { return [] }
        guard let list = value.arrayValue, !list.isEmpty else {
            throw place.part(keyword, value).malformed("a list of schemas", value)
        }
        return list
    }

    private func product(_ ones: [Flat], _ others: [Flat], _ place: LocatedSchema) throws(GrammarError) -> [Flat] {
        guard ones.count * others.count <= Self.alternativeLimit else {
            throw .tooLarge(what: "alternatives of one schema", limit: Self.alternativeLimit)
        }
        var results: [Flat] = []
        for one in ones {
            for other in others {
                if let both = try SchemaMerger(place: place).merged(one, other) { results.append(both) }
            }
        }
        return results
    }

    // MARK: oneOf

    /// A grammar can say "one or both"; "exactly one" is the same only where there are no both.
    func requireDisjoint(_ branches: [[Flat]], _ place: LocatedSchema) throws(GrammarError) {
        for one in branches.indices {
            for other in branches.indices where other > one {
                for left in branches[one] {
                    for right in branches[other] where !areDisjoint(left, right) {
                        throw place.unsupported(
                            "oneOf", "branches \(one) and \(other) may both match; anyOf says so")
                    }
                }
            }
        }
    }

    private func areDisjoint(_ one: Flat, _ other: Flat) -> Bool {
        if SchemaMerger.types(of: one).intersection(SchemaMerger.types(of: other)).members.isEmpty { return true }
        if let left = Self.values(one), let right = Self.values(other) { return !left.contains { right.contains($0) } }
        return Self.required(one).intersection(Self.required(other)).contains { name in
            let left = values(of: one["properties"]?[name])
            let right = values(of: other["properties"]?[name])
            guard let left, let right else { return false }
            return !left.contains { right.contains($0) }
        }
    }

    /// The values that a property may have, if they are listed.
    private func values(of schema: JSONValue?) -> [JSONValue]? {
        guard let schema else { return nil }
        if let reference = schema["$ref"]?.stringValue {
            let place = LocatedSchema(schema: schema, path: "")
            return (try? target(of: reference, in: place)).flatMap { $0.schema.objectValue }.flatMap(Self.values)
        }
        return schema.objectValue.flatMap(Self.values)
    }

    static func values(_ schema: Flat) -> [JSONValue]? {
        schema["const"].map { [$0] } ?? schema["enum"]?.arrayValue
    }

    static func required(_ schema: Flat) -> Set<String> {
        Set((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue))
    }
}
