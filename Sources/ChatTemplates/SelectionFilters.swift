/// Filters that pick or change elements one by one, when they are asked for them; and those that pick a value.
extension Filters {
    static let selections: [String: Filter] = [
        "map": filter(Signature("value", takesMore: true)) { i, a throws(TemplateError) in try i.mapped(a) },
        "select": selecting(by: nil, keeps: true), "reject": selecting(by: nil, keeps: false),
        "selectattr": selecting(by: "attribute", keeps: true),
        "rejectattr": selecting(by: "attribute", keeps: false),
        "default": fallback, "d": fallback,
        "items": filter(Signature("value")) { i, a throws(TemplateError) in
            switch a.value(0) {
            case .undefined: return .iterator(try ValueIterator([]))
            case .dictionary(let mapping):
                return .iterator(
                    ValueIterator(count: mapping.count, depth: mapping.depth + 1) { index throws(TemplateError) in
                        try mapping.item(index)
                    })
            default: throw .invalid("Can only get item pairs from a mapping.")
            }
        },
        "attr": filter(Signature("obj", "name")) { i, a throws(TemplateError) in
            let name = try a.text(1)
            if let value = try i.ownAttribute(a.value(0), name) { return value }
            let description = "attribute " + PythonText.quoted(name.string)
            return .undefined(
                Undefined(.missing(owner: PythonText.quoted(a.value(0).ownerName), description: description)))
        },
    ]

    private static let fallback = filter(
        Signature("value", "default_value", "boolean", required: 1)
    ) { _, a in
        let value = a.value(0)
        return value.isUndefined || (a.flag(2) && !value.isTrue) ? a[1] ?? .emptyText : value
    }

    private static func selecting(by attribute: String?, keeps: Bool) -> Filter {
        filter(Signature("value", takesMore: true)) { i, a throws(TemplateError) in
            try i.selected(a, byAttribute: attribute != nil, keeps: keeps)
        }
    }
}

extension Interpreter {
    /// `map(attribute=…, default=…)` or `map('filter', …)`
    fileprivate func mapped(_ a: Bound) throws(TemplateError) -> Value {
        let source = a.value(0)
        return try deferred(source) { [self] () throws(TemplateError) -> (Value) throws(TemplateError) -> Value? in
            let keywords = a.keywords
            if a.extra.isEmpty, let attribute = keywords.first(where: { $0.name == "attribute" }) {
                if let other = keywords.first(where: { !["attribute", "default"].contains($0.name) }) {
                    throw .invalid("Unexpected keyword argument '\(other.name)'")
                }
                let path = try path(attribute.value)
                var fallback = keywords.first { $0.name == "default" }?.value
                if case .none? = fallback { fallback = nil }
                return { element throws(TemplateError) in try self.follow(path, from: element, default: fallback) }
            }
            guard let first = a.extra.first else { throw .invalid("map requires a filter argument") }
            let name = try calleeName(first, "filter", isKnown: { Filters.table[$0] != nil })
            let arguments = CallArguments(positional: Array(a.extra.dropFirst()), keywords: keywords)
            return { element throws(TemplateError) in try self.filter(name, element, arguments) }
        }
    }

    /// `select`, `reject`, `selectattr` and `rejectattr`
    fileprivate func selected(_ a: Bound, byAttribute: Bool, keeps: Bool) throws(TemplateError) -> Value {
        try deferred(a.value(0)) { [self] () throws(TemplateError) -> (Value) throws(TemplateError) -> Value? in
            var rest = a.extra[...]
            var path: [Value] = []
            if byAttribute {
                guard let attribute = rest.popFirst() else { throw .invalid("Missing parameter for attribute name") }
                path = try self.path(attribute)
            }
            guard let first = rest.popFirst() else {
                return { element throws(TemplateError) in
                    try self.follow(path, from: element).isTrue == keeps ? element : nil
                }
            }
            let arguments = CallArguments(positional: Array(rest), keywords: a.keywords)
            return { element throws(TemplateError) in
                let name = try self.calleeName(first, "test", isKnown: { Tests.table[$0] != nil })
                return try self.test(name, try self.follow(path, from: element), arguments) == keeps ? element : nil
            }
        }
    }

    private func calleeName(
        _ value: Value, _ kind: String, isKnown: (String) -> Bool
    ) throws(TemplateError) -> String {
        guard let name = value.text?.string, isKnown(name) else {
            throw .invalid("No \(kind) named \(try representation(value).string).")
        }
        return name
    }

    /// A generator: `prepare` runs when the first element is asked for, what it returns runs for each element.
    private func deferred(
        _ source: Value, prepare: @escaping () throws(TemplateError) -> (Value) throws(TemplateError) -> Value?
    ) throws(TemplateError) -> Value {
        let depth = source.depth + 1
        guard depth <= Value.depthLimit else {
            throw .limit(line: line, what: "values inside one another", most: Value.depthLimit)
        }
        var state: (iterator: ValueIterator, transform: (Value) throws(TemplateError) -> Value?)?
        return .iterator(
            ValueIterator(depth: depth) { [self] () throws(TemplateError) in
                guard source.isTrue else { return nil }
                if state == nil { state = (try iterator(over: source).iterator, try prepare()) }
                while let element = try state?.iterator.next() {
                    try charge(1)
                    if let result = try state?.transform(element) { return result }
                }
                return nil
            })
    }
}
