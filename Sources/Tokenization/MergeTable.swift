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

    /// A pair of symbols and what it becomes.
    struct Slot {
        fileprivate var pair = UInt64.max
        fileprivate var merge = Merge.none

        fileprivate init() {}

        init(_ left: Int32, _ right: Int32, _ merge: Merge) {
            pair = MergeTable.pair(left, right)
            self.merge = merge
        }
    }

    /// The merges of a vocabulary; where a pair has several the first one counts.
    init(_ merges: [Slot]) {
        var bits = UInt64(Self.partBits)
        while (1 << Int(bits)) * 2 < merges.count * 3 { bits += 1 }
        slots = [Slot](repeating: Slot(), count: 1 << Int(bits))
        shift = 64 - bits
        for merge in parted(merges) { insert(merge) }
    }

    /// Merges are put into one part of the table after the other, each small enough for the nearest cache.
    private static let partBits = 8

    /// The merges in the order of their parts of the table, in each as they were.
    private func parted(_ merges: [Slot]) -> [Slot] {
        let partShift = UInt64(64 - Self.partBits)
        func part(_ merge: Slot) -> Int { Int(truncatingIfNeeded: (merge.pair &* multiplier) &>> partShift) }
        var places = [Int](repeating: 0, count: 1 << Self.partBits + 1)
        for merge in merges { places[part(merge) + 1] += 1 }
        for index in 1..<places.count { places[index] += places[index - 1] }
        var parted = [Slot](repeating: Slot(), count: merges.count)
        for merge in merges {
            let part = part(merge)
            parted[places[part]] = merge
            places[part] += 1
        }
        return parted
    }

    private mutating func insert(_ merge: Slot) {
        var index = index(of: merge.pair)
        while slots[index].pair != .max {
            if slots[index].pair == merge.pair { return }
            index = (index + 1) & (slots.count - 1)
        }
        slots[index] = merge
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

    fileprivate static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) &<< 32 | UInt64(UInt32(bitPattern: right))
    }
}
