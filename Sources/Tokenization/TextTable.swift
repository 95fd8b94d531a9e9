/// Finds the number of a text: open addressing over packed texts.
///
/// The hash is seeded at random for each table, so that no file can be made to collide.
struct TextTable: Sendable {
    /// The texts that were added, numbered from 0 on.
    private(set) var texts: PackedTexts
    private var slots: [Slot]
    private var used = 0
    private let seed = UInt64.random(in: .min ... .max)

    private struct Slot {
        var hash: UInt32 = 0
        /// −1 in an empty slot.
        var number: Int32 = -1
    }

    /// Room for about `count` texts before the table grows.
    init(capacity count: Int) {
        texts = PackedTexts()
        texts.reserve(texts: count, bytes: count * 8)
        slots = [Slot](repeating: Slot(), count: Self.slotCount(for: count))
    }

    private static func slotCount(for count: Int) -> Int {
        var slots = 16
        while slots * 2 < count * 3 { slots *= 2 }
        return slots
    }

    /// Gives a text the next number. If it is there already, it is found under the new number from then on.
    mutating func append(_ text: ArraySlice<UInt8>) {
        let number = Int32(texts.count)
        texts.append(text)
        insert(number)
    }

    /// Takes the next number without a text, so that numbers agree with another list.
    mutating func skipNumber() { texts.append([]) }

    /// Whether the text with a number is that in a range of bytes.
    func matches(_ number: Int32, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let own = texts[Int(number)]
        guard own.count == range.count else { return false }
        var offset = 0
        while offset < range.count {
            if texts.bytes[own.lowerBound + offset] != bytes[range.lowerBound + offset] { return false }
            offset += 1
        }
        return true
    }

    /// The number of the text in a range of bytes.
    func find(_ bytes: [UInt8], _ range: Range<Int>) -> Int32? {
        let hash = hash(bytes, range)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[index]
            if slot.number < 0 { return nil }
            if slot.hash == UInt32(truncatingIfNeeded: hash >> 32), matches(slot.number, bytes, range) {
                return slot.number
            }
            index = (index + 1) & mask
        }
    }

    func find(_ text: [UInt8]) -> Int32? { find(text, 0..<text.count) }

    private mutating func insert(_ number: Int32) {
        if used * 3 >= slots.count * 2 { grow() }
        place(number)
        used += 1
    }

    private mutating func place(_ number: Int32) {
        let range = texts[Int(number)]
        let hash = hash(texts.bytes, range)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].number >= 0 {
            if slots[index].hash == UInt32(truncatingIfNeeded: hash >> 32),
                matches(slots[index].number, texts.bytes, range)
            {
                break
            }
            index = (index + 1) & mask
        }
        slots[index] = Slot(hash: UInt32(truncatingIfNeeded: hash >> 32), number: number)
    }

    private mutating func grow() {
        let numbers = slots.lazy.map(\.number).filter { $0 >= 0 }.sorted()
        slots = [Slot](repeating: Slot(), count: slots.count * 2)
        for number in numbers { place(number) }
    }

    private func hash(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: range.count)
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for index in range {
            word |= UInt64(bytes[index]) &<< shift
            shift &+= 8
            if shift == 64 {
                hash = Self.mixed(hash ^ word)
                word = 0
                shift = 0
            }
        }
        return shift == 0 ? hash : Self.mixed(hash ^ word)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = (value ^ value &>> 32) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product &>> 29
    }
}
