import Platform

/// A Swift value that has a metadata type of its own: what scalars and array elements are written from.
package protocol MetadataElement {
    static var metadataType: MetadataType { get }
    /// Appends the value as the file stores it.
    func encode(into bytes: inout [UInt8])
}

extension FixedWidthInteger {
    /// Appends the integer's bytes, lowest first.
    fileprivate func encodeLittleEndian(into bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: Self.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: self >> shift))
        }
    }
}

extension UInt8: MetadataElement {
    package static var metadataType: MetadataType { .uint8 }
    package func encode(into bytes: inout [UInt8]) { bytes.append(self) }
}

extension Int8: MetadataElement {
    package static var metadataType: MetadataType { .int8 }
    package func encode(into bytes: inout [UInt8]) { bytes.append(UInt8(bitPattern: self)) }
}

extension UInt16: MetadataElement {
    package static var metadataType: MetadataType { .uint16 }
    package func encode(into bytes: inout [UInt8]) { encodeLittleEndian(into: &bytes) }
}

extension Int16: MetadataElement {
    package static var metadataType: MetadataType { .int16 }
    package func encode(into bytes: inout [UInt8]) { encodeLittleEndian(into: &bytes) }
}

extension UInt32: MetadataElement {
    package static var metadataType: MetadataType { .uint32 }
    package func encode(into bytes: inout [UInt8]) { encodeLittleEndian(into: &bytes) }
}

extension Int32: MetadataElement {
    package static var metadataType: MetadataType { .int32 }
    package func encode(into bytes: inout [UInt8]) { encodeLittleEndian(into: &bytes) }
}

extension UInt64: MetadataElement {
    package static var metadataType: MetadataType { .uint64 }
    package func encode(into bytes: inout [UInt8]) { encodeLittleEndian(into: &bytes) }
}

extension Int64: MetadataElement {
    package static var metadataType: MetadataType { .int64 }
    package func encode(into bytes: inout [UInt8]) { encodeLittleEndian(into: &bytes) }
}

extension Float: MetadataElement {
    package static var metadataType: MetadataType { .float32 }
    package func encode(into bytes: inout [UInt8]) { bitPattern.encodeLittleEndian(into: &bytes) }
}

extension Double: MetadataElement {
    package static var metadataType: MetadataType { .float64 }
    package func encode(into bytes: inout [UInt8]) { bitPattern.encodeLittleEndian(into: &bytes) }
}

extension Bool: MetadataElement {
    package static var metadataType: MetadataType { .bool }
    package func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension String: MetadataElement {
    package static var metadataType: MetadataType { .string }
    package func encode(into bytes: inout [UInt8]) {
        UInt64(utf8.count).encode(into: &bytes)
        bytes.append(contentsOf: utf8)
    }
}

extension MetadataString: MetadataElement {
    package static var metadataType: MetadataType { .string }
    package func encode(into bytes: inout [UInt8]) {
        UInt64(count).encode(into: &bytes)
        bytes.append(contentsOf: self.bytes)
    }
}

extension MetadataArray: MetadataElement {
    package static var metadataType: MetadataType { .array }
    package func encode(into bytes: inout [UInt8]) {
        elementType.rawValue.encode(into: &bytes)
        UInt64(count).encode(into: &bytes)
        bytes.append(contentsOf: content.withBytes { $0.littleEndianIntegers(UInt8.self) })
    }

    /// An array made in memory.
    package init<Element: MetadataElement>(_ values: [Element]) {
        var bytes: [UInt8] = []
        for value in values { value.encode(into: &bytes) }
        self.init(elementType: Element.metadataType, count: values.count, content: .owned(bytes))
    }
}

extension MetadataValue {
    /// Appends the value as the file stores it, without its type.
    package func encode(into bytes: inout [UInt8]) {
        switch self {
        case .uint8(let value): value.encode(into: &bytes)
        case .int8(let value): value.encode(into: &bytes)
        case .uint16(let value): value.encode(into: &bytes)
        case .int16(let value): value.encode(into: &bytes)
        case .uint32(let value): value.encode(into: &bytes)
        case .int32(let value): value.encode(into: &bytes)
        case .uint64(let value): value.encode(into: &bytes)
        case .int64(let value): value.encode(into: &bytes)
        case .float32(let value): value.encode(into: &bytes)
        case .float64(let value): value.encode(into: &bytes)
        case .bool(let value): value.encode(into: &bytes)
        case .string(let value): value.encode(into: &bytes)
        case .array(let value): value.encode(into: &bytes)
        }
    }
}

extension MetadataValue: Equatable {
    /// Same type and same bytes: a NaN equals itself, zero does not equal minus zero.
    package static func == (one: MetadataValue, other: MetadataValue) -> Bool {
        guard one.type == other.type else { return false }
        var bytes: (one: [UInt8], other: [UInt8]) = ([], [])
        one.encode(into: &bytes.one)
        other.encode(into: &bytes.other)
        return bytes.one == bytes.other
    }
}
