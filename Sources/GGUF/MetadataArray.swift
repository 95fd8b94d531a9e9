import Platform

/// A metadata array: its element type, its count and its bytes as they stand in the file.
///
/// Nothing is decoded until it is asked for, so that a vocabulary of 150,000 tokens costs one walk over its lengths
/// at load. Each accessor decodes the whole array at once; keep the result.
package struct MetadataArray: Sendable {
    package let elementType: MetadataType
    package let count: Int
    /// Exactly `count` encoded elements.
    let content: MetadataBytes

    /// Integers of any width, or nil if the elements are no integers or one does not fit `Int`.
    package func integers() -> [Int]? {
        switch elementType {
        case .uint8: decoded(UInt8.self).map(Int.init)
        case .int8: decoded(Int8.self).map(Int.init)
        case .uint16: decoded(UInt16.self).map(Int.init)
        case .int16: decoded(Int16.self).map(Int.init)
        case .uint32: decoded(UInt32.self).map(Int.init)
        case .int32: decoded(Int32.self).map(Int.init)
        case .int64: decoded(Int.self)
        case .uint64: Self.allOrNothing(decoded(UInt64.self)) { Int(exactly: $0) }
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    /// Floating-point numbers, those of 64 bits rounded to the nearest float32; nil for other element types.
    package func floats() -> [Float]? {
        switch elementType {
        case .float32: decoded(UInt32.self).map(Float.init(bitPattern:))
        case .float64: decoded(UInt64.self).map { Float(Double(bitPattern: $0)) }
        default: nil
        }
    }

    /// Floating-point numbers of 64 bits, or of 32 widened; nil for other element types.
    package func doubles() -> [Double]? {
        elementType == .float64 ? decoded(UInt64.self).map(Double.init(bitPattern:)) : floats()?.map(Double.init)
    }

    /// The elements of an array of `uint64`, which need not fit `Int`; nil for other element types.
    package func unsignedIntegers() -> [UInt64]? { elementType == .uint64 ? decoded(UInt64.self) : nil }

    /// Booleans; nil for other element types or if an element is neither 0 nor 1.
    package func bools() -> [Bool]? {
        guard elementType == .bool else { return nil }
        return Self.allOrNothing(decoded(UInt8.self)) { $0 > 1 ? nil : $0 == 1 }
    }

    /// The elements' bytes one after the other, for arrays of 8-bit integers; nil for other element types.
    package func bytes() -> [UInt8]? {
        elementType == .uint8 || elementType == .int8 ? decoded(UInt8.self) : nil
    }

    /// Texts with random access; nil for other element types.
    ///
    /// *Complexity*: one walk over the lengths.
    package func strings() -> MetadataStrings? {
        guard elementType == .string else { return nil }
        return MetadataStrings(content: content, count: count)
    }

    /// The inner arrays of an array of arrays; nil for other element types.
    package func arrays() -> [MetadataArray]? {
        guard elementType == .array else { return nil }
        return content.withBytes { bytes in
            var parser = HeaderParser(bytes)
            var arrays: [MetadataArray] = []
            while arrays.count < count {
                guard let inner = try? parser.array(key: "", depth: 1) else { return nil }
                arrays.append(
                    MetadataArray(
                        elementType: inner.elementType, count: inner.count, content: content.part(inner.elements)))
            }
            return arrays
        }
    }

    private func decoded<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> [Value] {
        content.withBytes { $0.littleEndianIntegers(Value.self) }
    }

    private static func allOrNothing<From, To>(_ values: [From], _ convert: (From) -> To?) -> [To]? {
        let converted = values.compactMap(convert)
        return converted.count == values.count ? converted : nil
    }
}

/// The texts of a metadata array with random access: ranges of the file, decoded one by one on demand.
package struct MetadataStrings: Sendable {
    private let content: MetadataBytes
    /// Where each text ends within `content`; the next one starts eight bytes later, after its length.
    private let ends: [Int]

    private static let lengthByteCount = 8

    fileprivate init?(content: MetadataBytes, count: Int) {
        var ends: [Int] = []
        ends.reserveCapacity(min(count, content.count / Self.lengthByteCount))
        let isWhole = content.withBytes { bytes in
            var reader = ByteReader(bytes)
            for _ in 0..<count {
                guard let length = try? reader.integer(UInt64.self), let range = try? reader.skip(length) else {
                    return false
                }
                ends.append(range.upperBound)
            }
            return true
        }
        guard isWhole else { return nil }
        self.content = content
        self.ends = ends
    }

    package var count: Int { ends.count }

    /// The text at an index, or nil if its bytes are not valid UTF-8.
    package func text(at index: Int) -> String? { withBytes(at: index) { $0.validatedText } }

    /// A copy of the bytes of the text at an index.
    package func bytes(at index: Int) -> [UInt8] { withBytes(at: index) { $0.littleEndianIntegers(UInt8.self) } }

    /// Runs `body` on the bytes of the text at an index.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        at index: Int, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = range(at: index)
        return try content.withBytes { bytes throws(Failure) in try body(bytes.extracting(range)) }
    }

    /// Where the text at an index lies in the bytes of `withAllBytes`.
    package func range(at index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1]) + Self.lengthByteCount..<ends[index]
    }

    /// Runs `body` on the bytes of the whole array, for a single pass over all texts with `range(at:)`.
    package func withAllBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try content.withBytes(body)
    }
}
