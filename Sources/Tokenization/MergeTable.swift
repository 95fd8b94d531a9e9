/// What a pair of neighbouring symbols becomes, and how soon.
struct Merge: Equatable, Sendable {
    /// Priority in the high half, symbol in the low half, so that a merge is one word.
    let packed: UInt64

    /// The smallest priority is merged first; of equal ones the leftmost.
    var priority: UInt32 { UInt32(truncatingIfNeeded: packed &>> 32) }
    var symbol: Int32 { Int32(truncatingIfNeeded: packed) }

    init(priority: UInt32, symbol: Int32) {
        packed = UInt64(priority) &<< 32 | UInt64(UInt32(bitPattern: symbol))
    }

    private init(packed: UInt64) { self.packed = packed }

    /// No merge. Its priority is that of no real one: ranks and scores stay below.
    static let none = Merge(packed: .max)
}

/// The merges of a byte-pair vocabulary: open addressing from a pair of symbols.
struct MergeTable: Sendable {
    private var slots: [Slot]
    private let shift: UInt64
    private let multiplier = UInt64.random(in: .min ... .max) | 1

    private struct Slot {
        var pair = UInt64.max
        var merge = Merge.none
    }

    /// Room for `count` merges.
    init(capacity count: Int) {
        var bits: UInt64 = 4
        while (1 << Int(bits)) * 2 < count * 3 { bits += 1 }
        slots = [Slot](repeating: Slot(), count: 1 << Int(bits))
        shift = 64 - bits
    }

    /// Adds a merge, unless the pair has one already: the first one counts.
    ///
    /// - Precondition: fewer merges than the table has room for.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let pair = Self.pair(left, right)
        var index = index(of: pair)
        while slots[index].pair != .max {
            if slots[index].pair == pair { return }
            index = (index + 1) & (slots.count - 1)
        }
        slots[index] = Slot(pair: pair, merge: merge)
    }

    /// The merge of two symbols, or `none`.
    func merge(_ left: Int32, _ right: Int32) -> Merge {
        let pair = Self.pair(left, right)
        var index = index(of: pair)
        while true {
            let slot = slots[index]
            if slot.pair == pair { return slot.merge }
            if slot.pair == .max { return .none }
            index = (index + 1) & (slots.count - 1)
        }
    }

    private func index(of pair: UInt64) -> Int { Int(truncatingIfNeeded: (pair &* multiplier) &>> shift) }

    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) &<< 32 | UInt64(UInt32(bitPattern: right))
    }
}
