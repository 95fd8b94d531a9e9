/// Some of the classes of bytes.
struct ClassSet: Sendable, Equatable {
    private var words = SIMD4<UInt64>()

    static let all = ClassSet(words: SIMD4(repeating: .max))

    init() {}

    private init(words: SIMD4<UInt64>) { self.words = words }

    init(_ classes: ClosedRange<Int>) {
        for byteClass in classes { insert(byteClass) }
    }

    func contains(_ byteClass: Int) -> Bool { words[byteClass >> 6] >> UInt64(byteClass & 63) & 1 == 1 }

    func intersects(_ other: ClassSet) -> Bool { words & other.words != SIMD4() }

    mutating func insert(_ byteClass: Int) { words[byteClass >> 6] |= 1 << UInt64(byteClass & 63) }

    mutating func formUnion(_ other: ClassSet) { words |= other.words }
}

extension Automaton {
    /// The classes of bytes that a node may begin with whose parts' are known; more than these for the rest of a scalar.
    @inline(__always)
    func beginning(of node: Node) -> ClassSet {
        var set = ClassSet()
        switch node.kind {
        case .never, .empty, .mixed: break
        case .text: set.insert(Int(classes.ofByte[Int(texts[Int(node.a)][Int(node.b)])]))
        case .set, .scan, .scalarTail: set = .all
        case .sequence:
            set = beginnings[Int(node.a)]
            if isNullable[Int(node.a)] { set.formUnion(beginnings[Int(node.b)]) }
        case .choice:
            set = beginnings[Int(node.a)]
            set.formUnion(beginnings[Int(node.b)])
        case .repetition: set = beginnings[Int(node.a)]
        case .rule: set = beginnings[Int(bodies[Int(node.a)])]
        }
        return set
    }

    /// Finds the classes of bytes that each of the grammar's own nodes may begin with.
    ///
    /// A node's parts come before it, but a rule's body after the rule: so this goes on until nothing changes, which is
    /// about as often as rules begin with one another.
    mutating func findBeginnings() {
        for state in 0..<State(nodes.count) { beginnings.append(ownBeginning(of: state)) }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for id in beginnings.indices {
                switch nodes[id].kind {
                case .rule, .repetition, .sequence, .choice: break
                default: continue
                }
                let set = beginning(of: nodes[id])
                if set != beginnings[id] { hasChanged = true }
                beginnings[id] = set
            }
        }
        // Scalars that sets begin with have brought nodes for their rests.
        beginnings += repeatElement(.all, count: nodes.count - beginnings.count)
    }

    /// The classes that a node without parts may begin with.
    private mutating func ownBeginning(of state: State) -> ClassSet {
        var set = ClassSet()
        let node = nodes[Int(state)]
        switch node.kind {
        case .text: set.insert(Int(classes.ofByte[Int(texts[Int(node.a)][Int(node.b)])]))
        case .set:
            for byteClass in 0..<classes.count
            where afterFirstByte(classes.bytes[byteClass], set: node.a) != Self.never { set.insert(byteClass) }
        case .scan, .scalarTail: for byteClass in 0..<classes.count { set.insert(byteClass) }
        default: break
        }
        return set
    }
}
