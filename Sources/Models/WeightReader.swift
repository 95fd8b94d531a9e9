package import Compute
package import GGUF
import Platform
import Quantization

/// Hands an architecture its hyperparameters and weights, checking every name, type and shape.
///
/// Tensor names are GGUF's; shapes are given as the architecture thinks of them, `[rows, columns]` for a
/// matrix that maps `columns` values to `rows`.
package struct WeightReader: ~Copyable {
    let file: GGUFFile
    package let architecture: String
    private let loader: any WeightLoader
    private let adapter: Adapter?

    /// - Parameter adapter: what is added to some of the matrices.
    /// - Throws: `metadata` if the file does not name its architecture.
    package init(_ file: GGUFFile, adapter: Adapter? = nil, loader: any WeightLoader) throws(ModelError) {
        do { architecture = try file.metadata.string("general.architecture") } catch { throw .metadata(error) }
        self.file = file
        self.adapter = adapter
        self.loader = loader
    }

    // MARK: Hyperparameters

    /// A positive count under `<architecture>.<key>`.
    func count(_ key: String, limit: Int = Hyperparameters.limit) throws(ModelError) -> Int {
        guard let value = try optionalCount(key, limit: limit) else { throw missing(key, "positive integer") }
        return value
    }

    /// A count under `<architecture>.<key>`, or nil if the file has none. An array of equal counts, one per
    /// layer, counts as one.
    func optionalCount(
        _ key: String, minimum: Int = 1, limit: Int = Hyperparameters.limit
    ) throws(ModelError) -> Int? {
        guard let values = try optionalCounts(key), let first = values.first else { return nil }
        let full = fullKey(key)
        guard values.allSatisfy({ $0 == first }) else {
            throw .unsupported(what: "metadata key '\(full)' that differs between layers", found: "\(values.prefix(8))")
        }
        guard first >= minimum, first <= limit else {
            throw .invalidHyperparameter(key: full, expected: "\(minimum) to \(limit)", found: "\(first)")
        }
        return first
    }

    /// The integers under `<architecture>.<key>`: one, or one per layer. Booleans count as 0 and 1.
    func optionalCounts(_ key: String) throws(ModelError) -> [Int]? {
        let (metadata, full) = (file.metadata, fullKey(key))
        do {
            guard case .array(let array) = metadata[full] else {
                return try metadata.optionalInteger(full).map { [$0] }
            }
            guard array.elementType == .bool else { return try metadata.integers(full) }
            return try metadata.bools(full).map { $0 ? 1 : 0 }
        } catch { throw .metadata(error) }
    }

    /// A finite float under `<architecture>.<key>`, or nil if the file has none.
    func optionalFloat(
        _ key: String, above lowerBound: Float = -.infinity, atLeast minimum: Float = -.infinity
    ) throws(ModelError) -> Float? {
        let full = fullKey(key)
        let found: Float?
        do { found = try file.metadata.optionalFloat(full) } catch { throw .metadata(error) }
        guard let found else { return nil }
        guard found.isFinite, found > lowerBound, found >= minimum else {
            throw .invalidHyperparameter(
                key: full, expected: "a finite number from \(max(lowerBound, minimum))", found: "\(found)")
        }
        return found
    }

    /// A Boolean under `<architecture>.<key>`, or nil if the file has none.
    func optionalBool(_ key: String) throws(ModelError) -> Bool? {
        do { return try file.metadata.optionalBool(fullKey(key)) } catch { throw .metadata(error) }
    }

    /// A string under `<architecture>.<key>`, or nil if the file has none.
    func optionalString(_ key: String) throws(ModelError) -> String? {
        do { return try file.metadata.optionalString(fullKey(key)) } catch { throw .metadata(error) }
    }

    /// The error that names a key the architecture cannot do without.
    func missing(_ key: String, _ expected: String) -> ModelError {
        .metadata(.missingKey(fullKey(key), expected: expected))
    }

    private func fullKey(_ key: String) -> String { "\(architecture).\(key)" }

    /// Rows of the embedding table.
    func vocabularySize(embeddingLength: Int) throws(ModelError) -> Int {
        try rowCount("token_embd.weight", columns: embeddingLength)
    }

    /// Rows of a matrix whose height no key says.
    func rowCount(_ name: String, columns: Int) throws(ModelError) -> Int {
        let shape = try info(name).shape
        // A matrix of one row may be stored as a vector.
        if shape == [columns] { return 1 }
        guard shape.count == 2, shape[0] == columns, shape[1] > 0, shape[1] <= 1 << 24 else {
            throw .wrongShape(tensor: name, expected: [columns, -1], found: shape)
        }
        return shape[1]
    }

    // MARK: Weights

    /// Whether the file has a tensor of that name.
    func has(_ name: String) -> Bool { file.optionalTensor(name) != nil }

    /// A matrix of `[rows, columns]`.
    func matrix(_ name: String, rows: Int, columns: Int) throws(ModelError) -> WeightHandle {
        try load(name, shape: [columns, rows], matrixCount: 1)
    }

    /// Some rows of a matrix of `[rowCount, columns]`, such as the queries' part of a fused projection.
    func matrix(_ name: String, rows: Range<Int>, of rowCount: Int, columns: Int) throws(ModelError) -> WeightHandle {
        try load(name, shape: [columns, rowCount], matrixCount: 1, rows: rows)
    }

    /// One matrix of `[rows, columns]` per expert, stacked.
    func experts(_ name: String, count: Int, rows: Int, columns: Int) throws(ModelError) -> WeightHandle {
        try load(name, shape: [columns, rows, count], matrixCount: count)
    }

    /// A vector of `count` values, as float32 whatever its type in the file.
    func vector(_ name: String, count: Int) throws(ModelError) -> VectorHandle {
        let values = try floats(name, count: count)
        do { return try loader.load(vector: values) } catch { throw .compute(error, tensor: name) }
    }

    /// A vector, or nil if the file has none of that name.
    func optionalVector(_ name: String, count: Int) throws(ModelError) -> VectorHandle? {
        has(name) ? try vector(name, count: count) : nil
    }

    /// Some values of a vector of `count`, or nil if the file has none of that name.
    func optionalVector(_ name: String, values: Range<Int>, of count: Int) throws(ModelError) -> VectorHandle? {
        guard has(name) else { return nil }
        let part = Array(try floats(name, count: count)[values])
        do { return try loader.load(vector: part) } catch { throw .compute(error, tensor: name) }
    }

    /// Loads a rotary embedding.
    func load(rope: RoPE) throws(ModelError) -> RoPEHandle {
        do { return try loader.load(rope: rope) } catch { throw .compute(error, tensor: "rope") }
    }

    /// The values of a small tensor.
    func floats(_ name: String, count: Int) throws(ModelError) -> [Float] {
        let info = try info(name)
        guard info.shape == [count] else { throw .wrongShape(tensor: name, expected: [count], found: info.shape) }
        var values = [Float](repeating: 0, count: count)
        do throws(QuantizationError) {
            try info.bytes.withBytes { (bytes) throws(QuantizationError) in
                var span = values.mutableSpan
                try info.type.decode(bytes, into: &span)
            }
        } catch { throw .quantization(error, tensor: name) }
        return values
    }

    /// - Parameter rows: those to load of a single matrix; nil for all.
    private func load(
        _ name: String, shape: [Int], matrixCount: Int, rows: Range<Int>? = nil
    ) throws(ModelError) -> WeightHandle {
        let info = try info(name)
        guard Self.normalized(info.shape) == Self.normalized(shape) else {
            throw .wrongShape(tensor: name, expected: shape, found: info.shape)
        }
        let bytes = rows.map { Self.rows($0, of: info, rowCount: shape[1]) } ?? info.bytes
        let source = WeightSource(
            type: info.type, rows: rows?.count ?? shape[1], columns: shape[0], matrixCount: matrixCount, bytes: bytes)
        let handle = try load(source, name: name)
        guard matrixCount == 1, rows == nil, let pair = try adapter?.takePair(for: name, shape: shape) else {
            return handle
        }
        return handle.adding(
            try load(pair.down, name: name), try load(pair.up, name: name), scale: pair.scale)
    }

    private func load(_ source: WeightSource, name: String) throws(ModelError) -> WeightHandle {
        do { return try loader.load(source) } catch { throw .compute(error, tensor: name) }
    }

    /// The bytes of some rows: whole blocks that follow each other.
    private static func rows(_ rows: Range<Int>, of info: TensorInfo, rowCount: Int) -> ByteRange {
        let (start, rowBytes) = (info.bytes.range.lowerBound, info.bytes.count / rowCount)
        return ByteRange(
            owner: info.bytes.owner, range: start + rows.lowerBound * rowBytes..<start + rows.upperBound * rowBytes)
    }

    /// A shape without the ones at its end, which files write or leave out.
    private static func normalized(_ shape: [Int]) -> [Int] {
        let last = shape.lastIndex { $0 != 1 } ?? 0
        return Array(shape.prefix(last + 1))
    }

    private func info(_ name: String) throws(ModelError) -> TensorInfo {
        guard let info = file.optionalTensor(name) else {
            throw .missingTensor(name: name, architecture: architecture)
        }
        return info
    }
}
