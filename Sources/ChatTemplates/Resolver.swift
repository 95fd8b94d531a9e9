/// Gives every name of a template its slot, and finds what Jinja's compiler would refuse.
final class Resolver {
    /// The scope that code lies in, and what is special about the place.
    private struct Frame {
        let symbols: Symbols
        /// At the root, or in an `if` there: what is set is seen by named blocks.
        var isTopLevel = false
        /// In an `if` of the same scope: a filter that does not exist is only an error when it is reached.
        var isSoft = false

        func inner(function: Symbols.Function? = nil, tag: String = "") -> Frame {
            Frame(
                symbols: Symbols(
                    parent: symbols, function: function ?? symbols.function, level: symbols.level + 1, tag: tag))
        }

        var soft: Frame {
            var frame = self
            frame.isSoft = true
            return frame
        }
    }

    private var blocks: [NamedBlock] = []
    private var tagCount = 0

    /// The template as one block without a name, and its named blocks.
    static func resolve(_ statements: [Statement]) throws(TemplateError) -> (root: NamedBlock, blocks: [NamedBlock]) {
        let resolver = Resolver()
        let header = NamedBlock.Header(name: "", isScoped: false, isRequired: false, line: 1)
        let root = NamedBlock(header, body: statements)
        try resolver.resolve(block: root, isRoot: true)
        var done = 0
        while done < resolver.blocks.count {
            try resolver.resolve(block: resolver.blocks[done], isRoot: false)
            done += 1
        }
        return (root, resolver.blocks)
    }

    private func resolve(block: NamedBlock, isRoot: Bool) throws(TemplateError) {
        let function = Symbols.Function(parent: nil)
        let symbols = Symbols(parent: nil, function: function, level: 0)
        let special = NameWalk.undeclared(isRoot ? ["self"] : ["self", "super"], in: block.body)
        if special.contains("self") { block.selfIndex = symbols.declare("self") }
        if special.contains("super") { block.superIndex = symbols.declare("super") }
        symbols.read(block.body)
        block.entry = symbols.entry
        try visit(block.body, Frame(symbols: symbols, isTopLevel: isRoot))
        block.slotCount = function.slotCount
    }

    // MARK: Expressions

    private func visit(_ expression: Expression?, _ frame: Frame) throws(TemplateError) {
        guard let expression else { return }
        var frame = frame
        switch expression.kind {
        case .name(let reference): try resolve(reference, frame)
        case .conditional: frame = frame.soft
        case .filter(_, let name, _): try check(Filters.table[name] != nil, "filter", name, expression.line, frame)
        case .test(_, let name, _): try check(Tests.table[name] != nil, "test", name, expression.line, frame)
        default: break
        }
        for child in expression.children { try visit(child, frame) }
    }

    private func check(
        _ exists: Bool, _ kind: String, _ name: String, _ line: Int, _ frame: Frame
    ) throws(TemplateError) {
        guard exists || frame.isSoft else { throw .syntax(line: line, message: "No \(kind) named '\(name)'.") }
    }

    private func resolve(_ reference: NameReference, _ frame: Frame) throws(TemplateError) {
        guard let slot = frame.symbols.slot(of: reference.name) else {
            throw .syntax(line: reference.line, message: "'\(reference.name)' is not known in this scope")
        }
        reference.slot = slot
    }

    private func resolve(_ target: Target, _ frame: Frame) throws(TemplateError) {
        for reference in target.names { try resolve(reference, frame) }
    }

    // MARK: Statements

    private func visit(_ statements: [Statement], _ frame: Frame) throws(TemplateError) {
        for statement in statements { try visit(statement, frame) }
    }

    private func visit(_ statement: Statement, _ frame: Frame) throws(TemplateError) {
        switch statement {
        case .output(let parts, _): for part in parts { try visit(part, frame) }
        case .assignment(let node):
            try resolve(node.target, frame)
            try visit(node.value, frame)
            node.isExported = frame.isTopLevel
        case .blockAssignment(let node): try visit(node, frame)
        case .loop(let node): try visit(node, frame)
        case .condition(let node):
            for branch in node.branches {
                try visit(branch.test, frame.soft)
                try visit(branch.body, frame.soft)
            }
            try visit(node.otherwise, frame.soft)
        case .macro(let node):
            try resolve(node.target, frame)
            node.isExported = frame.isTopLevel
            try visit(node.body, frame)
        case .callBlock(let node):
            try visit(node.callee, frame)
            for argument in node.arguments.children { try visit(argument, frame) }
            try visit(node.body, frame)
        case .filterBlock(let node):
            let inner = frame.inner()
            inner.symbols.read(node.body)
            inner.symbols.read([node.filter])
            node.entry = inner.symbols.entry
            try visit(node.body, inner)
            try visit(node.filter, inner)
        case .with(let node): try visit(node, frame)
        case .block(let node): try visit(node, frame)
        case .scope(let node):
            let inner = frame.inner()
            inner.symbols.read(node.body)
            node.entry = inner.symbols.entry
            try visit(node.body, inner)
        case .breakLoop, .continueLoop, .unavailable: break
        }
    }

