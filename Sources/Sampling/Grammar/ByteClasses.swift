/// Bytes that a grammar cannot tell apart, as classes: the automaton has one transition per class, not per byte.
///
/// Classes are runs of consecutive bytes. Two neighbours are kept apart if one of them occurs in the UTF-8 of a literal,
/// or of a border of a set, or if well-formed UTF-8 itself treats them differently.
struct ByteClasses: Sendable {
    /// Class of each byte.
    private(set) var ofByte: [UInt8] = Array(repeating: 0, count: 256)
    /// A byte of each class.
    private(set) var examples: [UInt8] = []

    var count: Int { examples.count }

    init(literals: [[UInt8]], sets: [CodePointSet], others: Set<UInt8>) {
        // Lead and continuation bytes with rules of their own (Unicode, table 3-7).
        var begins = Set([0, 0x80, 0x90, 0xA0, 0xC0, 0xC2, 0xE0, 0xE1, 0xED, 0xEE, 0xF0, 0xF1, 0xF4, 0xF5])
        var single = others
        for literal in literals { single.formUnion(literal) }
        for set in sets {
            for range in set.ranges {
                for border in [range.lowerBound, range.upperBound + 1] {
                    guard let scalar = Unicode.Scalar(border) else { continue }
                    if border < 0x80 {
                        begins.insert(Int(border))
                    } else {
                        single.formUnion(UTF8.encode(scalar) ?? .init())
                    }
                }
            }
        }
        for byte in single { begins.formUnion([Int(byte), Int(byte) + 1]) }
        for byte in 0..<256 {
            if begins.contains(byte) { examples.append(UInt8(byte)) }
            ofByte[byte] = UInt8(examples.count - 1)
        }
    }
}
