/// `name-00002-of-00003.gguf`, taken apart.
struct PartName: Equatable, Sendable {
    /// What comes before the numbers.
    let model: String
    /// From 1.
    let number: Int
    let count: Int

    private static let pattern = Array("-00000-of-00000.gguf".utf8)

    /// Nil for other names.
    init?(_ name: String) {
        let bytes = Array(name.utf8)
        let tail = bytes.suffix(Self.pattern.count)
        let fits = zip(tail, Self.pattern).allSatisfy { byte, pattern in
            pattern == UInt8(ascii: "0") ? (48...57).contains(byte) : byte == pattern
        }
        guard bytes.count > Self.pattern.count, fits,
            let number = Int(String(decoding: tail.dropFirst().prefix(5), as: UTF8.self)),
            let count = Int(String(decoding: tail.dropLast(5).suffix(5), as: UTF8.self)), count > 0, 1...count ~= number
        else { return nil }
        model = String(decoding: bytes.dropLast(Self.pattern.count), as: UTF8.self)
        (self.number, self.count) = (number, count)
    }
}
