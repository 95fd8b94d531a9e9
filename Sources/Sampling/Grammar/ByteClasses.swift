/// Bytes that a grammar cannot tell apart, as classes: the automaton has one transition per class, not per byte.
///
/// Classes are runs of consecutive bytes. Two neighbours are kept apart if one of them occurs in the UTF-8 of a literal,
/// or of a border of a set, or if well-formed UTF-8 itself treats them differently.
///
/// A literal like `true` keeps letters apart in the whole grammar, though most of its states treat all letters alike.
/// So there is a transition for each kind of byte too (`ByteKinds`), which says where all its bytes lead, if that is one
/// state. Transitions are numbered by column: first the classes, then the kinds that consist of several.
struct ByteClasses: Sendable {
    /// Class of each byte.
    private(set) var ofByte: [UInt8] = Array(repeating: 0, count: 256)
    /// Number of classes.
    private(set) var count = 0
    /// The classes of each column.
    private(set) var ofColumn: [ClassSet] = []
    /// The bytes of each column.
    private(set) var bytes: [ClosedRange<UInt8>] = []
    /// The column of the kind that a class belongs to with others; its own for other classes.
    private(set) var kindOfClass: [UInt16] = []
    /// The column of each kind, by the byte that stands for it.
    private(set) var columnOfKind: [UInt16] = []

    /// Number of columns.
    var columnCount: Int { bytes.count }

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
        for byte in UInt8.min...UInt8.max {
            if begins.contains(Int(byte)) { bytes.append(byte...byte) }
            let byteClass = bytes.count - 1
            bytes[byteClass] = bytes[byteClass].lowerBound...byte
            ofByte[Int(byte)] = UInt8(byteClass)
        }
        count = bytes.count
        ofColumn = (0..<count).map { ClassSet($0...$0) }
        addKinds()
    }

    private mutating func addKinds() {
        columnOfKind = ofByte.map(UInt16.init)
        kindOfClass = Array(0..<UInt16(count))
        for kind in ByteKinds.ranges {
            let classes = Int(ofByte[Int(kind.lowerBound)])...Int(ofByte[Int(kind.upperBound)])
            guard classes.count > 1 else { continue }
            columnOfKind[Int(kind.lowerBound)] = UInt16(columnCount)
            for byteClass in classes { kindOfClass[byteClass] = UInt16(columnCount) }
            bytes.append(kind)
            ofColumn.append(ClassSet(classes))
        }
    }
}

/// Kinds of bytes of which most grammars, in most places, allow all or none: small letters, capitals and digits. Every
/// other byte is a kind of its own.
enum ByteKinds {
    static let ranges: [ClosedRange<UInt8>] = [
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"),
    ]

    /// Whether a byte is a kind of its own.
    static func isAlone(_ byte: UInt8) -> Bool { !ranges.contains { $0.contains(byte) } }

    /// The byte that stands for each byte's kind: the first one.
    static let ofByte: [UInt8] = {
        var ofByte = Array(UInt8.min...UInt8.max)
        for range in ranges {
            for byte in range { ofByte[Int(byte)] = range.lowerBound }
        }
        return ofByte
    }()
}
