import Platform
import Quantization

/// Limits on what a header may claim, far above any real model, so that a hostile file cannot make us allocate more
/// than a small multiple of its own size.
enum HeaderLimits {
    static let metadataEntries = 1 << 20
    static let tensors = 1 << 20
    /// Keys are at most this long by the specification; tensor names get the same room.
    static let nameByteCount = 65_535
    static let arrayNesting = 4
    static let dimensions = 4
    static let alignment = 1 << 24
}

/// A metadata array as found: what it holds and where its elements lie in the parsed bytes.
struct ParsedArray {
    let elementType: MetadataType
    let count: Int
    let elements: Range<Int>
}

/// A tensor as described in the header; nothing is checked against the rest of the file yet.
struct ParsedTensor {
    let name: String
    let shape: [Int]
    let type: QuantizationType
    /// Offset from the start of the data section.
    let offset: UInt64
    let byteCount: Int
}

/// Reads the parts of a GGUF header in order. Every failure is a `GGUFError` that says where.
///
/// *Source*: ggml's `docs/gguf.md`. Versions 2 and 3 have the same layout; 3 only added big-endian files.
struct HeaderParser: ~Escapable {
    private var reader: ByteReader

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { reader = ByteReader(bytes) }

    /// Offset of the next read.
    var offset: Int { reader.offset }

    /// Reads magic, version and counts.
    @_lifetime(self: copy self)
    mutating func start() throws(GGUFError) -> (version: UInt32, tensorCount: Int, metadataCount: Int) {
        let magic: UInt32 = try integer(.header)
        let expected: UInt32 = 0x4655_4747  // "GGUF"
        guard magic == expected else {
            throw .notGGUF(found: (0..<4).map { UInt8(truncatingIfNeeded: magic >> (8 * $0)) })
        }
        let version: UInt32 = try integer(.header)
        // A small version number in the other byte order has its low half empty.
        if version != 0, version & 0xFFFF == 0 { throw .bigEndian }
        guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
        let tensorCount = try count(.header, limit: HeaderLimits.tensors)
        let metadataCount = try count(.header, limit: HeaderLimits.metadataEntries)
        return (version, tensorCount, metadataCount)
    }

    /// Reads a key.
    @_lifetime(self: copy self)
    mutating func key(index: Int) throws(GGUFError) -> String { try name(.key(index: index)) }

    /// Reads the type and the value of a metadata entry.
    @_lifetime(self: copy self)
    mutating func value(key: String, owner: MappedBytes) throws(GGUFError) -> MetadataValue {
        let place = GGUFPlace.value(key: key)
        switch try type(key: key) {
        case .uint8: return .uint8(try integer(place))
        case .int8: return .int8(try integer(place))
        case .uint16: return .uint16(try integer(place))
        case .int16: return .int16(try integer(place))
        case .uint32: return .uint32(try integer(place))
        case .int32: return .int32(try integer(place))
        case .uint64: return .uint64(try integer(place))
        case .int64: return .int64(try integer(place))
        case .float32: return .float32(Float(bitPattern: try integer(place)))
        case .float64: return .float64(Double(bitPattern: try integer(place)))
        case .bool:
            let byte: UInt8 = try integer(place)
            guard byte <= 1 else { throw .invalidBool(key: key, found: byte) }
            return .bool(byte == 1)
        case .string:
            return .string(MetadataString(content: .mapped(ByteRange(owner: owner, range: try text(place)))))
        case .array:
            let array = try array(key: key, depth: 0)
            let content = MetadataBytes.mapped(ByteRange(owner: owner, range: array.elements))
            return .array(MetadataArray(elementType: array.elementType, count: array.count, content: content))
        }
    }

    /// Reads an array's element type and count and steps over its elements.
    ///
    /// - Parameter depth: how many arrays enclose this one.
    @_lifetime(self: copy self)
    mutating func array(key: String, depth: Int) throws(GGUFError) -> ParsedArray {
        let place = GGUFPlace.value(key: key)
        guard depth < HeaderLimits.arrayNesting else {
            throw .nestedTooDeep(key: key, limit: HeaderLimits.arrayNesting)
        }
        let elementType = try type(key: key)
        let claimed: UInt64 = try integer(place)
        let start = offset
        if let size = elementType.byteCount {
            let (wanted, overflow) = claimed.multipliedReportingOverflow(by: UInt64(size))
            _ = try skip(overflow ? .max : wanted, place)
        } else {
            var index: UInt64 = 0
            while index < claimed {
                if elementType == .string { _ = try text(place) } else { _ = try array(key: key, depth: depth + 1) }
                index += 1
            }
        }
        // Every element takes at least a byte, so the count is below the file's size by now.
        return ParsedArray(elementType: elementType, count: Int(claimed), elements: start..<offset)
    }

