import Platform
package import Quantization

/// A tensor that a writer will be given: name, shape and type, before its weights.
package struct TensorPlan: Sendable {
    package let name: String
    /// Dimensions in the file's order, innermost first.
    package let shape: [Int]
    package let type: QuantizationType

    package init(name: String, shape: [Int], type: QuantizationType) {
        self.name = name
        self.shape = shape
        self.type = type
    }
}

/// Writes a GGUF file: the header at once, then the weights of each tensor as they come.
///
/// The file appears at its path when `finish` returns, and not at all otherwise. What is written can be read: plans are
/// held to the same rules as files.
package struct GGUFWriter: ~Copyable {
    private var file: AtomicFile
    private let tensors: [TensorPlan]
    private let byteCounts: [Int]
    private let alignment: Int
    /// The tensor whose weights come next, and how many bytes of it are written.
    private var current = 0
    private var currentByteCount = 0

    /// Writes the header.
    ///
    /// - Parameters:
    ///   - metadata: all of it, in order; `general.alignment` in it sets the alignment.
    ///   - tensors: every tensor in the order in which its weights will be written.
    ///   - version: 2 or 3.
    package init(
        path: String, metadata: Metadata, tensors: [TensorPlan], version: UInt32 = 3
    ) throws(GGUFError) {
        guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
        let alignment = try metadata.alignment()
        let (header, byteCounts) = try Self.header(metadata, tensors, alignment: alignment, version: version)
        file = try Self.begin(path, header + Self.padding(after: header.count, alignment: alignment))
        self.tensors = tensors
        self.byteCounts = byteCounts
        self.alignment = alignment
    }

    /// Appends weights of the tensor that comes next; a tensor may come in any number of pieces.
    ///
    /// - Throws: `tensorSize` if the piece is longer than what the tensor still needs, `tooManyWeights` after the last.
    package mutating func write(_ bytes: RawSpan) throws(GGUFError) {
        guard bytes.byteCount > 0 else { return }
        guard current < tensors.count else { throw .tooManyWeights(found: bytes.byteCount) }
        let written = currentByteCount + bytes.byteCount
        guard written <= byteCounts[current] else {
            throw .tensorSize(tensor: tensors[current].name, expected: byteCounts[current], found: written)
        }
        let isLastPiece = written == byteCounts[current]
        do throws(PlatformError) {
            try file.write(bytes)
            guard isLastPiece else {
                currentByteCount = written
                return
            }
            let padding = Self.padding(after: file.count, alignment: alignment)
            try padding.withBytes { bytes throws(PlatformError) in try file.write(bytes) }
        } catch {
            throw .file(error)
        }
        current += 1
        currentByteCount = 0
    }

    /// Flushes the file and gives it its name.
    ///
    /// - Throws: `missingWeights` if a tensor is not complete.
    package consuming func finish() throws(GGUFError) {
        guard current == tensors.count else { throw .missingWeights(tensor: tensors[current].name) }
        do { try file.finish() } catch { throw .file(error) }
    }

    private static func begin(_ path: String, _ header: [UInt8]) throws(GGUFError) -> AtomicFile {
        do throws(PlatformError) {
            var file = try AtomicFile(path: path)
            try header.withBytes { bytes throws(PlatformError) in try file.write(bytes) }
            return file
        } catch {
            throw .file(error)
        }
    }

    private static func padding(after count: Int, alignment: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (alignment - count % alignment) % alignment)
    }

    private static func header(
        _ metadata: Metadata, _ tensors: [TensorPlan], alignment: Int, version: UInt32
    ) throws(GGUFError) -> (bytes: [UInt8], byteCounts: [Int]) {
        var bytes = Array("GGUF".utf8)
        version.encode(into: &bytes)
        UInt64(tensors.count).encode(into: &bytes)
        UInt64(metadata.count).encode(into: &bytes)
        for key in metadata.keys {
            guard let value = metadata[key] else { continue }
            key.encode(into: &bytes)
            value.type.rawValue.encode(into: &bytes)
            value.encode(into: &bytes)
        }
        var names: Set<String> = []
        var byteCounts: [Int] = []
        var offset: UInt64 = 0
        for (index, tensor) in tensors.enumerated() {
            guard names.insert(tensor.name).inserted else { throw .duplicateTensor(tensor.name) }
            let byteCount = try encode(tensor, index: index, offset: offset, into: &bytes)
            byteCounts.append(byteCount)
            let (end, overflow) = offset.addingReportingOverflow(UInt64(byteCount) + UInt64(alignment))
            guard !overflow else { throw .invalidShape(tensor: tensor.name, found: tensor.shape.map(UInt64.init)) }
            offset = (end - 1) / UInt64(alignment) * UInt64(alignment)
        }
        return (bytes, byteCounts)
    }

    /// Appends the description of a tensor and returns the size of its weights.
    private static func encode(
        _ tensor: TensorPlan, index: Int, offset: UInt64, into bytes: inout [UInt8]
    ) throws(GGUFError) -> Int {
        let nameLength = tensor.name.utf8.count
        guard nameLength <= HeaderLimits.nameByteCount else {
            throw .textTooLong(
                .tensorName(index: index), found: UInt64(nameLength), limit: HeaderLimits.nameByteCount)
        }
        guard tensor.shape.count <= HeaderLimits.dimensions else {
            throw .tooManyDimensions(
                tensor: tensor.name, found: UInt32(clamping: tensor.shape.count), limit: HeaderLimits.dimensions)
        }
        let dimensions = tensor.shape.map { UInt64(clamping: $0) }
        let size = try TensorSize(name: tensor.name, dimensions: dimensions, type: tensor.type)
        tensor.name.encode(into: &bytes)
        UInt32(dimensions.count).encode(into: &bytes)
        for dimension in dimensions { dimension.encode(into: &bytes) }
        tensor.type.rawValue.encode(into: &bytes)
        offset.encode(into: &bytes)
        return size.byteCount
    }
}