    private func visit(_ node: BlockAssignment, _ frame: Frame) throws(TemplateError) {
        let inner = frame.inner()
        inner.symbols.read(node.body)
        node.entry = inner.symbols.entry
        try visit(node.body, inner)
        try visit(node.filter, inner)
        try resolve(node.target, frame)
        node.isExported = frame.isTopLevel
    }

    private func visit(_ node: WithBlock, _ frame: Frame) throws(TemplateError) {
        let inner = frame.inner()
        for binding in node.bindings { inner.symbols.declare(binding.target) }
        inner.symbols.read(node.body)
        node.entry = inner.symbols.entry
        for binding in node.bindings {
            try resolve(binding.target, inner)
            try visit(binding.value, frame)
        }
        try visit(node.body, inner)
    }

    private func visit(_ node: NamedBlock, _ frame: Frame) throws(TemplateError) {
        guard !blocks.contains(where: { $0.name == node.name }) else {
            throw .syntax(line: node.line, message: "block '\(node.name)' defined twice")
        }
        blocks.append(node)
        guard node.isScoped else { return }
        node.visible = frame.symbols.visibleStores.compactMap { name in
            frame.symbols.slot(of: name).map { (name, $0) }
        }
    }

    private func visit(_ node: ForLoop, _ frame: Frame) throws(TemplateError) {
        let function = node.isRecursive ? Symbols.Function(parent: frame.symbols.function) : frame.symbols.function
        let body = frame.inner(function: function)
        tagCount += 1
        let test = frame.inner(function: function, tag: "test \(tagCount) ")
        let otherwise = frame.inner(function: function)

        let wantsLoop = !NameWalk.undeclared(["loop"], in: node.body).isEmpty || containsScopedBlock(node)
        if node.isRecursive || wantsLoop { node.loopIndex = body.symbols.declare("loop") }
        body.symbols.declare(node.target)
        body.symbols.read(node.body)
        otherwise.symbols.read(node.otherwise)
        test.symbols.declare(node.testTarget)
        test.symbols.read([node.test])
        try checkLoopIsKept(node)

        node.bodyEntry = body.symbols.entry
        node.otherwiseEntry = otherwise.symbols.entry
        node.testEntry = test.symbols.entry
        try visit(node.iterable, frame)
        try resolve(node.testTarget, test)
        try visit(node.test, test)
        try resolve(node.target, body)
        try visit(node.body, body)
        try visit(node.otherwise, otherwise)
        node.slotCount = function.slotCount
    }

    private func containsScopedBlock(_ node: ForLoop) -> Bool {
        node.body.contains { statement in
            if case .block(let block) = statement { block.isScoped } else { false }
        }
    }

    private func checkLoopIsKept(_ node: ForLoop) throws(TemplateError) {
        var isKept = true
        let walk = NameWalk { name, access in
            isKept = isKept && !(name == "loop" && access == .store)
            return isKept
        }
        _ = walk.statements([.loop(node)])
        guard isKept else {
            throw .syntax(line: node.line, message: "Can't assign to special loop variable in for-loop target")
        }
    }

    // MARK: Macros

    private func visit(_ node: MacroBody, _ frame: Frame) throws(TemplateError) {
        let function = Symbols.Function(parent: frame.symbols.function)
        let inner = frame.inner(function: function)
        let symbols = inner.symbols
        node.parameterIndices = node.parameters.map { symbols.declare($0.name) }
        let used = NameWalk.undeclared(["caller", "kwargs", "varargs"], in: node.body)
        let parameters = Set(node.parameters.map(\.name))
        if used.contains("caller") {
            if let explicit = node.parameters.first(where: { $0.name == "caller" }) {
                guard explicit.default != nil else {
                    throw .syntax(
                        line: node.line,
                        message: "When defining macros or call blocks the special \"caller\" argument "
                            + "must be omitted or be given a default.")
                }
            } else {
                node.callerIndex = symbols.declare("caller")
            }
        }
        if used.contains("kwargs"), !parameters.contains("kwargs") { node.keywordsIndex = symbols.declare("kwargs") }
        if used.contains("varargs"), !parameters.contains("varargs") { node.extraIndex = symbols.declare("varargs") }
        symbols.read(node.parameters.map(\.default))
        symbols.read(node.body)
        node.entry = symbols.entry
        for parameter in node.parameters { try visit(parameter.default, inner) }
        try visit(node.body, inner)
        node.slotCount = function.slotCount
    }
}
