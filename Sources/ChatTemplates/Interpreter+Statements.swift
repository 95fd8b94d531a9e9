extension Interpreter {
    func execute(_ statements: [Statement], _ environment: Environment) throws(TemplateError) -> Flow {
        for statement in statements {
            try charge(1)
            let flow = try execute(statement, environment)
            if flow != .next { return flow }
        }
        return .next
    }

    private func execute(_ statement: Statement, _ environment: Environment) throws(TemplateError) -> Flow {
        try enter()
        defer { leave() }
        switch statement {
        case .output(let parts, let line): try output(parts, line, environment)
        case .assignment(let node): try assign(node, environment)
        case .blockAssignment(let node): return try assign(node, environment)
        case .loop(let node): return try run(node, environment)
        case .condition(let node): return try run(node, environment)
        case .macro(let node): define(node, environment)
        case .callBlock(let node): try run(node, environment)
        case .filterBlock(let node): return try run(node, environment)
        case .with(let node): return try run(node, environment)
        case .block(let node): try run(node, environment)
        case .scope(let node):
            enter(node.entry, environment)
            let flow = try execute(node.body, environment)
            leave(node.entry, environment)
            return flow
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        case .unavailable(let tag, let line):
            throw .unsupported(line: line, what: "\(tag): there are no other templates")
        }
        return .next
    }

    private func output(_ parts: [Expression], _ line: Int, _ environment: Environment) throws(TemplateError) {
        for part in parts {
            self.line = part.line
            if case .constant(.string(let text)) = part.kind {
                try write(text)
            } else {
                try write(try string(try evaluate(part, environment)))
            }
        }
    }

    // MARK: Assignments

    private func assign(_ node: Assignment, _ environment: Environment) throws(TemplateError) {
        line = node.line
        try checkNamespaces(node.target, environment)
        try assign(try evaluate(node.value, environment), to: node.target, environment)
        if node.isExported { export(node.target, environment) }
    }

    /// Attributes can only be set on namespaces, which Jinja checks before it evaluates the value.
    private func checkNamespaces(_ target: Target, _ environment: Environment) throws(TemplateError) {
        switch target {
        case .name: break
        case .tuple(let targets): for target in targets { try checkNamespaces(target, environment) }
        case .attribute(let reference, _):
            if let slot = reference.slot, case .namespace? = environment[slot] { return }
            throw .invalid("cannot assign attribute on non-namespace object")
        }
    }

    private func assign(_ node: BlockAssignment, _ environment: Environment) throws(TemplateError) -> Flow {
        enter(node.entry, environment)
        defer { leave(node.entry, environment) }
        let (flow, text) = try captured { () throws(TemplateError) in try execute(node.body, environment) }
        guard flow == .next else { return flow }
        line = node.line
        var value = Value.string(text)
        if let filter = node.filter { value = try evaluate(filter, environment, body: text) }
        try assign(value, to: node.target, environment)
        if node.isExported { export(node.target, environment) }
        return .next
    }

    private func define(_ node: MacroDefinition, _ environment: Environment) {
        let macro = Value.macro(makeMacro(node.body, environment))
        if let slot = node.target.slot { environment[slot] = macro }
        if node.isExported { export(.name(node.target), environment) }
    }

    // MARK: Bodies

    private func run(_ node: Condition, _ environment: Environment) throws(TemplateError) -> Flow {
        line = node.line
        for branch in node.branches where try evaluate(branch.test, environment).isTrue {
            return try execute(branch.body, environment)
        }
        return try execute(node.otherwise, environment)
    }

    private func run(_ node: CallBlock, _ environment: Environment) throws(TemplateError) {
        let caller = makeMacro(node.body, environment)
        guard let callee = node.callee else {
            return try write(try call(caller, CallArguments()))
        }
        line = callee.line
        let function = try evaluate(callee, environment)
        var arguments = try evaluate(node.arguments, environment)
        guard !arguments.keywords.contains(where: { $0.name == "caller" }) else {
            throw .invalid("got multiple values for keyword argument 'caller'")
        }
        arguments.keywords.append(("caller", .macro(caller)))
        try write(try string(try call(function, arguments)))
    }

    private func run(_ node: FilterBlock, _ environment: Environment) throws(TemplateError) -> Flow {
        enter(node.entry, environment)
        defer { leave(node.entry, environment) }
        let (flow, text) = try captured { () throws(TemplateError) in try execute(node.body, environment) }
        guard flow == .next else { return flow }
        try write(try string(try evaluate(node.filter, environment, body: text)))
        return .next
    }

    private func run(_ node: WithBlock, _ environment: Environment) throws(TemplateError) -> Flow {
        line = node.line
        enter(node.entry, environment)
        defer { leave(node.entry, environment) }
        for binding in node.bindings {
            try assign(try evaluate(binding.value, environment), to: binding.target, environment)
        }
        return try execute(node.body, environment)
    }

    private func run(_ node: NamedBlock, _ environment: Environment) throws(TemplateError) {
        line = node.line
        var context: [String: Value]?
        if node.isScoped {
            context = [:]
            for (name, slot) in node.visible { context?[name] = environment[slot] }
        }
        try write(try render(blockNamed: node.name, context: context))
    }

    // MARK: Loops

    private func run(_ node: ForLoop, _ environment: Environment) throws(TemplateError) -> Flow {
        line = node.line
        let elements = try evaluate(node.iterable, environment)
        if node.isRecursive {
            try write(try recurse(node, elements, depth: 0, environment))
            return .next
        }
        return try run(node, elements, depth: 0, environment)
    }

    /// Runs a recursive loop for some elements, with variables of its own.
    private func recurse(
        _ node: ForLoop, _ elements: Value, depth: Int, _ outer: Environment
    ) throws(TemplateError) -> Text {
        try enter()
        defer { leave() }
        let environment = try makeEnvironment(slotCount: node.slotCount, parent: outer)
        return try captured { () throws(TemplateError) in
            try run(node, elements, depth: depth, environment)
        }.1
    }

    private func run(
        _ node: ForLoop, _ elements: Value, depth: Int, _ environment: Environment
    ) throws(TemplateError) -> Flow {
        var (iterator, count) = try iterator(over: elements)
        if let test = node.test {
            iterator = selected(iterator, node, test, environment)
            count = nil
        }
        let isEmpty: Bool
        if let index = node.loopIndex {
            var recurse: ((Value, Int) throws(TemplateError) -> Value)?
            if node.isRecursive, let outer = environment.parent {
                hold(environment)
                recurse = { [self] elements, depth throws(TemplateError) in
                    .string(try self.recurse(node, elements, depth: depth, outer))
                }
            }
            let loop = try LoopState(iterator, count: count, depth0: depth, recurse: recurse)
            isEmpty = try rounds(node, environment, loop: (loop, index), loop.next)
        } else {
            isEmpty = try rounds(node, environment, loop: nil, iterator.next)
        }
        leave(node.bodyEntry, environment)
        guard isEmpty, !node.otherwise.isEmpty else { return .next }
        enter(node.otherwiseEntry, environment)
        defer { leave(node.otherwiseEntry, environment) }
        return try execute(node.otherwise, environment)
    }

    /// Runs the body for each element; true if it never ran to its end.
    ///
    /// Jinja takes a loop for empty until a round is complete: `break` in the first round leads to `else`.
    private func rounds(
        _ node: ForLoop, _ environment: Environment, loop: (state: LoopState, index: Int)?,
        _ next: ValueIterator.Step
    ) throws(TemplateError) -> Bool {
        var isEmpty = true
        while let element = try next() {
            try charge(1)
            if let loop { environment.slots[loop.index] = .loop(loop.state) }
            try assign(element, to: node.target, environment)
            enter(node.bodyEntry, environment)
            let flow = try execute(node.body, environment)
            if flow == .breakLoop { break }
            if flow == .next { isEmpty = false }
        }
        return isEmpty
    }

    /// The elements that pass a loop's test, each tested when it is its turn.
    private func selected(
        _ iterator: ValueIterator, _ node: ForLoop, _ test: Expression, _ environment: Environment
    ) -> ValueIterator {
        enter(node.testEntry, environment)
        hold(environment)
        return ValueIterator(depth: iterator.depth + 1) { [self] () throws(TemplateError) in
            while let element = try iterator.next() {
                try charge(1)
                try assign(element, to: node.testTarget, environment)
                if try evaluate(test, environment).isTrue { return element }
            }
            return nil
        }
    }
}
