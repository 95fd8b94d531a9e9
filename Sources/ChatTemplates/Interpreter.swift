/// The most that rendering one template may use. Templates come with models from strangers: one that loops or grows
/// without end must fail and not take the process along.
package struct TemplateLimits: Sendable {
    /// Statements, expressions and elements visited.
    package var steps = 50_000_000
    /// Characters of all texts made on the way, in blocks of four.
    package var textBlocks = 64 << 20
    /// Characters of one text, the result included.
    package var textLength = 16 << 20
    /// Expressions, statements and macro calls inside one another.
    package var depth = 600

    package init() {}
}

/// The variables of one call of a function: the template, a macro, a recursive loop.
final class Environment {
    var slots: [Value?]
    let parent: Environment?
    /// Whether something made in it may hold it in turn.
    fileprivate(set) var isHeld = false

    init(slotCount: Int, parent: Environment?) {
        slots = Array(repeating: nil, count: slotCount)
        self.parent = parent
    }

    subscript(slot: Slot) -> Value? {
        get { at(slot.hops).slots[slot.index] }
        set { at(slot.hops).slots[slot.index] = newValue }
    }

    private func at(_ hops: Int) -> Environment {
        var environment = self
        for _ in 0..<hops { environment = environment.parent ?? environment }
        return environment
    }
}

/// A macro with the variables that were in sight where it was defined.
final class Macro {
    let body: MacroBody
    let environment: Environment

    init(body: MacroBody, environment: Environment) {
        self.body = body
        self.environment = environment
    }
}

/// Renders one template once.
final class Interpreter: BoundedInterpreter {
    /// What happens after a statement.
    enum Flow { case next, breakLoop, continueLoop }

    let now: LocalTime
    var budget: RenderingBudget
    private let blocks: [String: NamedBlock]
    private let context: [String: Value]
    /// Variables set at the root, which named blocks see.
    var exported: [String: Value] = [:]

    /// The line of what is evaluated, for errors.
    var line = 0
    private var output = Text()

    /// What can hold itself: emptied in the end, so that nothing is leaked.
    private var heldEnvironments: [Environment] = []
    private var namespaces: [Namespace] = []

    init(blocks: [NamedBlock], context: [String: Value], now: LocalTime, limits: TemplateLimits) {
        self.blocks = Dictionary(blocks.map { ($0.name, $0) }) { first, _ in first }
        self.context = context
        self.now = now
        budget = RenderingBudget(limits)
    }

    /// What the template writes.
    func render(_ root: NamedBlock) throws(TemplateError) -> Text {
        defer { release() }
        do throws(TemplateError) {
            return try render(root, context: nil)
        } catch {
            throw error.at(line: line)
        }
    }

    private func release() {
        for environment in heldEnvironments { environment.slots = [] }
        for namespace in namespaces { namespace.clear() }
    }

    // MARK: Output

    func write(_ text: Text) throws(TemplateError) {
        try charge(symbols: text.count)
        output.append(text)
        try checkLength(output)
    }

    /// What `body` writes, instead of adding it to the output.
    func captured<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> (Result, Text) {
        let outer = output
        output = Text()
        let result = try body()
        let text = output
        output = outer
        return (result, text)
    }

    // MARK: Variables

    func hold(_ namespace: Namespace) { namespaces.append(namespace) }

    /// To be called for an environment that a macro, a loop or an iterator is about to hold.
    func hold(_ environment: Environment) {
        guard !environment.isHeld else { return }
        environment.isHeld = true
        heldEnvironments.append(environment)
    }

    func makeEnvironment(slotCount: Int, parent: Environment?) throws(TemplateError) -> Environment {
        try charge(slotCount)
        return Environment(slotCount: slotCount, parent: parent)
    }

    /// A macro that sees the variables of `environment`.
    func makeMacro(_ body: MacroBody, _ environment: Environment) -> Macro {
        hold(environment)
        return Macro(body: body, environment: environment)
    }

    private func resolve(_ name: String, _ overlay: [String: Value]?) -> Value? {
        overlay?[name] ?? exported[name] ?? context[name] ?? Functions.table[name].map(Value.function)
    }

    /// Sets up the variables of a scope.
    func enter(
        _ entry: ScopeEntry, _ environment: Environment, overlay: [String: Value]? = nil
    ) {
        for (index, load) in entry.loads {
            switch load {
            case .resolve(let name): environment.slots[index] = resolve(name, overlay)
            case .alias(let slot): environment.slots[index] = environment[slot]
            case .unset: environment.slots[index] = nil
            }
        }
    }

    /// Forgets the variables of a scope.
    func leave(_ entry: ScopeEntry, _ environment: Environment) {
        for index in entry.indices { environment.slots[index] = nil }
    }

    func assign(_ value: Value, to target: Target, _ environment: Environment) throws(TemplateError) {
        switch target {
        case .name(let reference):
            if let slot = reference.slot { environment[slot] = value }
        case .attribute(let reference, let name):
            guard let slot = reference.slot, case .namespace(let namespace)? = environment[slot] else {
                throw .invalid("cannot assign attribute on non-namespace object")
            }
            try namespace.set(name, value)
        case .tuple(let targets):
            let values = try elements(value)
            guard values.count == targets.count else {
                throw .invalid(
                    values.count < targets.count
                        ? "not enough values to unpack (expected \(targets.count), got \(values.count))"
                        : "too many values to unpack (expected \(targets.count))")
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target, environment) }
        }
    }

    func export(_ target: Target, _ environment: Environment) {
        guard !blocks.isEmpty else { return }
        for reference in target.storedNames {
            exported[reference.name] = reference.slot.flatMap { environment[$0] }
        }
    }

    // MARK: Named blocks

    /// Renders a block, or the whole template, as the function it is.
    private func render(_ block: NamedBlock, context overlay: [String: Value]?) throws(TemplateError) -> Text {
        let environment = try makeEnvironment(slotCount: block.slotCount, parent: nil)
        enter(block.entry, environment, overlay: overlay)
        if let index = block.selfIndex { environment.slots[index] = .dictionary(try blockReferences()) }
        if let index = block.superIndex {
            let message = "there is no parent block called '\(block.name)'."
            environment.slots[index] = .undefined(Undefined(.hint(message)))
        }
        return try captured { () throws(TemplateError) in try execute(block.body, environment) }.1
    }

    /// `self`: every block of the template as a function that renders it.
    private func blockReferences() throws(TemplateError) -> Mapping {
        let pairs = blocks.keys.sorted().map { name in
            let function = GlobalFunction(name: name, signature: Signature()) {
                interpreter, _ throws(TemplateError) in
                .string(try interpreter.render(blockNamed: name, context: nil))
            }
            return (Value.text(name), Value.function(function))
        }
        return try Mapping(pairs)
    }

    func render(blockNamed name: String, context: [String: Value]?) throws(TemplateError) -> Text {
        guard let block = blocks[name] else { return Text() }
        guard !block.isRequired else { throw .invalid("Required block '\(name)' not found") }
        try enter()
        defer { leave() }
        return try render(block, context: context)
    }
}
