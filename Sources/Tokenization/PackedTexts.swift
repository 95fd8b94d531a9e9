/// Many short texts in one array of bytes.
struct PackedTexts: Sendable {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

    /// Where a text lies in `bytes`.
    subscript(index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// A copy of a text.
    func text(_ index: Int) -> [UInt8] { Array(bytes[self[index]]) }

    mutating func reserve(texts: Int, bytes byteCount: Int) {
        ends.reserveCapacity(texts)
        bytes.reserveCapacity(byteCount)
    }

    mutating func append(_ text: some Sequence<UInt8>) {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
    }
}
