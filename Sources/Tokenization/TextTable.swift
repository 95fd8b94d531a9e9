/// Finds the number of a text: open addressing over packed texts.
///
/// A slot holds the first eight bytes of its text: most texts are found without a look at any other memory. The hash is
/// seeded at random for each table, so that no file can be made to collide.
struct TextTable: Sendable {
    /// The texts that were added, numbered from 0 on.
    private(set) var texts: PackedTexts
    private var slots: [Slot]
    private var used = 0
    private let seed = UInt64.random(in: .min ... .max)

    private struct Slot {
        var key = Key()
        /// −1 in an empty slot.
        var number: Int32 = -1
    }

    /// What texts are told apart by.
    private struct Key: Equatable {
        /// The first eight bytes, or fewer and zeros.
        var prefix: UInt64 = 0
        /// The number of bytes up to 255 in the lowest byte, bits of the hash above.
        var tag: UInt32 = 0

        /// Whether texts with this key are equal.
        var isWhole: Bool { tag & 0xFF <= 8 }
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
        let (key, start) = key(bytes, range)
        let mask = slots.count - 1
        var index = start & mask
        while true {
            let slot = slots[index]
            if slot.number < 0 { return nil }
            if slot.key == key, key.isWhole || matches(slot.number, bytes, range) { return slot.number }
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
        let (key, start) = key(texts.bytes, range)
        let mask = slots.count - 1
        var index = start & mask
        while slots[index].number >= 0 {
            if slots[index].key == key, key.isWhole || matches(slots[index].number, texts.bytes, range) { break }
            index = (index + 1) & mask
        }
        slots[index] = Slot(key: key, number: number)
    }

    private mutating func grow() {
        let numbers = slots.lazy.map(\.number).filter { $0 >= 0 }.sorted()
        slots = [Slot](repeating: Slot(), count: slots.count * 2)
        for number in numbers { place(number) }
    }

    /// The key of a text, and where in the table it belongs, higher bits left in.
    private func key(_ bytes: [UInt8], _ range: Range<Int>) -> (Key, start: Int) {
        let prefix = Self.load(bytes, range.lowerBound, range.upperBound)
        var hash = Self.mixed(seed ^ UInt64(truncatingIfNeeded: range.count) ^ prefix)
        var position = range.lowerBound + 8
        while position < range.upperBound {
            hash = Self.mixed(hash ^ Self.load(bytes, position, range.upperBound))
            position += 8
        }
        let count = UInt32(min(range.count, 255))
        let tag = UInt32(truncatingIfNeeded: hash &>> 32) & ~0xFF | count
        return (Key(prefix: prefix, tag: tag), Int(truncatingIfNeeded: hash))
    }

    /// Up to eight bytes from a position on, the first one lowest.
    private static func load(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt64 {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        var index = start
        while index < end, shift < 64 {
            word |= UInt64(bytes[index]) &<< shift
            shift &+= 8
            index &+= 1
        }
        return word
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = (value ^ value &>> 32) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product &>> 29
    }
}
