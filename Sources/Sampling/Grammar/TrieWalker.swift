/// Finds the tokens that an automaton can read: walks their trie and skips all that begin with what it cannot.
struct TrieWalker: Sendable {
    /// Rows and states along the path to the present node.
    private var rows: [Int]
    private var states: [Automaton.State]

    init(_ vocabulary: ConstraintVocabulary) {
        let depth = ([vocabulary.trie] + vocabulary.slices.map(\.trie)).map(\.depth).max() ?? 0
        rows = Array(repeating: 0, count: depth + 1)
        states = Array(repeating: Automaton.never, count: depth + 1)
    }

    /// Adds every token that can be read in a state to a mask.
    mutating func collect(
        _ vocabulary: ConstraintVocabulary, from state: Automaton.State, in automaton: inout Automaton,
        into mask: inout TokenMask
    ) {
        guard state != Automaton.never, state != Automaton.empty else { return }
        let run = automaton.plainRun(from: state, limit: vocabulary.slices.last?.longest ?? 0)
        for slice in vocabulary.slices {
            if run >= slice.longest {
                mask.formUnion(slice.mask)
            } else {
                walk(slice.trie, from: state, in: &automaton, into: &mask)
            }
        }
        walk(vocabulary.trie, from: state, in: &automaton, into: &mask)
    }

    private mutating func walk(
        _ trie: TokenTrie, from state: Automaton.State, in automaton: inout Automaton, into mask: inout TokenMask
    ) {
        rows[0] = automaton.row(of: state)
        states[0] = state
        var index = 0
        let count = trie.count
        while index < count {
            let node = trie.nodes[index]
            let depth = Int(node.depth)
            let byteClass = Int(automaton.classes.ofByte[Int(node.byte)])
            var next = automaton.transitions[rows[depth - 1] + byteClass]
            if next < 0 {
                next = automaton.step(states[depth - 1], byteClass)
                if automaton.isExhausted { return }
            }
            guard next != Automaton.never else {
                index = Int(node.end)
                continue
            }
            let lastToken = Int(trie.nodes[index + 1].firstToken)
            for position in Int(node.firstToken)..<lastToken { mask.allow(trie.tokens[position]) }
            index += 1
            if Int(node.end) > index {
                rows[depth] = automaton.row(of: next)
                states[depth] = next
            }
        }
    }
}

extension Automaton {
    /// How many plain characters can be read, whichever they are, up to a limit.
    mutating func plainRun(from start: State, limit: Int) -> Int {
        var state = start
        for length in 0..<limit {
            guard let next = stateAfterAnyPlain(state) else { return length }
            if next == state { return limit }
            state = next
        }
        return limit
    }

    /// The state after one plain character, if it is the same after all of them.
    private mutating func stateAfterAnyPlain(_ state: State) -> State? {
        var common: State?
        var open: [OpenScalar] = []
        for (byteClass, byte) in classes.examples.enumerated() where ConstraintVocabulary.isPlain(byte) {
            guard let length = Self.scalarLength(firstByte: byte) else { continue }
            let next = step(state, byteClass)
            if next == Self.never || isExhausted { return nil }
            if length > 1 {
                open.append(OpenScalar(state: next, remaining: length - 1, firstByte: byte))
            } else if common == nil {
                common = next
            } else if next != common {
                return nil
            }
        }
        while let scalar = open.popLast() {
            // Sets that tell scalars beyond ASCII apart have many such states: then it is not worth the while.
            guard open.count < 64 else { return nil }
            for (byteClass, byte) in classes.examples.enumerated() where scalar.mayContinue(with: byte) {
                let next = step(scalar.state, byteClass)
                if next == Self.never { return nil }
                if scalar.remaining == 1 {
                    if next != common { return nil }
                } else {
                    let longer = OpenScalar(state: next, remaining: scalar.remaining - 1, firstByte: 0)
                    if !open.contains(longer) { open.append(longer) }
                }
            }
        }
        return isExhausted ? nil : common
    }

    /// A state inside a scalar.
    private struct OpenScalar: Equatable {
        let state: State
        let remaining: Int
        /// The byte before, if it is the scalar's first.
        let firstByte: UInt8

        /// Whether a byte may come next in well-formed UTF-8 (Unicode, table 3-7).
        func mayContinue(with byte: UInt8) -> Bool {
            switch firstByte {
            case 0xE0: 0xA0...0xBF ~= byte
            case 0xED: 0x80...0x9F ~= byte
            case 0xF0: 0x90...0xBF ~= byte
            case 0xF4: 0x80...0x8F ~= byte
            default: 0x80...0xBF ~= byte
            }
        }
    }

    private static func scalarLength(firstByte byte: UInt8) -> Int? {
        switch byte {
        case 0..<0x80: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: nil
        }
    }
}
