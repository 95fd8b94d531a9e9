/// One item of a repetition, such as a character of a JSON string, as a deterministic automaton over bytes.
///
/// Only for items of which none begins another: then a run of items falls apart into them in one way, and the machine
/// begins anew after each. Machines of equal items are equal whatever grammar they come from.
struct ItemMachine: Sendable, Hashable {
    typealias State = UInt8

    /// No item goes on like this.
    static let dead: State = 0
    /// The item is complete.
    static let complete: State = 1
    /// Nothing of the item has been read.
    static let start: State = 2

    /// Most states; items with more, and those of which one begins another, have no machine.
    private static let largestCount = 64

    /// 256 states for each state.
    private var next: [State]

    /// - Returns: nil for an item that has no machine.
    init?(of item: Automaton.State, in automaton: inout Automaton) {
        var numbers: [Automaton.State: State] = [Automaton.never: Self.dead, Automaton.empty: Self.complete]
        var states = [Automaton.never, Automaton.empty]
        next = Array(repeating: Self.dead, count: 2 * 256)
        func number(_ state: Automaton.State) -> State? {
            if let known = numbers[state] { return known }
            guard !automaton.isNullable[Int(state)], states.count < Self.largestCount else { return nil }
            numbers[state] = State(states.count)
            states.append(state)
            return numbers[state]
        }
        guard number(item) == Self.start else { return nil }
        var read = Int(Self.start)
        while read < states.count {
            var ofClass: [State] = []
            for byteClass in 0..<automaton.classes.count {
                // What is at its beginning again inside an item would be taken for the next item.
                guard let after = number(automaton.step(states[read], byteClass)), after != Self.start else {
                    return nil
                }
                ofClass.append(after)
            }
            next += automaton.classes.ofByte.map { ofClass[Int($0)] }
            read += 1
        }
        guard !automaton.isExhausted else { return nil }
    }

    func state(after state: State, reading byte: UInt8) -> State { next[Int(state) << 8 | Int(byte)] }

    /// Whether an item may begin with a byte.
    func mayBegin(with byte: UInt8) -> Bool { state(after: Self.start, reading: byte) != Self.dead }
}
