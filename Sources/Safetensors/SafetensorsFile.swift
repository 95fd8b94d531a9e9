import JSON
package import Platform

/// One tensor of a file: its name, shape and type, and where its bytes are.
package struct SafetensorsTensor: Sendable {
    package let name: String
    /// Dimensions, outermost first: a matrix of `rows` × `columns` is `[rows, columns]`.
    package let shape: [Int]
    package let type: SafetensorsType
    /// Exactly as many bytes as shape and type need.
    package let bytes: ByteRange
}

/// An opened safetensors file: tensors, all of them ranges of the mapped bytes.
///
/// The file is eight bytes with the length of the header, the header in JSON, and the tensors' bytes end to end.
/// All of the header is checked when the file is opened: whoever holds a tensor can read its range.
///
/// *Source*: README of the safetensors package, section "Format".
package struct SafetensorsFile: Sendable {
    /// Tensors in the order of their bytes.
    package let tensors: [SafetensorsTensor]

    /// The longest header, as the reference reader has it.
    package static let headerLimit = 100_000_000

    /// Maps and checks a file.
    ///
    /// - Throws: `inFile` with the reason, or `file` where the operating system refused.
    package init(path: String) throws(SafetensorsError) {
        let bytes: MappedBytes
        do { bytes = try MappedBytes(contentsOf: path) } catch { throw .file(error) }
        do { try self.init(bytes) } catch { throw error.located(in: path) }
    }

    /// Checks bytes in memory.
    package init(_ bytes: MappedBytes) throws(SafetensorsError) {
        let (header, start) = try bytes.withBytes { span throws(SafetensorsError) in try Self.header(span) }
        tensors = try Self.checked(try Self.entries(header), in: bytes, start: start)
    }

    /// The header's text, and where it ends.
    private static func header(_ bytes: RawSpan) throws(SafetensorsError) -> (text: [UInt8], end: Int) {
        var reader = ByteReader(bytes)
        let length: UInt64
        let range: Range<Int>
        do throws(ByteReader.OutOfBytes) {
            length = try reader.integer()
            range = try reader.skip(min(length, UInt64(headerLimit) + 1))
        } catch { throw .truncated(wanted: error.wanted, available: error.available) }
        guard length <= headerLimit else { throw .headerTooLong(found: length, limit: headerLimit) }
        return (bytes.extracting(range).littleEndianIntegers(UInt8.self), range.upperBound)
    }

    /// A tensor as the header describes it; `offsets` count from the end of the header.
    private struct Entry {
        let name: String
        let shape: [Int]
        let type: SafetensorsType
        let offsets: Range<Int>
    }

    private static func entries(_ header: [UInt8]) throws(SafetensorsError) -> [Entry] {
        var options = JSONParser.Options()
        options.depthLimit = 4
        let json: JSONValue
        do { json = try JSONParser.parse(header, options: options) } catch { throw .invalidHeader(error) }
        guard let members = json.objectValue?.members else { throw .notAnObject }
        var entries: [Entry] = []
        for (name, value) in members where name != "__metadata__" { entries.append(try entry(name, value)) }
        return entries
    }

    private static func entry(_ name: String, _ value: JSONValue) throws(SafetensorsError) -> Entry {
        guard let typeName = value["dtype"]?.stringValue else {
            throw .invalidField(tensor: name, field: "dtype", expected: "a type's name")
        }
        guard let type = SafetensorsType(rawValue: typeName) else { throw .unknownType(tensor: name, found: typeName) }
        guard let shape = sizes(value["shape"]) else {
            throw .invalidField(tensor: name, field: "shape", expected: "an array of sizes")
        }
        guard let offsets = sizes(value["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1] else {
            throw .invalidField(tensor: name, field: "data_offsets", expected: "where the bytes begin and end")
        }
        let entry = Entry(name: name, shape: shape, type: type, offsets: offsets[0]..<offsets[1])
        let expected = try byteCount(entry)
        guard entry.offsets.count == expected else {
            throw .sizeMismatch(tensor: name, expected: expected, found: entry.offsets.count)
        }
        return entry
    }

    private static func sizes(_ value: JSONValue?) -> [Int]? {
        guard let elements = value?.arrayValue else { return nil }
        let sizes = elements.compactMap { $0.numberValue.flatMap { Int($0.text) } }.filter { $0 >= 0 }
        return sizes.count == elements.count ? sizes : nil
    }

    private static func byteCount(_ entry: Entry) throws(SafetensorsError) -> Int {
        var bits = entry.type.bitCount
        for size in entry.shape {
            let (product, overflow) = bits.multipliedReportingOverflow(by: size)
            guard !overflow else { throw .tooLarge(tensor: entry.name) }
            bits = product
        }
        guard bits % 8 == 0 else {
            throw .invalidField(tensor: entry.name, field: "shape", expected: "elements that fill whole bytes")
        }
        return bits / 8
    }

    /// Checks that the tensors lie end to end and fill the file.
    private static func checked(
        _ entries: [Entry], in bytes: MappedBytes, start: Int
    ) throws(SafetensorsError) -> [SafetensorsTensor] {
        let available = bytes.count - start
        let sorted = entries.sorted {
            ($0.offsets.lowerBound, $0.offsets.upperBound) < ($1.offsets.lowerBound, $1.offsets.upperBound)
        }
        var tensors: [SafetensorsTensor] = []
        var end = 0
        for entry in sorted {
            guard entry.offsets.upperBound <= available else {
                throw .invalidOffsets(
                    tensor: entry.name, start: entry.offsets.lowerBound, end: entry.offsets.upperBound,
                    available: available)
            }
            guard entry.offsets.lowerBound >= end else {
                throw .overlap(tensors.last?.name ?? "", entry.name)
            }
            guard entry.offsets.lowerBound == end else {
                throw .gap(before: entry.name, start: end, end: entry.offsets.lowerBound)
            }
            end = entry.offsets.upperBound
            let range = start + entry.offsets.lowerBound..<start + end
            tensors.append(
                SafetensorsTensor(
                    name: entry.name, shape: entry.shape, type: entry.type,
                    bytes: ByteRange(owner: bytes, range: range)))
        }
        guard end == available else { throw .trailingBytes(used: end, available: available) }
        return tensors
    }
}
