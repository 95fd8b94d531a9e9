import GGUF
import JSON
import Platform
import Quantization

/// What `inspect` says of a file, for people and for programs.
struct InspectReport {
    private let file: GGUFFile
    private let tensors: [TensorInfo]

    init(_ file: GGUFFile, tensors: [TensorInfo]? = nil) {
        self.file = file
        self.tensors = tensors ?? file.tensors
    }

    // MARK: For people

    var text: String {
        let parts = file.parts.count == 1 ? "" : " in \(file.parts.count) parts"
        let size = Self.sizeText(file.parts.reduce(0) { $0 + $1.count })
        let weights = Self.countText(tensors.reduce(0) { $0 + $1.weightCount })
        let summary =
            "\(file.parts[0].path): GGUF version \(file.version)\(parts), \(size), \(file.metadata.count) metadata "
            + "entries, \(tensors.count) tensors, \(weights) weights\n"
        return [summary, metadataTable, tensors.isEmpty ? nil : tensorTable, tensors.isEmpty ? nil : typeTable]
            .compactMap { $0 }.joined(separator: "\n")
    }

    private var metadataTable: String {
        var table = TextTable([("KEY", .left), ("TYPE", .left), ("VALUE", .left)])
        for key in file.metadata.keys {
            guard let value = file.metadata[key] else { continue }
            table.append([TextExcerpt.line(key), Self.typeText(value), TextExcerpt.value(value)])
        }
        return table.text
    }

    var tensorTable: String {
        var table = TextTable([("TENSOR", .left), ("TYPE", .left), ("SHAPE", .left), ("SIZE", .right)])
        for tensor in tensors {
            table.append([
                TextExcerpt.line(tensor.name), tensor.type.name, tensor.shape.map(String.init).joined(separator: " × "),
                Self.sizeText(tensor.bytes.count),
            ])
        }
        return table.text
    }

    private var typeTable: String {
        var table = TextTable([("TYPE", .left), ("TENSORS", .right), ("WEIGHTS", .right), ("SIZE", .right)])
        for (type, tensors) in Dictionary(grouping: tensors, by: \.type).sorted(by: {
            $0.key.rawValue < $1.key.rawValue
        }) {
            table.append([
                type.name, "\(tensors.count)", Self.countText(tensors.reduce(0) { $0 + $1.weightCount }),
                Self.sizeText(tensors.reduce(0) { $0 + $1.bytes.count }),
            ])
        }
        return table.text
    }

    private static func typeText(_ value: MetadataValue) -> String {
        guard case .array(let array) = value else { return "\(value.type)" }
        return "\(array.elementType)[\(array.count)]"
    }

    /// A size in the largest binary unit that leaves a digit before the point.
    static func sizeText(_ bytes: Int) -> String {
        scaled(bytes, by: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB"], separator: " ")
    }

    /// A count in thousands, millions, billions.
    static func countText(_ count: Int) -> String {
        scaled(count, by: 1000, units: ["", "K", "M", "B", "T"], separator: "")
    }

    private static func scaled(_ value: Int, by base: Int, units: [String], separator: String) -> String {
        var scale = 1
        var unit = 0
        while value / scale >= base, unit < units.count - 1 {
            scale *= base
            unit += 1
        }
        guard unit > 0 else { return "\(value)\(units[0].isEmpty ? "" : separator)\(units[0])" }
        let tenths = Int((10 * Double(value) / Double(scale)).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)\(separator)\(units[unit])"
    }

    // MARK: For programs

    var json: JSONValue {
        var metadata = JSONObject()
        for key in file.metadata.keys { metadata[key] = file.metadata[key].map(Self.json) }
        return [
            "version": .integer(file.version),
            "files": .array(file.parts.map { .string($0.path) }),
            "metadata": .object(metadata),
            "tensors": .array(tensors.map(Self.json)),
        ]
    }

    static func json(_ tensor: TensorInfo) -> JSONValue {
        [
            "name": .string(tensor.name),
            "type": .string(tensor.type.name),
            "shape": .array(tensor.shape.map { .integer($0) }),
            "file": .string(tensor.bytes.owner.path),
            "offset": .integer(tensor.bytes.range.lowerBound),
            "bytes": .integer(tensor.bytes.count),
        ]
    }

    /// Text that is no UTF-8 becomes `{"bytes": […]}`, numbers that are not finite become null.
    static func json(_ value: MetadataValue) -> JSONValue {
        switch value {
        case .bool(let value): .bool(value)
        case .float32(let value): .float(value)
        case .float64(let value): .double(value)
        case .string(let value): .text(value.bytes)
        case .array(let value): .array(json(value))
        default: value.integer.map { .integer($0) } ?? .null
        }
    }

    private static func json(_ array: MetadataArray) -> [JSONValue] {
        switch array.elementType {
        case .bool: array.bools()?.map { .bool($0) } ?? []
        case .float32: array.floats()?.map { .float($0) } ?? []
        case .float64: array.doubles()?.map { .double($0) } ?? []
        case .uint64: array.unsignedIntegers()?.map { .integer($0) } ?? []
        case .array: array.arrays()?.map { .array(json($0)) } ?? []
        case .string:
            array.strings().map { strings in
                (0..<strings.count).map { .text(strings.bytes(at: $0)) }
            } ?? []
        default: array.integers()?.map { .integer($0) } ?? []
        }
    }
}
