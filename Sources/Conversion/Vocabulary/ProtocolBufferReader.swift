import Platform

/// Why bytes are no message of protocol buffers.
enum ProtocolBufferError: Error, Equatable {
    case truncated(offset: Int)
    case invalidTag(offset: Int)
    case invalidText(offset: Int)
}

extension ProtocolBufferError: CustomStringConvertible {
    var description: String {
        switch self {
        case .truncated(let offset): "it ends within the field at byte \(offset)"
        case .invalidTag(let offset): "no field begins at byte \(offset)"
        case .invalidText(let offset): "the text at byte \(offset) is not valid UTF-8"
        }
    }
}

/// Reads the fields of a message one by one; nothing traps on any bytes.
///
/// *Source*: Protocol Buffers, "Encoding".
struct ProtocolBufferReader: ~Escapable {
    private var reader: ByteReader

    struct Field {
        let number: Int
        let value: Value
    }

    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        /// Where the bytes of a text, a message or an array lie.
        case bytes(Range<Int>)
        case fixed32(UInt32)
    }

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { reader = ByteReader(bytes) }

    /// The next field; nil at the end.
    @_lifetime(self: copy self)
    mutating func next() throws(ProtocolBufferError) -> Field? {
        guard reader.remaining > 0 else { return nil }
        let start = reader.offset
        let tag: UInt64
        let value: Value?
        do throws(ByteReader.OutOfBytes) {
            tag = try varint()
            value = try self.value(ofKind: tag & 7)
        } catch { throw .truncated(offset: start) }
        guard let value else { throw .invalidTag(offset: start) }
        return Field(number: Int(clamping: tag >> 3), value: value)
    }

    /// The value of a field; nil for kinds that do not exist any more.
    @_lifetime(self: copy self)
    private mutating func value(ofKind kind: UInt64) throws(ByteReader.OutOfBytes) -> Value? {
        switch kind {
        case 0: .varint(try varint())
        case 1: .fixed64(try reader.integer())
        case 2: .bytes(try reader.skip(try varint()))
        case 5: .fixed32(try reader.integer())
        default: nil
        }
    }

    /// Seven bits a byte, the lowest first; bits beyond 64 are lost, as readers of the format have it.
    @_lifetime(self: copy self)
    private mutating func varint() throws(ByteReader.OutOfBytes) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try reader.integer(UInt8.self)
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            if byte < 0x80 { break }
        }
        return value
    }
}
