extension Automaton {
    /// States that a text may bring before the arrays have to grow, which takes as long as several masks.
    private static let usualStates = 1 << 11

    /// Makes room for the states of a text, in memory that has been touched.
    mutating func makeRoom() {
        nodes.makeRoom(for: 2 * Self.usualStates, Node(kind: .never))
        isNullable.makeRoom(for: 2 * Self.usualStates, false)
        beginnings.makeRoom(for: 2 * Self.usualStates, .all)
        rows.makeRoom(for: 2 * Self.usualStates, -1)
        transitions.makeRoom(for: Self.usualStates * classes.columnCount, -1)
        let size = Self.tableSize(for: nodes.count + 2 * Self.usualStates)
        if size > table.count { rebuildTable(count: size) }
    }

    /// Whether so many states have gathered that it is time for `compact`.
    var isCrowded: Bool { nodes.count > Limit.nodes || transitions.count > Limit.transitions }

    /// Forgets all states but the grammar's own and those that one consists of; returns that one's new number.
    ///
    /// Everything else can be derived again. A node's parts have smaller numbers than the node itself, so one pass down
    /// marks what is needed and one pass up renumbers it.
    mutating func compact(keeping state: State) -> State {
        var isNeeded = Array(repeating: false, count: nodes.count)
        isNeeded[Int(state)] = true
        for id in stride(from: nodes.count - 1, through: permanentCount, by: -1) where isNeeded[id] {
            for part in parts(of: nodes[id]) { isNeeded[Int(part)] = true }
        }
        let oldNodes = nodes
        let oldNullable = isNullable
        nodes.removeLast(nodes.count - permanentCount)
        isNullable.removeLast(isNullable.count - permanentCount)
        beginnings.removeLast(beginnings.count - permanentCount)
        rows = Array(repeating: -1, count: permanentCount)
        transitions.removeAll()
        merged.removeAll()
        rebuildTable(count: Self.tableSize(for: permanentCount))
        var numbers = Array(State(0)..<State(oldNodes.count))
        for id in permanentCount..<oldNodes.count where isNeeded[id] {
            var node = oldNodes[id]
            switch node.kind {
            case .sequence, .choice:
                node.a = numbers[Int(node.a)]
                node.b = numbers[Int(node.b)]
            case .repetition: node.a = numbers[Int(node.a)]
            default: break
            }
            numbers[id] = intern(node, isNullable: oldNullable[id])
        }
        return numbers[Int(state)]
    }

    private func parts(of node: Node) -> [State] {
        switch node.kind {
        case .sequence, .choice: [node.a, node.b]
        case .repetition: [node.a]
        default: []
        }
    }

    private static func tableSize(for count: Int) -> Int {
        var size = 1 << 10
        while size < count * 2 { size *= 2 }
        return size
    }
}

extension Array {
    fileprivate mutating func makeRoom(for count: Int, _ element: Element) {
        append(contentsOf: repeatElement(element, count: count))
        removeLast(count)
    }
}

extension Automaton {
    /// Whether a state is the free text before a trigger.
    func isFreeText(_ state: State) -> Bool { nodes[Int(state)].kind == .scan }
}
