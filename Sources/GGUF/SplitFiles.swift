import Platform

/// Models that are split into several files, `name-00001-of-00003.gguf` and so on.
///
/// The first part carries the model's metadata; each part carries `split.no` (from 0), `split.count` and
/// `split.tensors.count`, and its share of the tensors.
///
/// *Source*: llama.cpp, `tools/gguf-split`.
enum SplitFiles {
    /// All parts of the model that `part` belongs to, in order; just `part` if it is whole.
    static func allParts(from part: FilePart) throws(GGUFError) -> [FilePart] {
        guard let position = try SplitPosition(part.metadata), position.count > 1 else { return [part] }
        guard let name = SplitName(part.bytes.path), name.number == position.index + 1, name.count == position.count
        else {
            throw .splitFileName(path: part.bytes.path, part: position.index + 1, count: position.count)
        }
        var parts: [FilePart] = []
        for index in 0..<position.count {
            let next = index == position.index ? part : try FilePart(path: name.part(index + 1))
            try check(next, index: index, of: position)
            parts.append(next)
        }
        try checkTensorCount(of: parts, position)
        return parts
    }

    private static func checkTensorCount(of parts: [FilePart], _ whole: SplitPosition) throws(GGUFError) {
        let tensorCount = parts.reduce(0) { $0 + $1.tensors.count }
        guard let claimed = whole.tensorCount, claimed != tensorCount else { return }
        throw .splitMismatch(key: SplitPosition.tensorCountKey, expected: tensorCount, found: claimed)
    }

    /// Given files as the parts of one model, put into their order.
    static func ordered(_ parts: [FilePart]) throws(GGUFError) -> [FilePart] {
        guard let first = parts.first else { throw .splitMismatch(key: SplitPosition.countKey, expected: 1, found: 0) }
        let position = try SplitPosition(first.metadata)
        let count = max(position?.count ?? 1, 1)
        guard count == parts.count else {
            throw .splitMismatch(key: SplitPosition.countKey, expected: parts.count, found: count)
        }
        guard let whole = position, count > 1 else { return parts }
        let indices = try parts.map { part throws(GGUFError) in try SplitPosition(part.metadata)?.index ?? 0 }
        let sorted = indices.indices.sorted { indices[$0] < indices[$1] }.map { parts[$0] }
        for (index, part) in sorted.enumerated() { try check(part, index: index, of: whole) }
        try checkTensorCount(of: sorted, whole)
        return sorted
    }

    private static func check(_ part: FilePart, index: Int, of whole: SplitPosition) throws(GGUFError) {
        let found: SplitPosition?
        do { found = try SplitPosition(part.metadata) } catch { throw error.located(in: part.bytes.path) }
        guard let found, found.count == whole.count else {
            throw .inFile(
                path: part.bytes.path,
                .splitMismatch(key: SplitPosition.countKey, expected: whole.count, found: found?.count ?? 1))
        }
        guard found.index == index else {
            throw .inFile(
                path: part.bytes.path,
                .splitMismatch(key: SplitPosition.indexKey, expected: index, found: found.index))
        }
    }
}

/// Which part of a split model a file is.
struct SplitPosition {
    /// From 0.
    let index: Int
    let count: Int
    /// Tensors of all parts together.
    let tensorCount: Int?

    static let indexKey = "split.no"
    static let countKey = "split.count"
    static let tensorCountKey = "split.tensors.count"
    /// File names have room for five digits.
    private static let limit = 99_999

    /// Nil if the metadata does not speak of parts.
    init?(_ metadata: Metadata) throws(GGUFError) {
        guard let count = try metadata.optionalInteger(Self.countKey) else { return nil }
        guard 0...Self.limit ~= count else {
            throw .outOfRange(key: Self.countKey, expected: "at most \(Self.limit)", found: "\(count)")
        }
        let index = try metadata.integer(Self.indexKey)
        guard 0..<max(count, 1) ~= index else {
            throw .outOfRange(key: Self.indexKey, expected: "less than \(count)", found: "\(index)")
        }
        self.index = index
        self.count = count
        tensorCount = try metadata.optionalInteger(Self.tensorCountKey)
    }
}
