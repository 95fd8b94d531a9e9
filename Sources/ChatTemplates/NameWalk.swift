/// Visits the names of statements in the order in which Jinja's compiler does.
struct NameWalk {
    enum Access { case load, store }

    /// Called for each name; returning false ends the walk.
    let visit: (String, Access) -> Bool

    /// Which of `names` the statements use without having stored them before, in the order of their text.
    ///
    /// Jinja decides by this whether a macro takes `caller` or a loop needs `loop`.
    static func undeclared(_ names: Set<String>, in statements: [Statement], defaults: [Expression] = []) -> Set<String>
    {
        var wanted = names
        var found: Set<String> = []
        let walk = NameWalk { name, access in
            if access == .load, wanted.contains(name) {
                found.insert(name)
                return found != wanted
            }
            wanted.remove(name)
            return true
        }
        _ = defaults.allSatisfy(walk.expression) && walk.statements(statements)
        return found
    }

    func statements(_ statements: [Statement]) -> Bool { statements.allSatisfy(statement) }

    private func expressions(_ expressions: [Expression]) -> Bool { expressions.allSatisfy(expression) }

    func expression(_ expression: Expression) -> Bool {
        if case .name(let reference) = expression.kind { return visit(reference.name, .load) }
        return expressions(expression.children)
    }

    private func target(_ target: Target) -> Bool {
        target.storedNames.allSatisfy { visit($0.name, .store) }
    }

    private func macro(_ macro: MacroBody) -> Bool {
        macro.parameters.allSatisfy { visit($0.name, .store) }
            && expressions(macro.parameters.compactMap(\.default)) && statements(macro.body)
    }

    private func statement(_ statement: Statement) -> Bool {
        switch statement {
        case .output(let parts, _): expressions(parts)
        case .assignment(let node): target(node.target) && expression(node.value)
        case .blockAssignment(let node):
            target(node.target) && expressions([node.filter].compactMap { $0 }) && statements(node.body)
        case .loop(let node):
            target(node.target) && expression(node.iterable) && statements(node.body) && statements(node.otherwise)
                && expressions([node.test].compactMap { $0 })
        case .condition(let node):
            node.branches.allSatisfy { expression($0.test) && statements($0.body) } && statements(node.otherwise)
        case .macro(let node): macro(node.body)
        case .callBlock(let node):
            expressions([node.callee].compactMap { $0 } + node.arguments.children) && macro(node.body)
        case .filterBlock(let node): statements(node.body) && expression(node.filter)
        case .with(let node):
            node.bindings.allSatisfy { target($0.target) } && expressions(node.bindings.map(\.value))
                && statements(node.body)
        case .scope(let node): statements(node.body)
        case .block, .breakLoop, .continueLoop, .unavailable: true
        }
    }
}
