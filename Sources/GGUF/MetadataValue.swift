import Platform

/// The type of a metadata value, with the number that the file stores.
package enum MetadataType: UInt32, CaseIterable, Sendable {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Size of one value in bytes; nil for text and arrays, whose size is in the file.
    package var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }
}

/// One metadata value, as the file types it.
///
/// Text and arrays stay ranges of the mapped file until they are asked for.
package enum MetadataValue: Sendable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(MetadataString)
    case array(MetadataArray)
    case uint64(UInt64)
    case int64(Int64)
    case float64(Double)

    /// The type that the file gives this value.
    package var type: MetadataType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .float32: .float32
        case .bool: .bool
        case .string: .string
        case .array: .array
        case .uint64: .uint64
        case .int64: .int64
        case .float64: .float64
        }
    }

    /// The type in words, for messages: `uint32`, `array of 3 string`.
    package var typeDescription: String {
        guard case .array(let array) = self else { return "\(type)" }
        return "array of \(array.count) \(array.elementType)"
    }

    /// The value as an integer of any width; nil for other types. `Int128` holds every integer of the format.
    package var integer: Int128? {
        switch self {
        case .uint8(let value): Int128(value)
        case .int8(let value): Int128(value)
        case .uint16(let value): Int128(value)
        case .int16(let value): Int128(value)
        case .uint32(let value): Int128(value)
        case .int32(let value): Int128(value)
        case .uint64(let value): Int128(value)
        case .int64(let value): Int128(value)
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    /// A text value.
    package static func text(_ text: String) -> MetadataValue { .string(MetadataString(text)) }
}

/// Bytes of a metadata value: a range of the mapped file, or bytes made in memory for the writer.
enum MetadataBytes: Sendable {
    case mapped(ByteRange)
    case owned([UInt8])

    var count: Int {
        switch self {
        case .mapped(let range): range.count
        case .owned(let bytes): bytes.count
        }
    }

    func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .mapped(let range): try range.withBytes(body)
        case .owned(let bytes): try bytes.withBytes(body)
        }
    }

    /// A part of the bytes; shares a mapping, copies owned bytes.
    func part(_ range: Range<Int>) -> MetadataBytes {
        switch self {
        case .mapped(let whole):
            let start = whole.range.lowerBound
            return .mapped(
                ByteRange(owner: whole.owner, range: start + range.lowerBound..<start + range.upperBound))
        case .owned(let bytes): return .owned(Array(bytes[range]))
        }
    }
}

/// Text of a metadata value: usually UTF-8, which is checked only when it is read as text.
package struct MetadataString: Sendable {
    let content: MetadataBytes

    init(content: MetadataBytes) { self.content = content }

    /// Text made in memory.
    package init(_ text: String) { content = .owned(Array(text.utf8)) }

    /// Bytes made in memory; they need not be UTF-8.
    package init(bytes: [UInt8]) { content = .owned(bytes) }

    /// Length in bytes.
    package var count: Int { content.count }

    /// The text, or nil if the bytes are not valid UTF-8.
    package var text: String? { content.withBytes { $0.validatedText } }

    /// A copy of the bytes.
    package var bytes: [UInt8] { content.withBytes { $0.littleEndianIntegers(UInt8.self) } }

    /// Runs `body` on the bytes.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try content.withBytes(body)
    }
}
