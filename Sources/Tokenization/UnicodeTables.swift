/// Unicode properties as flat tables, decoded once from the text in `UnicodeProperties`.
enum UnicodeTables {
    /// Class of the bytes that continue a scalar in UTF-8.
    static let continuation: UInt8 = 0

    private static let scalarCount = 0x110000

    /// Class of every scalar. Flat, because text stays within a few pages of it.
    static let classes: [UInt8] = {
        var classes: [UInt8] = []
        classes.reserveCapacity(scalarCount)
        var reader = PackedIntegers(UnicodeProperties.classRuns)
        while let length = reader.next(), let scalarClass = reader.next() {
            classes.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: scalarClass), count: length))
        }
        return classes
    }()

    /// Lowercase of the scalars that have one.
    static let lowercase = mapping(UnicodeProperties.lowercase)

    /// Full canonical decomposition of the scalars that have one, Hangul syllables excepted.
    static let decompositions = mapping(UnicodeProperties.decompositions)

    static func scalarClass(of scalar: UInt32) -> UInt8 { classes[Int(scalar)] }

    private static func mapping(_ packed: String) -> [UInt32: [UInt32]] {
        var mapping: [UInt32: [UInt32]] = [:]
        var reader = PackedIntegers(packed)
        var scalar: UInt32 = 0
        while let step = reader.next(), let count = reader.next() {
            scalar += UInt32(step)
            mapping[scalar] = (0..<count).compactMap { _ in reader.next().map(UInt32.init) }
        }
        return mapping
    }
}

/// Reads integers that are stored as printable characters: five bits each from '0' on, the lowest first, with 32
/// added to all but the last one of an integer.
private struct PackedIntegers {
    private var characters: String.UTF8View.Iterator

    init(_ text: String) { characters = text.utf8.makeIterator() }

    mutating func next() -> Int? {
        var value = 0
        var shift = 0
        while let character = characters.next() {
            guard character >= UInt8(ascii: "0") else { continue }  // a line break of the source
            let digit = Int(character - UInt8(ascii: "0"))
            value |= (digit & 31) << shift
            if digit < 32 { return value }
            shift += 5
        }
        return nil
    }
}
