import GGUF
import Platform
import Quantization

/// A header taken apart into pieces that can be wrong on their own, and put together again without any check.
struct HeaderParts {
    struct Entry {
        var key: String
        var value: MetadataValue
    }

    struct Tensor {
        var name: String
        var shape: [UInt64]
        var type: UInt32
        var offset: UInt64
    }

    var entries: [Entry]
    var tensors: [Tensor]
    /// Everything from the first tensor on.
    let data: [UInt8]

    init(entries: [Entry], tensors: [Tensor], data: [UInt8]) {
        self.entries = entries
        self.tensors = tensors
        self.data = data
    }

    init(_ file: GGUFFile) {
        entries = file.metadata.keys.compactMap { key in file.metadata[key].map { Entry(key: key, value: $0) } }
        let start = file.tensors.map(\.bytes.range.lowerBound).min() ?? file.parts[0].count
        tensors = file.tensors.map { tensor in
            Tensor(
                name: tensor.name, shape: tensor.shape.map(UInt64.init), type: tensor.type.rawValue,
                offset: UInt64(tensor.bytes.range.lowerBound - start))
        }
        data = file.parts[0].withBytes {
            $0.extracting(min(start, $0.byteCount)..<$0.byteCount).littleEndianIntegers(UInt8.self)
        }
    }

    /// The file that these parts make, aligned as files usually are.
    var bytes: [UInt8] {
        var bytes = Array("GGUF".utf8)
        UInt32(3).encode(into: &bytes)
        UInt64(tensors.count).encode(into: &bytes)
        UInt64(entries.count).encode(into: &bytes)
        for entry in entries {
            entry.key.encode(into: &bytes)
            entry.value.type.rawValue.encode(into: &bytes)
            entry.value.encode(into: &bytes)
        }
        for tensor in tensors {
            tensor.name.encode(into: &bytes)
            UInt32(tensor.shape.count).encode(into: &bytes)
            for length in tensor.shape { length.encode(into: &bytes) }
            tensor.type.encode(into: &bytes)
            tensor.offset.encode(into: &bytes)
        }
        let alignment = GGUFFile.defaultAlignment
        bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment)
        return bytes + data
    }
}
