package import Platform
import Quantization

/// An opened GGUF file: metadata and tensors, all of them ranges of the mapped bytes.
///
/// Everything about the header is checked when the file is opened: whoever holds a `GGUFFile` can read every tensor
/// within its range. A model that is split into several files opens as one.
///
/// *Source*: ggml's `docs/gguf.md`.
package struct GGUFFile: Sendable {
    /// Version of the format, 2 or 3 (of the first part, if the model is split).
    package let version: Int
    /// Metadata (of the first part, if the model is split).
    package let metadata: Metadata
    /// Tensors in the order of the file.
    package let tensors: [TensorInfo]
    /// The mapped files: one, or every part of a split model in order.
    package let parts: [MappedBytes]
    private let tensorIndices: [String: Int]

    /// Tensor data starts, and every tensor is padded, to a multiple of this unless `general.alignment` says otherwise.
    package static let defaultAlignment = 32

    /// Maps and checks a file; any part of a split model opens all its parts.
    ///
    /// - Throws: `inFile` with the reason, or `file` where the operating system refused.
    package init(path: String) throws(GGUFError) {
        do {
            let first = try FilePart(path: path)
            try self.init(parts: try SplitFiles.allParts(from: first))
        } catch {
            throw error.located(in: path)
        }
    }

    /// Maps and checks the parts of one model, whatever their files are called and in whatever order they come.
    ///
    /// - Throws: `splitMismatch` if they are not all parts of one model.
    package init(parts paths: [String]) throws(GGUFError) {
        let parts = try paths.map { path throws(GGUFError) in try FilePart(path: path) }
        try self.init(parts: try SplitFiles.ordered(parts))
    }

    /// Number of parts of the model that a file belongs to, as its header says; 1 for a whole model.
    package static func partCount(ofFile path: String) throws(GGUFError) -> Int {
        do { return max(try SplitPosition(try FilePart(path: path).metadata)?.count ?? 1, 1) } catch {
            throw error.located(in: path)
        }
    }

    /// Checks the header of bytes in memory, which must be a whole model.
    package init(bytes: MappedBytes) throws(GGUFError) {
        let part = try FilePart(bytes)
        guard let split = try SplitPosition(part.metadata), split.count > 1 else {
            try self.init(parts: [part])
            return
        }
        throw .splitFileName(path: bytes.path, part: split.index + 1, count: split.count)
    }

    private init(parts: [FilePart]) throws(GGUFError) {
        version = parts[0].version
        metadata = parts[0].metadata
        tensors = parts.flatMap(\.tensors)
        self.parts = parts.map(\.bytes)
        var indices: [String: Int] = [:]
        indices.reserveCapacity(tensors.count)
        for (index, tensor) in tensors.enumerated() {
            guard indices.updateValue(index, forKey: tensor.name) == nil else {
                throw .duplicateTensor(tensor.name)
            }
        }
        tensorIndices = indices
    }

    /// The tensor of that name, or nil.
    package func optionalTensor(_ name: String) -> TensorInfo? { tensorIndices[name].map { tensors[$0] } }

    /// The tensor of that name.
    ///
    /// - Throws: `missingTensor`.
    package func tensor(_ name: String) throws(GGUFError) -> TensorInfo {
        guard let tensor = optionalTensor(name) else { throw .missingTensor(name) }
        return tensor
    }
}

/// One file: a whole model or a part of a split one.
struct FilePart {
    let bytes: MappedBytes
    let version: Int
    let metadata: Metadata
    let tensors: [TensorInfo]

    init(path: String) throws(GGUFError) {
        let bytes: MappedBytes
        do { bytes = try MappedBytes(contentsOf: path) } catch { throw .file(error) }
        do { try self.init(bytes) } catch { throw error.located(in: path) }
    }

    init(_ bytes: MappedBytes) throws(GGUFError) {
        self = try bytes.withBytes { span throws(GGUFError) in
            var parser = HeaderParser(span)
            return try FilePart(bytes, &parser)
        }
    }

    private init(_ bytes: MappedBytes, _ parser: inout HeaderParser) throws(GGUFError) {
        let (version, tensorCount, metadataCount) = try parser.start()
        var metadata = Metadata()
        for index in 0..<metadataCount {
            let key = try parser.key(index: index)
            guard metadata[key] == nil else { throw .duplicateKey(key) }
            metadata[key] = try parser.value(key: key, owner: bytes)
        }
        let alignment = try metadata.alignment()
        var parsed: [ParsedTensor] = []
        for index in 0..<tensorCount { parsed.append(try parser.tensor(index: index)) }
        let layout = DataSection(headerEnd: parser.offset, alignment: alignment, fileSize: bytes.count)
        self.bytes = bytes
        self.version = Int(version)
        self.metadata = metadata
        tensors = try layout.place(parsed, in: bytes)
    }
}

/// The part of a file after the header, where the tensors' bytes lie.
struct DataSection {
    let headerEnd: Int
    let alignment: Int
    let fileSize: Int

    /// Where the section starts: the header's end, rounded up; may lie past the end of a file without tensors.
    var start: Int {
        let (padded, overflow) = headerEnd.addingReportingOverflow(alignment - 1)
        return overflow ? .max : padded / alignment * alignment
    }

    /// Checks that every tensor lies inside the file, aligned, and apart from all others.
    func place(_ tensors: [ParsedTensor], in bytes: MappedBytes) throws(GGUFError) -> [TensorInfo] {
        var placed: [TensorInfo] = []
        placed.reserveCapacity(tensors.count)
        for tensor in tensors {
            let range = ByteRange(owner: bytes, range: try self.range(of: tensor))
            placed.append(TensorInfo(name: tensor.name, shape: tensor.shape, type: tensor.type, bytes: range))
        }
        let sorted = placed.sorted { $0.bytes.range.lowerBound < $1.bytes.range.lowerBound }
        for (first, second) in zip(sorted, sorted.dropFirst())
        where first.bytes.range.upperBound > second.bytes.range.lowerBound {
            throw .overlappingTensors(first.name, second.name)
        }
        return placed
    }

    private func range(of tensor: ParsedTensor) throws(GGUFError) -> Range<Int> {
        guard tensor.offset % UInt64(alignment) == 0 else {
            throw .misalignedTensor(tensor: tensor.name, offset: tensor.offset, alignment: alignment)
        }
        let (lower, overflow) = start.addingReportingOverflow(Int(clamping: tensor.offset))
        guard !overflow, lower <= fileSize, tensor.byteCount <= fileSize - lower else {
            throw .truncated(
                .tensorBytes(name: tensor.name), offset: overflow ? .max : lower, wanted: UInt64(tensor.byteCount),
                available: overflow ? 0 : max(fileSize - lower, 0))
        }
        return lower..<lower + tensor.byteCount
    }
}

extension Metadata {
    /// The file's alignment: `general.alignment`, or the default.
    func alignment() throws(GGUFError) -> Int {
        guard let value = self["general.alignment"] else { return GGUFFile.defaultAlignment }
        guard case .uint32(let alignment) = value else {
            throw .wrongType(key: "general.alignment", expected: "uint32", found: value.typeDescription)
        }
        guard alignment.nonzeroBitCount == 1, alignment <= HeaderLimits.alignment else {
            throw .invalidAlignment(found: alignment)
        }
        return Int(alignment)
    }
}
