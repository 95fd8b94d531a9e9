extension Automaton {
    /// The state after a byte.
    mutating func state(after state: State, reading byte: UInt8) -> State {
        step(state, Int(classes.ofByte[Int(byte)]))
    }

    /// The state after a byte of a column; `mixed` if its bytes lead to several.
    mutating func step(_ state: State, _ column: Int) -> State {
        let known = transitions[row(of: state) + column]
        if known >= 0 { return known }
        // Of letters that are alike in this state one derivative is enough.
        let kind = column < classes.count ? Int(classes.kindOfClass[column]) : column
        let alike = kind == column ? Self.mixed : step(state, kind)
        let next = alike == Self.mixed ? derivative(of: state, by: column, depth: 0) : alike
        // The row may have been made by another, but it does not move.
        if !isExhausted { transitions[row(of: state) + column] = next }
        return next
    }

    /// Where a state's transitions begin.
    mutating func row(of state: State) -> Int {
        if rows[Int(state)] >= 0 { return Int(rows[Int(state)]) }
        let row = transitions.count
        if row > 2 * Limit.transitions { isExhausted = true }
        rows[Int(state)] = Int32(row)
        transitions.append(contentsOf: repeatElement(-1, count: classes.columnCount))
        return row
    }

    /// What remains of an expression after a byte of a column.
    private mutating func derivative(of id: State, by column: Int, depth: Int) -> State {
        work += 1
        if work > Limit.work { isExhausted = true }
        if !beginnings[Int(id)].intersects(classes.ofColumn[column]) { return Self.never }
        let node = nodes[Int(id)]
        switch node.kind {
        case .never, .empty, .mixed: return Self.never
        case .set: return afterFirstByte(classes.bytes[column], set: node.a)
        case .scalarTail: return afterContinuation(classes.bytes[column].lowerBound, node)
        case .text: return afterText(classes.bytes[column], node)
        case .scan: return afterFreeText(classes.bytes[column], node.a)
        case .sequence, .choice, .repetition, .rule: break
        }
        let known = transitions[row(of: id) + column]
        if known >= 0 { return known }
        guard depth < Limit.depth, !isExhausted else {
            isExhausted = true
            return Self.never
        }
        let result: State
        switch node.kind {
        case .rule: result = derivative(of: bodies[Int(node.a)], by: column, depth: depth + 1)
        case .repetition:
            let first = derivative(of: node.a, by: column, depth: depth + 1)
            result = first == Self.never ? first : sequence(first, rest(of: node))
        case .choice: result = derivativeOfChoice(id, column, depth)
        default: result = derivativeOfSequence(id, column, depth)
        }
        if !isExhausted { transitions[row(of: id) + column] = result }
        return result
    }

    /// A repetition after one more of its part.
    mutating func rest(of node: Node) -> State {
        repetition(node.a, minimum: max(node.b - 1, 0), maximum: node.c < 0 ? -1 : node.c - 1)
    }

    private mutating func derivativeOfChoice(_ id: State, _ column: Int, _ depth: Int) -> State {
        let base = scratch.count
        var rest = id
        while nodes[Int(rest)].kind == .choice {
            push(derivative(of: nodes[Int(rest)].a, by: column, depth: depth + 1))
            rest = nodes[Int(rest)].b
        }
        push(derivative(of: rest, by: column, depth: depth + 1))
        guard !scratch[base...].contains(Self.mixed) else {
            scratch.removeLast(scratch.count - base)
            return Self.mixed
        }
        return choice(from: base)
    }

    /// What follows parts that may be empty counts too: from the last such part back to the first, so that a derivative
    /// found for the rest of a sequence serves all sequences with that rest.
    private mutating func derivativeOfSequence(_ id: State, _ column: Int, _ depth: Int) -> State {
        let base = scratch.count
        var rest = id
        var result = Self.never
        while true {
            let node = nodes[Int(rest)]
            guard node.kind == .sequence else {
                result = derivative(of: rest, by: column, depth: depth + 1)
                break
            }
            let known = transitions[row(of: rest) + column]
            if known >= 0 {
                result = known
                break
            }
            scratch.append(rest)
            guard isNullable[Int(node.a)] else { break }
            rest = node.b
        }
        while scratch.count > base {
            let member = scratch.removeLast()
            let node = nodes[Int(member)]
            let first = derivative(of: node.a, by: column, depth: depth + 1)
            result = either(first == Self.never ? first : sequence(first, node.b), or: result)
            if !isExhausted { transitions[row(of: member) + column] = result }
        }
        return result
    }

    private mutating func either(_ one: State, or other: State) -> State {
        if one == Self.never { return other }
        if other == Self.never { return one }
        if one == Self.mixed || other == Self.mixed { return Self.mixed }
        let base = scratch.count
        push(one)
        push(other)
        return choice(from: base)
    }

    private mutating func afterText(_ bytes: ClosedRange<UInt8>, _ node: Node) -> State {
        guard bytes.contains(texts[Int(node.a)][Int(node.b)]) else { return Self.never }
        guard bytes.count == 1 else { return Self.mixed }
        guard Int(node.b) + 1 < texts[Int(node.a)].count else { return Self.empty }
        return intern(Node(kind: .text, a: node.a, b: node.b + 1), isNullable: false)
    }

    private mutating func afterFreeText(_ bytes: ClosedRange<UInt8>, _ scanned: Int32) -> State {
        guard let scanner else { return Self.never }
        guard bytes.count == 1 || scanner.bytes.allSatisfy({ !bytes.contains($0) }) else { return Self.mixed }
        guard let next = scanner.state(after: scanned, reading: bytes.lowerBound) else { return triggered }
        return intern(Node(kind: .scan, a: next), isNullable: scanner.mayEnd)
    }

    // MARK: UTF-8

    mutating func afterFirstByte(_ bytes: ClosedRange<UInt8>, set: Int32) -> State {
        let byte = bytes.lowerBound
        return switch byte {
        case 0..<0x80:
            switch sets[Int(set)].coverage(of: UInt32(byte)...UInt32(bytes.upperBound)) {
            case .all: Self.empty
            case .some: Self.mixed
            case .none: Self.never
            }
        case 0xC2...0xDF: scalarTail(set, bits: UInt32(byte & 0x1F), remaining: 1, of: 2)
        case 0xE0...0xEF: scalarTail(set, bits: UInt32(byte & 0x0F), remaining: 2, of: 3)
        case 0xF0...0xF4: scalarTail(set, bits: UInt32(byte & 0x07), remaining: 3, of: 4)
        default: Self.never
        }
    }

    private mutating func afterContinuation(_ byte: UInt8, _ node: Node) -> State {
        guard byte & 0xC0 == 0x80 else { return Self.never }
        let remaining = node.c & 7
        let bits = node.a < 0 ? 0 : UInt32(bitPattern: node.b) << 6 | UInt32(byte & 0x3F)
        return scalarTail(node.a, bits: bits, remaining: remaining - 1, of: node.c >> 3)
    }

    /// What is left of a scalar that begins with these bits. Scalars that all belong to the set, or that none of which
    /// does, are told apart at once, so that nobody waits for the bytes of an impossible one.
    private mutating func scalarTail(_ set: Int32, bits: UInt32, remaining: Int32, of length: Int32) -> State {
        if set < 0 { return remaining == 0 ? Self.empty : anyTail(remaining) }
        let shift = UInt32(remaining) * 6
        // Shorter forms have no longer spelling, and UTF-8 ends where Unicode does.
        let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        let low = max(bits << shift, smallest)
        let high = min(bits << shift | (1 << shift - 1), 0x10_FFFF)
        guard low <= high else { return Self.never }
        let isWhole = low == bits << shift && high == bits << shift | (1 << shift - 1)
        switch sets[Int(set)].coverage(of: low...high) {
        case .none: return Self.never
        case .all where isWhole: return remaining == 0 ? Self.empty : anyTail(remaining)
        default:
            return intern(
                Node(kind: .scalarTail, a: set, b: Int32(bitPattern: bits), c: remaining | length << 3),
                isNullable: false)
        }
    }

    private mutating func anyTail(_ remaining: Int32) -> State {
        intern(Node(kind: .scalarTail, a: -1, c: remaining), isNullable: false)
    }
}
