import GGUF
import Platform

/// Many short texts in one array of bytes.
struct PackedTexts: Sendable {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// Bytes before each text that belong to none.
    private var gap = 0

    init() {}

    /// Copies the texts of a metadata array.
    init(_ strings: MetadataStrings) {
        bytes = strings.withAllBytes { $0.littleEndianIntegers(UInt8.self) }
        ends = (0..<strings.count).map { strings.range(at: $0).upperBound }
        gap = ends.isEmpty ? 0 : strings.range(at: 0).lowerBound
    }

    var count: Int { ends.count }

    /// Where a text lies in `bytes`.
    subscript(index: Int) -> Range<Int> { ((index == 0 ? 0 : ends[index - 1]) + gap)..<ends[index] }

    /// A copy of a text.
    func text(_ index: Int) -> [UInt8] { Array(bytes[self[index]]) }

    mutating func reserve(texts: Int, bytes byteCount: Int) {
        ends.reserveCapacity(texts)
        bytes.reserveCapacity(byteCount)
    }

    /// - Precondition: the texts were not copied from metadata.
    mutating func append(_ text: ArraySlice<UInt8>) {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
    }
}
