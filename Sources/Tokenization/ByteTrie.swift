/// Texts by their bytes, for finding all that begin at a position: open addressing from a node and a byte to a node.
struct ByteTrie: Sendable {
    /// Where a walk starts.
    static let root: Int32 = 0

    private static let nodeLimit = 1 << 24

    /// Token that ends at each node; −1 if none does.
    private var tokens: [TokenID] = [-1]
    private var slots: [Slot]
    private let multiplier = UInt64.random(in: .min ... .max) | 1
    private var shift: UInt64

    private struct Slot {
        /// Node and byte.
        var edge: UInt32 = 0
        /// The root, which is no child, in an empty slot.
        var child: Int32 = ByteTrie.root
    }

    /// Room for texts of about `byteCount` bytes together before the table grows.
    init(capacity byteCount: Int) {
        var bits: UInt64 = 8
        while 1 << Int(bits) < min(byteCount, Self.nodeLimit) / 2 { bits += 1 }
        slots = [Slot](repeating: Slot(), count: 1 << Int(bits))
        shift = 64 - bits
    }

    /// Adds a text; a text that is there already gets the new token.
    ///
    /// - Throws: if there are more nodes than an edge can name.
    mutating func insert(_ text: ArraySlice<UInt8>, token: TokenID) throws(TokenizerError) {
        guard tokens.count + text.count < Self.nodeLimit else {
            throw .malformed(key: "tokenizer.ggml.tokens", reason: "more than \(Self.nodeLimit) bytes of text")
        }
        var node = Self.root
        for byte in text { node = child(of: node, byte) ?? addChild(of: node, byte) }
        tokens[Int(node)] = token
    }

    /// The node after a byte, or nil if no text goes on with it.
    func child(of node: Int32, _ byte: UInt8) -> Int32? {
        let edge = Self.edge(node, byte)
        var index = index(of: edge)
        while slots[index].child != Self.root {
            if slots[index].edge == edge { return slots[index].child }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The token whose text ends at a node.
    func token(at node: Int32) -> TokenID? { tokens[Int(node)] < 0 ? nil : tokens[Int(node)] }

    private mutating func addChild(of node: Int32, _ byte: UInt8) -> Int32 {
        if tokens.count * 3 >= slots.count * 2 { grow() }
        let child = Int32(tokens.count)
        tokens.append(-1)
        place(Slot(edge: Self.edge(node, byte), child: child))
        return child
    }

    private mutating func place(_ slot: Slot) {
        var index = index(of: slot.edge)
        while slots[index].child != Self.root { index = (index + 1) & (slots.count - 1) }
        slots[index] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        shift -= 1
        for slot in old where slot.child != Self.root { place(slot) }
    }

    private func index(of edge: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(edge) &* multiplier) &>> shift)
    }

    private static func edge(_ node: Int32, _ byte: UInt8) -> UInt32 { UInt32(node) &<< 8 | UInt32(byte) }
}