    /// Reads the description of a tensor.
    @_lifetime(self: copy self)
    mutating func tensor(index: Int) throws(GGUFError) -> ParsedTensor {
        let name = try name(.tensorName(index: index))
        let place = GGUFPlace.tensorInfo(name: name)
        let dimensionCount: UInt32 = try integer(place)
        guard dimensionCount <= HeaderLimits.dimensions else {
            throw .tooManyDimensions(tensor: name, found: dimensionCount, limit: HeaderLimits.dimensions)
        }
        var dimensions: [UInt64] = []
        for _ in 0..<dimensionCount { dimensions.append(try integer(place)) }
        let typeNumber: UInt32 = try integer(place)
        guard let type = QuantizationType(rawValue: typeNumber) else {
            throw .unsupportedTensorType(tensor: name, found: typeNumber)
        }
        let offset: UInt64 = try integer(place)
        let size = try TensorSize(name: name, dimensions: dimensions, type: type)
        return ParsedTensor(name: name, shape: size.shape, type: type, offset: offset, byteCount: size.byteCount)
    }

    // MARK: Pieces

    @_lifetime(self: copy self)
    private mutating func type(key: String) throws(GGUFError) -> MetadataType {
        let number: UInt32 = try integer(.value(key: key))
        guard let type = MetadataType(rawValue: number) else { throw .unknownMetadataType(key: key, found: number) }
        return type
    }

    @_lifetime(self: copy self)
    private mutating func count(_ place: GGUFPlace, limit: Int) throws(GGUFError) -> Int {
        let count: UInt64 = try integer(place)
        guard count <= UInt64(limit) else { throw .tooMany(place, found: count, limit: limit) }
        return Int(count)
    }

    @_lifetime(self: copy self)
    private mutating func name(_ place: GGUFPlace) throws(GGUFError) -> String {
        let start = offset
        let range = try text(place)
        guard range.count <= HeaderLimits.nameByteCount else {
            throw .textTooLong(place, found: UInt64(range.count), limit: HeaderLimits.nameByteCount)
        }
        guard let name = reader.text(range) else { throw .invalidText(place, offset: start) }
        return name
    }

    /// Steps over a length and as many bytes; returns where the bytes are.
    @_lifetime(self: copy self)
    private mutating func text(_ place: GGUFPlace) throws(GGUFError) -> Range<Int> {
        try skip(try integer(place), place)
    }

    @_lifetime(self: copy self)
    private mutating func skip(_ count: UInt64, _ place: GGUFPlace) throws(GGUFError) -> Range<Int> {
        do {
            return try reader.skip(count)
        } catch {
            throw .truncated(place, offset: error.offset, wanted: error.wanted, available: error.available)
        }
    }

    @_lifetime(self: copy self)
    private mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ place: GGUFPlace
    ) throws(GGUFError) -> Value {
        do {
            return try reader.integer(Value.self)
        } catch {
            throw .truncated(place, offset: error.offset, wanted: error.wanted, available: error.available)
        }
    }
}

/// A tensor's shape and size, checked: no empty dimension, whole blocks, no overflow.
struct TensorSize {
    let shape: [Int]
    let byteCount: Int

    init(name: String, dimensions: [UInt64], type: QuantizationType) throws(GGUFError) {
        var shape: [Int] = []
        var count = 1
        for dimension in dimensions {
            guard let length = Int(exactly: dimension), length > 0 else {
                throw .invalidShape(tensor: name, found: dimensions)
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow else { throw .invalidShape(tensor: name, found: dimensions) }
            shape.append(length)
            count = product
        }
        let rowLength = shape.first ?? 1
        guard rowLength % type.weightsPerBlock == 0 else {
            throw .partialBlock(tensor: name, type: type, rowLength: rowLength)
        }
        guard let byteCount = type.byteCount(weights: count) else {
            throw .invalidShape(tensor: name, found: dimensions)
        }
        self.shape = shape
        self.byteCount = byteCount
    }
}
