// Reading the tokens of a part of the trie from a state: one by one, by kinds of bytes, and beside a state whose tokens are
// known.

extension TokenCollector {
    /// Adds the tokens of some nodes, which are whole subtrees below nodes of a depth.
    mutating func walk(
        _ nodes: Range<Int>, above base: Int, from state: Automaton.State, in automaton: inout Automaton,
        into mask: inout TokenMask
    ) {
        guard !nodes.isEmpty, state != Automaton.never, state != Automaton.empty else { return }
        if nodes.count == 1 {
            let index = nodes.lowerBound
            let next = automaton.state(after: state, reading: vocabulary.trie.nodes[index].byte)
            guard next != Automaton.never else { return }
            for position in vocabulary.trie.ownTokens(of: index) { mask.allow(vocabulary.trie.tokens[position]) }
            return
        }
        // Spans, since this is where the time goes.
        let trie = vocabulary.trie
        let all = trie.nodes.span
        let tokens = trie.tokens.span
        let classes = automaton.classes.ofByte
        let classOfByte = classes.span
        var path = path.mutableSpan
        var words = mask.mutableWords
        path[base] = Step(row: automaton.row(of: state), state: state)
        var index = nodes.lowerBound
        while index < nodes.upperBound {
            let node = all[index]
            let depth = Int(node.depth)
            let before = path[depth - 1]
            let byteClass = Int(classOfByte[Int(node.byte)])
            var next = automaton.transitions[before.row + byteClass]
            if next < 0 {
                next = automaton.step(before.state, byteClass)
                if automaton.isExhausted { return }
            }
            guard next != Automaton.never else {
                index = Int(node.end)
                continue
            }
            index += 1
            words.allow(tokens.extracting(Int(node.firstToken)..<Int(all[index].firstToken)))
            if Int(node.end) > index { path[depth] = Step(row: automaton.row(of: next), state: next) }
        }
    }

    /// Adds the tokens of a branch whose first byte is of some kinds. Where the letters of a token lead to several states,
    /// each is followed alone.
    mutating func collect(
        beginningWith kinds: [UInt8], of branch: TokenBranch, from state: Automaton.State,
        in automaton: inout Automaton,
        into mask: inout TokenMask
    ) {
        for (node, before) in walkKinds(kinds, of: branch, from: state, in: &automaton, into: &mask) {
            guard !automaton.isExhausted else { return }
            let next = automaton.state(after: before, reading: vocabulary.trie.nodes[node].byte)
            collect(below: node, from: next, in: &automaton, into: &mask)
        }
    }

    /// The same but for tokens whose letters lead to several states.
    ///
    /// - Returns: the nodes of those in the tokens' trie, with the states in front of them.
    private mutating func walkKinds(
        _ beginnings: [UInt8], of branch: TokenBranch, from state: Automaton.State, in automaton: inout Automaton,
        into mask: inout TokenMask
    ) -> [(node: Int, before: Automaton.State)] {
        var mixed: [(node: Int, before: Automaton.State)] = []
        guard state != Automaton.never, state != Automaton.empty else { return mixed }
        // Spans, since this is where the time goes.
        let kinds = branch.kinds
        let all = kinds.nodes.span
        let tokens = kinds.tokens.span
        let columns = automaton.classes.columnOfKind
        let columnOfKind = columns.span
        var path = path.mutableSpan
        var words = mask.mutableWords
        path[branch.depth] = Step(row: automaton.row(of: state), state: state)
        for root in beginnings.lazy.map({ Int(kinds.roots[Int($0)]) }) where root >= 0 {
            var index = root
            let end = Int(all[root].end)
            while index < end {
                let node = all[index]
                let depth = Int(node.depth)
                let before = path[depth - 1]
                let column = Int(columnOfKind[Int(node.byte)])
                var next = automaton.transitions[before.row + column]
                if next < 0 {
                    next = automaton.step(before.state, column)
                    if automaton.isExhausted { return [] }
                }
                guard next != Automaton.never, next != Automaton.mixed else {
                    if next == Automaton.mixed {
                        for member in kinds.members(of: index) { mixed.append((Int(member), before.state)) }
                    }
                    index = Int(node.end)
                    continue
                }
                let own = Int(node.firstToken)..<Int(all[index + 1].firstToken)
                if own.count >= kinds.maskedCount, let mask = kinds.masks[Int32(index)] {
                    words.formUnion(mask)
                } else {
                    words.allow(tokens.extracting(own))
                }
                index += 1
                if Int(node.end) > index { path[depth] = Step(row: automaton.row(of: next), state: next) }
            }
        }
        return mixed
    }

    /// Changes what can be read of a branch in a state to what can be read in another: walks both side by side, as long as
    /// they are not the same.
    mutating func correct(
        _ mask: inout TokenMask, of known: Automaton.State, to state: Automaton.State, _ branch: TokenBranch,
        in automaton: inout Automaton
    ) {
        let trie = vocabulary.trie
        path[branch.depth] = Step(row: automaton.row(of: state), state: state)
        likePath[branch.depth] = Step(row: automaton.row(of: known), state: known)
        for child in branch.children {
            var index = child.node
            let end = Int(trie.nodes[index].end)
            while index < end {
                let node = trie.nodes[index]
                let depth = Int(node.depth)
                let byteClass = Int(automaton.classes.ofByte[Int(node.byte)])
                let (before, likeBefore) = (path[depth - 1], likePath[depth - 1])
                var next = automaton.transitions[before.row + byteClass]
                if next < 0 { next = automaton.step(before.state, byteClass) }
                var other = automaton.transitions[likeBefore.row + byteClass]
                if other < 0 { other = automaton.step(likeBefore.state, byteClass) }
                if automaton.isExhausted { return }
                if next == other || next == Automaton.never || other == Automaton.never {
                    if next != other { replace(index, child, by: next, in: &automaton, of: &mask) }
                    index = Int(node.end)
                    continue
                }
                index += 1
                if Int(node.end) > index {
                    path[depth] = Step(row: automaton.row(of: next), state: next)
                    likePath[depth] = Step(row: automaton.row(of: other), state: other)
                }
            }
        }
    }

    /// Allows what can be read in a state at a node, of whose tokens so far all are allowed that could be before, or none.
    private mutating func replace(
        _ index: Int, _ child: TokenBranch.Child, by state: Automaton.State, in automaton: inout Automaton,
        of mask: inout TokenMask
    ) {
        let trie = vocabulary.trie
        if state == Automaton.never {
            if index == child.node, let branch = child.branch, vocabulary.branches[branch].isWide {
                mask.subtract(vocabulary.branches[branch].mask)
            } else {
                for token in trie.tokens[trie.allTokens(of: index)] { mask[token] = false }
            }
        } else {
            // The paths above are needed again, those below are not.
            collect(below: index, from: state, in: &automaton, into: &mask)
        }
    }
}
