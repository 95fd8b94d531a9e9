import GGUF
import TestSupport

/// One way to damage a file. Each returns what it did, in words.
enum Mutation {
    /// Numbers at the borders of types and of what code multiplies and allocates.
    private static let interesting: [UInt64] = [
        0, 1, 2, 3, 4, 7, 8, 31, 32, 33, 63, 64, 100, 127, 128, 255, 256, 257, 1000, 4096, 32767, 32768, 65535, 65536,
        1 << 20, 1 << 24, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 40, 1 << 62, UInt64.max >> 1, 1 << 63,
        .max - 31, .max,
    ]

    private static let floats: [Float] = [0, -1, .nan, .infinity, .leastNonzeroMagnitude, 1e38, 0.5, 10000]

    private static func number(_ random: inout SeededGenerator) -> UInt64 {
        interesting.randomElement(using: &random) ?? 0
    }

    // MARK: Bytes

    /// Damages bytes, most often those of the header.
    static func damage(_ bytes: inout [UInt8], headerCount: Int, _ random: inout SeededGenerator) -> String {
        guard !bytes.isEmpty else { return "nothing" }
        let isHeader = Int.random(in: 0..<10, using: &random) > 0
        let index = Int.random(in: 0..<(isHeader ? max(1, headerCount) : bytes.count), using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            return "bit at \(index)"
        case 1:
            bytes[index] = UInt8.random(in: 0...255, using: &random)
            return "byte at \(index)"
        case 2, 3:
            let value = number(&random)
            let width = min([1, 2, 4, 8].randomElement(using: &random) ?? 8, bytes.count - index)
            for place in 0..<width { bytes[index + place] = UInt8(truncatingIfNeeded: value >> (8 * place)) }
            return "\(value) in \(width) bytes at \(index)"
        case 4:
            bytes.removeSubrange(index...)
            return "cut at \(index)"
        default:
            let count = min(Int.random(in: 1...16, using: &random), bytes.count - index)
            let isRemoval = Bool.random(using: &random)
            if isRemoval {
                bytes.removeSubrange(index..<index + count)
            } else {
                bytes.insert(contentsOf: Array(bytes[index..<index + count]), at: index)
            }
            return "\(isRemoval ? "removed" : "doubled") \(count) bytes at \(index)"
        }
    }

    // MARK: Parts

    /// Changes one metadata entry or one tensor so that the file still parses, as far as it can.
    static func change(_ parts: inout HeaderParts, _ random: inout SeededGenerator) -> String {
        if parts.tensors.isEmpty || Int.random(in: 0..<3, using: &random) > 0 {
            return changeEntry(&parts, &random)
        }
        return changeTensor(&parts, &random)
    }

    private static func changeEntry(_ parts: inout HeaderParts, _ random: inout SeededGenerator) -> String {
        guard !parts.entries.isEmpty else { return "nothing" }
        let index = Int.random(in: 0..<parts.entries.count, using: &random)
        let key = parts.entries[index].key
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            parts.entries.remove(at: index)
            return "no \(key)"
        case 1:
            let other = Int.random(in: 0..<parts.entries.count, using: &random)
            parts.entries[index].value = parts.entries[other].value
            return "\(key) has the value of \(parts.entries[other].key)"
        default:
            parts.entries[index].value = changed(parts.entries[index].value, &random)
            return "\(key) = \(parts.entries[index].value.typeDescription)"
        }
    }

    private static func changed(_ value: MetadataValue, _ random: inout SeededGenerator) -> MetadataValue {
        switch value {
        case .uint32: .uint32(UInt32(truncatingIfNeeded: number(&random)))
        case .int32: .int32(Int32(truncatingIfNeeded: number(&random)))
        case .uint64: .uint64(number(&random))
        case .float32:
            .float32(floats.randomElement(using: &random) ?? 0)
        case .bool(let value): .bool(!value)
        case .string(let string): .string(MetadataString(bytes: changed(string.bytes, &random)))
        case .array(let array): .array(changed(array, &random))
        default: .uint64(number(&random))
        }
    }

    private static func changed(_ text: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var text = text
        let byte = UInt8.random(in: 0...255, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return []
        case 1: return text + text
        case 2: text.insert(byte, at: Int.random(in: 0...text.count, using: &random))
        default:
            if !text.isEmpty { text[Int.random(in: 0..<text.count, using: &random)] = byte }
        }
        return text
    }

    private static func changed(_ array: MetadataArray, _ random: inout SeededGenerator) -> MetadataArray {
        if let strings = array.strings() {
            let texts = (0..<strings.count).map { strings.bytes(at: $0) }
            return MetadataArray(changed(texts, &random) { changed($0, &$1) }.map { MetadataString(bytes: $0) })
        }
        if let floats = array.floats() {
            return MetadataArray(
                changed(floats, &random) { [$0, floats.randomElement(using: &$1) ?? 0].randomElement(using: &$1) ?? 0 })
        }
        let integers = array.integers() ?? []
        return MetadataArray(
            changed(integers.map { Int32(truncatingIfNeeded: $0) }, &random) { _, random in
                Int32(truncatingIfNeeded: number(&random))
            })
    }

    /// Removes, doubles, swaps or changes elements.
    private static func changed<Element>(
        _ elements: [Element], _ random: inout SeededGenerator,
        _ change: (Element, inout SeededGenerator) -> Element
    ) -> [Element] {
        var elements = elements
        guard !elements.isEmpty else { return elements }
        let index = Int.random(in: 0..<elements.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: elements.removeSubrange(index...)
        case 1: elements.insert(elements[index], at: 0)
        case 2: elements.swapAt(index, Int.random(in: 0..<elements.count, using: &random))
        case 3: elements = elements.map { change($0, &random) }
        default: elements[index] = change(elements[index], &random)
        }
        return elements
    }

    private static func changeTensor(_ parts: inout HeaderParts, _ random: inout SeededGenerator) -> String {
        let index = Int.random(in: 0..<parts.tensors.count, using: &random)
        let name = parts.tensors[index].name
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            parts.tensors.remove(at: index)
            return "no tensor \(name)"
        case 1:
            let other = Int.random(in: 0..<parts.tensors.count, using: &random)
            (parts.tensors[index].name, parts.tensors[other].name) = (parts.tensors[other].name, name)
            return "tensors \(index) and \(other) swap names"
        case 2:
            parts.tensors[index].type = UInt32.random(in: 0...43, using: &random)
            return "tensor \(name) has type \(parts.tensors[index].type)"
        case 3:
            parts.tensors[index].shape.reverse()
            return "tensor \(name) has shape \(parts.tensors[index].shape)"
        case 4:
            guard !parts.tensors[index].shape.isEmpty else { return "nothing" }
            let place = Int.random(in: 0..<parts.tensors[index].shape.count, using: &random)
            parts.tensors[index].shape[place] = number(&random)
            return "tensor \(name) has shape \(parts.tensors[index].shape)"
        default:
            parts.tensors[index].offset = number(&random)
            return "tensor \(name) lies at \(parts.tensors[index].offset)"
        }
    }
}
