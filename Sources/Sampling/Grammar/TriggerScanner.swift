/// Free text before a grammar: what ends it, and whether the text may end within it.
package struct TextTrigger: Sendable, Equatable {
    /// Texts after which the grammar begins; not empty.
    package var texts: [String]
    /// Tokens after which the grammar begins, for tags that have a token and no text.
    package var tokens: Set<Int32> = []
    /// Whether the text may end before any trigger: a tool call that may never come. Otherwise the grammar must follow,
    /// as an answer after thinking.
    package var mayEnd: Bool
    /// White space that may stand between trigger and grammar.
    package var allowsSpace = false

    package init(texts: [String], mayEnd: Bool) {
        self.texts = texts
        self.mayEnd = mayEnd
    }

    /// Most triggers, and most bytes of one.
    static let largestCount = 64
    static let largestLength = 256

    /// What may stand between trigger and grammar, then the grammar.
    func expression(before grammar: Grammar.Expression) -> Grammar.Expression {
        guard allowsSpace else { return grammar }
        let space: [Unicode.Scalar] = [" ", "\n", "\r", "\t"]
        return .sequence([.repetition(.set(CodePointSet(space)), minimum: 0, maximum: 8), grammar])
    }

    func check() throws(GrammarError) {
        guard texts.count <= Self.largestCount else { throw .tooLarge(what: "triggers", limit: Self.largestCount) }
        guard texts.allSatisfy({ $0.utf8.count <= Self.largestLength }) else {
            throw .tooLarge(what: "bytes of a trigger", limit: Self.largestLength)
        }
        guard texts.contains(where: { !$0.isEmpty }) || !tokens.isEmpty else { throw .matchesNothing }
    }
}

/// Finds the first of several texts, byte by byte (Aho and Corasick 1975).
struct TriggerScanner: Sendable {
    let mayEnd: Bool
    /// Bytes that occur in the texts.
    let bytes: Set<UInt8>
    /// State after each state and byte; negative when a text is complete.
    private var next: [Int32] = []

    init(_ trigger: TextTrigger) {
        mayEnd = trigger.mayEnd
        let texts = trigger.texts.map { Array($0.utf8) }.filter { !$0.isEmpty }
        bytes = Set(texts.joined())
        var children: [[UInt8: Int]] = [[:]]
        var isEnd = [false]
        for text in texts {
            var node = 0
            for byte in text {
                if let child = children[node][byte] {
                    node = child
                } else {
                    children[node][byte] = children.count
                    node = children.count
                    children.append([:])
                    isEnd.append(false)
                }
            }
            isEnd[node] = true
        }
        // Breadth first: where a state has no child, its longest proper suffix that is a state decides.
        next = Array(repeating: 0, count: children.count * 256)
        var queue: [(node: Int, suffix: Int)] = [(0, 0)]
        var read = 0
        while read < queue.count {
            let (node, suffix) = queue[read]
            read += 1
            for byte in 0..<256 {
                let bySuffix = node == 0 ? 0 : next[suffix * 256 + byte]
                guard let child = children[node][UInt8(byte)] else {
                    next[node * 256 + byte] = bySuffix
                    continue
                }
                if isEnd[child] || bySuffix < 0 {
                    next[node * 256 + byte] = -1
                } else {
                    next[node * 256 + byte] = Int32(child)
                    queue.append((child, Int(bySuffix)))
                }
            }
        }
    }

    /// The state after a byte, or nil when a text is complete with it. State 0 is the beginning.
    func state(after state: Int32, reading byte: UInt8) -> Int32? {
        let found = next[Int(state) * 256 + Int(byte)]
        return found < 0 ? nil : found
    }
}
