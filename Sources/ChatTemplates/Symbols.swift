/// The variables of one scope, found as Jinja's compiler finds them (`jinja2/idtracking.py`).
///
/// What a name means in Jinja depends on the whole scope, not on what ran before: a variable that is set anywhere in
/// a loop's body is the body's own, begins as a copy of the outer one and is gone after each round.
final class Symbols {
    /// The variables of one function: those of all its scopes, told apart by their identifiers.
    final class Function {
        let parent: Function?
        private(set) var indices: [String: Int] = [:]

        init(parent: Function?) { self.parent = parent }

        func index(of identifier: String) -> Int {
            if let index = indices[identifier] { return index }
            indices[identifier] = indices.count
            return indices.count - 1
        }

        var slotCount: Int { indices.count }
    }

    enum Load {
        case parameter
        case resolve(String)
        case alias(String, Function)
        case unset
    }

    let function: Function
    private let parent: Symbols?
    private let prefix: String
    private var references: [String: String] = [:]
    private var loads: [String: Load] = [:]
    private(set) var stores: Set<String> = []

    /// - Parameter tag: Tells the scope's variables from those of others at the same level in the same function.
    init(parent: Symbols?, function: Function, level: Int, tag: String = "") {
        (self.parent, self.function) = (parent, function)
        prefix = "\(tag)\(level) "
        self.level = level
    }

    let level: Int

    private init(copy other: Symbols) {
        (function, parent, prefix, level) = (other.function, other.parent, other.prefix, other.level)
        (references, loads, stores) = (other.references, other.loads, other.stores)
    }

    // MARK: Finding

    /// The identifier of a name and the function in which it lives.
    func find(_ name: String) -> (identifier: String, function: Function)? {
        if let identifier = references[name] { return (identifier, function) }
        return parent?.find(name)
    }

    /// The slot of a name as code of this scope reaches it.
    func slot(of name: String) -> Slot? {
        find(name).map { slot($0.identifier, in: $0.function) }
    }

    private func slot(_ identifier: String, in owner: Function) -> Slot {
        var hops = 0
        var reached: Function? = function
        while let next = reached, next !== owner {
            hops += 1
            reached = next.parent
        }
        return Slot(hops: hops, index: owner.index(of: identifier))
    }

    /// What entering the scope has to do.
    var entry: ScopeEntry {
        var entry = ScopeEntry()
        for (identifier, load) in loads.sorted(by: { $0.key < $1.key }) {
            let index = function.index(of: identifier)
            entry.indices.append(index)
            switch load {
            case .parameter: break
            case .resolve(let name): entry.loads.append((index, .resolve(name)))
            case .alias(let outer, let owner): entry.loads.append((index, .alias(slot(outer, in: owner))))
            case .unset: entry.loads.append((index, .unset))
            }
        }
        return entry
    }

    /// Every name in sight that a scope stores to.
    var visibleStores: [String] {
        Array(stores.union(parent?.visibleStores ?? [])).sorted()
    }

    // MARK: Defining

    @discardableResult
    private func define(_ name: String, _ load: Load) -> String {
        let identifier = prefix + name
        references[name] = identifier
        loads[identifier] = load
        return identifier
    }

    func load(_ name: String) {
        if find(name) == nil { define(name, .resolve(name)) }
    }

    func store(_ name: String) {
        stores.insert(name)
        guard references[name] == nil else { return }
        if let outer = parent?.find(name) {
            define(name, .alias(outer.identifier, outer.function))
        } else {
            define(name, .unset)
        }
    }

    /// The index of a variable that someone else fills in.
    @discardableResult
    func declare(_ name: String) -> Int {
        stores.insert(name)
        return function.index(of: define(name, .parameter))
    }

    /// Takes in what the branches of an `if` store: such a variable may be set or not, and then is the outer one.
    private func merge(_ branches: [Symbols]) {
        let stored = branches.reduce(into: Set<String>()) { $0.formUnion($1.stores) }.subtracting(stores)
        for branch in branches {
            references.merge(branch.references) { $1 }
            loads.merge(branch.loads) { $1 }
            stores.formUnion(branch.stores)
        }
        for name in stored {
            guard let identifier = references[name] else { continue }
            if let outer = parent?.find(name) {
                loads[identifier] = .alias(outer.identifier, outer.function)
            } else {
                loads[identifier] = .resolve(name)
            }
        }
    }

    // MARK: Reading code

    func read(_ expressions: [Expression?]) {
        let walk = NameWalk { [self] name, _ in
            load(name)
            return true
        }
        for expression in expressions { _ = expression.map(walk.expression) }
    }

    func read(_ target: Target) {
        switch target {
        case .name(let reference): store(reference.name)
        case .attribute(let reference, _): load(reference.name)
        case .tuple(let targets): for target in targets { read(target) }
        }
    }

    func declare(_ target: Target) {
        for reference in target.storedNames { declare(reference.name) }
    }

    /// Reads the statements of a scope; the bodies of inner scopes are left to themselves.
    func read(_ statements: [Statement]) {
        for statement in statements { read(statement) }
    }

    private func read(_ statement: Statement) {
        switch statement {
        case .output(let parts, _): read(parts)
        case .assignment(let node):
            read([node.value])
            read(node.target)
        case .blockAssignment(let node): read(node.target)
        case .loop(let node): read([node.iterable])
        case .condition(let node): read(node)
        case .macro(let node): store(node.target.name)
        case .callBlock(let node): read([node.callee] + node.arguments.children)
        case .filterBlock(let node): read([node.filter])
        case .with(let node): read(node.bindings.map(\.value))
        case .block, .scope, .breakLoop, .continueLoop, .unavailable: break
        }
    }

    /// The first branch, all `elif` together, and `else` are one branch each, as Jinja's tree has them.
    private func read(_ node: Condition) {
        guard let first = node.branches.first else { return }
        read([first.test])
        let body = Symbols(copy: self)
        body.read(first.body)
        let others = Symbols(copy: self)
        for branch in node.branches.dropFirst() {
            others.read(Condition(branches: [branch], otherwise: [], line: node.line))
        }
        let otherwise = Symbols(copy: self)
        otherwise.read(node.otherwise)
        merge([body, others, otherwise])
    }
}
