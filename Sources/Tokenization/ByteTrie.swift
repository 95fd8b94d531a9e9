/// Texts by their bytes, for finding all that begin at a position: open addressing from a node and a byte to a node.
struct ByteTrie: Sendable {
    /// Where a walk starts.
    static let root: Int32 = 0

    /// Token that ends at each node; −1 if none does.
    private var tokens: [TokenID] = [-1]
    private var slots: [Slot]
    private let multiplier = UInt64.random(in: .min ... .max) | 1
    private var shift: UInt64

    private struct Slot {
        /// Node and byte; all ones in an empty slot.
        var edge = UInt64.max
        var child: Int32 = 0
    }

    /// Room for texts of about `byteCount` bytes together before the table grows.
    init(capacity byteCount: Int) {
        var bits: UInt64 = 8
        while 1 << Int(bits) < byteCount { bits += 1 }
        slots = [Slot](repeating: Slot(), count: 1 << Int(bits))
        shift = 64 - bits
    }

    /// Adds a text; a text that is there already gets the new token.
    ///
    /// - Precondition: all texts together have fewer than 2³¹ bytes.
    mutating func insert(_ text: some Sequence<UInt8>, token: TokenID) {
        var node = Self.root
        for byte in text { node = child(of: node, byte) ?? addChild(of: node, byte) }
        tokens[Int(node)] = token
    }

    /// The node after a byte, or nil if no text goes on with it.
    func child(of node: Int32, _ byte: UInt8) -> Int32? {
        let edge = Self.edge(node, byte)
        var index = index(of: edge)
        while slots[index].edge != .max {
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
        while slots[index].edge != .max { index = (index + 1) & (slots.count - 1) }
        slots[index] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        shift -= 1
        for slot in old where slot.edge != .max { place(slot) }
    }

    private func index(of edge: UInt64) -> Int { Int(truncatingIfNeeded: (edge &* multiplier) &>> shift) }

    private static func edge(_ node: Int32, _ byte: UInt8) -> UInt64 { UInt64(node) &<< 8 | UInt64(byte) }
}
