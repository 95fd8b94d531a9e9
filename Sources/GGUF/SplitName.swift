/// The file name of a split model's part, `name-00002-of-00003.gguf`, or a path that ends so.
package struct SplitName: Sendable {
    /// What comes before the numbers.
    package let model: String
    /// From 1.
    package let number: Int
    package let count: Int

    private static let pattern = Array("-00000-of-00000.gguf".utf8)

    /// Nil for other names.
    package init?(_ name: String) {
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

    /// What a file's name says of the model: without the ending, and without what tells parts apart.
    package static func model(of name: String) -> String {
        SplitName(name)?.model ?? (name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name)
    }

    /// The name of a part of the same model, numbered from 1 to `count`.
    func part(_ number: Int) -> String { model + Self.ending(number, of: count) }

    /// What the name of a part ends with.
    static func ending(_ number: Int, of count: Int) -> String { "-\(padded(number))-of-\(padded(count)).gguf" }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
