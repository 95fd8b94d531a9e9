package import Platform
import Quantization

// A packed file, all numbers little-endian:
//
//     0       header, 64 bytes: magic, versions of file and layout, place and size of the table, zeros
//     4096    matrices, each at a multiple of 64 bytes, as `PanelLayout` packs them
//     …       table: the files that the weights came from, the matrices, and a checksum of header and table
//
// The table comes last because checksums are known when the weights are written, and a file is only ever appended to.

/// A model file as a packed file remembers it: what must be the same for the packed weights to be the file's.
package struct PackedSourceKey: Equatable, Sendable {
    let byteCount: UInt64
    let seconds: Int64
    let nanoseconds: UInt32
    let number: UInt64
    let headerHash: UInt64
}

/// A model file whose weights are packed.
package struct PackedSource: Sendable {
    package let bytes: MappedBytes
    /// Bytes in front of the weights.
    package let headerByteCount: Int
    /// Whether its time says nothing of its contents.
    private let ignoresTime: Bool

    /// - Precondition: the header lies within the bytes.
    package init(_ bytes: MappedBytes, headerByteCount: Int, ignoresTime: Bool = false) {
        precondition(0...bytes.count ~= headerByteCount)
        self.bytes = bytes
        self.headerByteCount = headerByteCount
        self.ignoresTime = ignoresTime
    }

    /// XXH64 of what lies in front of the weights.
    package var headerHash: UInt64 { bytes.withBytes { XXHash64.hash($0.extracting(first: headerByteCount)) } }

    /// - Throws: `sourceWithoutFile`.
    func key() throws(PackedFileProblem) -> PackedSourceKey {
        guard let identity = bytes.identity else { throw .sourceWithoutFile(name: bytes.path) }
        let time = ignoresTime ? FileTime(seconds: 0) : identity.modified
        return PackedSourceKey(
            byteCount: UInt64(identity.byteCount), seconds: Int64(time.seconds),
            nanoseconds: UInt32(time.nanoseconds), number: identity.number, headerHash: headerHash)
    }
}

/// What identifies a matrix: its place in a model file, and what it is there.
struct PackedMatrixKey: Hashable, Sendable {
    let part: UInt32
    let type: UInt32
    let sourceOffset: UInt64
    let rows: UInt64
    let columns: UInt64
    let matrixCount: UInt64

    /// Nil for a source in none of the files.
    init?(_ source: WeightSource, in parts: [PackedSource]) {
        guard let part = parts.firstIndex(where: { $0.bytes === source.bytes.owner }) else { return nil }
        self.init(
            part: UInt32(part), type: source.type.rawValue, sourceOffset: UInt64(source.bytes.range.lowerBound),
            rows: UInt64(source.rows), columns: UInt64(source.columns), matrixCount: UInt64(source.matrixCount))
    }

    init(part: UInt32, type: UInt32, sourceOffset: UInt64, rows: UInt64, columns: UInt64, matrixCount: UInt64) {
        self.part = part
        self.type = type
        self.sourceOffset = sourceOffset
        self.rows = rows
        self.columns = columns
        self.matrixCount = matrixCount
    }
}

/// Where a matrix lies in a packed file.
struct PackedEntry: Sendable {
    let key: PackedMatrixKey
    let range: Range<Int>
    /// XXH64 of its packed bytes.
    var checksum: UInt64
}

/// What a packed file says of itself.
struct PackedTable: Sendable {
    /// Of the form of header and table; matrices have `panelLayoutVersion`.
    static let version: UInt32 = 1
    static let magic = Array("swllmpak".utf8)
    static let headerByteCount = 64
    /// Where the first matrix lies: at the start of a page.
    static let dataStart = 4096
    static let alignment = 64
    private static let sourceByteCount = 36
    private static let entryByteCount = 64

    var sources: [PackedSourceKey]
    var entries: [PackedEntry]

    /// Where the weights end and the table begins.
    var tableOffset: Int { entries.map(\.range.upperBound).max() ?? Self.dataStart }
    var tableByteCount: Int { 8 + sources.count * Self.sourceByteCount + entries.count * Self.entryByteCount + 8 }
    /// Bytes of the whole file.
    var fileByteCount: Int { tableOffset + tableByteCount }

    // MARK: Writing

    var headerBytes: [UInt8] {
        var bytes = Self.magic
        bytes.append(littleEndian: Self.version)
        bytes.append(littleEndian: panelLayoutVersion)
        bytes.append(littleEndian: UInt64(tableOffset))
        bytes.append(littleEndian: UInt64(tableByteCount))
        return bytes + [UInt8](repeating: 0, count: Self.headerByteCount - bytes.count)
    }

    var tableBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(sources.count))
        bytes.append(littleEndian: UInt32(entries.count))
        for source in sources {
            bytes.append(littleEndian: source.byteCount)
            bytes.append(littleEndian: source.seconds)
            bytes.append(littleEndian: source.nanoseconds)
            bytes.append(littleEndian: source.number)
            bytes.append(littleEndian: source.headerHash)
        }
        for entry in entries {
            bytes.append(littleEndian: entry.key.part)
            bytes.append(littleEndian: entry.key.type)
            for number in [entry.key.sourceOffset, entry.key.rows, entry.key.columns, entry.key.matrixCount] {
                bytes.append(littleEndian: number)
            }
            bytes.append(littleEndian: UInt64(entry.range.lowerBound))
            bytes.append(littleEndian: UInt64(entry.range.count))
            bytes.append(littleEndian: entry.checksum)
        }
        var hash = XXHash64()
        headerBytes.withBytes { hash.update($0) }
        bytes.withBytes { hash.update($0) }
        bytes.append(littleEndian: hash.finalized())
        return bytes
    }

    // MARK: Reading

    /// Reads and checks header and table of a whole file; every range lies between the two.
    init(_ bytes: RawSpan) throws(PackedFileProblem) {
        let (offset, byteCount) = try Self.readHeader(bytes)
        var reader = TableReader(bytes, at: offset)
        let (sourceCount, entryCount): (UInt32, UInt32) = (try reader.integer(), try reader.integer())
        // Before anything is made room for: the counts may be anything.
        let wanted = 16 + Int(sourceCount) * Self.sourceByteCount + Int(entryCount) * Self.entryByteCount
        guard wanted == byteCount else {
            throw .invalid(what: "bytes of the table", expected: "\(wanted)", found: UInt64(byteCount))
        }
        var hash = XXHash64()
        hash.update(bytes.extracting(first: Self.headerByteCount))
        hash.update(bytes.extracting(offset..<bytes.byteCount - 8))
        guard TableReader.last(bytes) == hash.finalized() else { throw .damagedTable }
        (sources, entries) = ([], [])
        for _ in 0..<sourceCount { sources.append(try PackedSourceKey(&reader)) }
        for _ in 0..<entryCount { entries.append(try PackedEntry(&reader, weights: Self.dataStart..<offset)) }
    }

    init(sources: [PackedSourceKey], entries: [PackedEntry]) {
        self.sources = sources
        self.entries = entries
    }

    /// Where the table lies, and how long it is.
    private static func readHeader(_ bytes: RawSpan) throws(PackedFileProblem) -> (offset: Int, byteCount: Int) {
        var reader = TableReader(bytes, at: 0)
        guard try reader.bytes(magic.count) == magic else { throw .notPacked }
        for (what, expected) in [("file's form", version), ("layout", panelLayoutVersion)] {
            let found: UInt32 = try reader.integer()
            guard found == expected else { throw .otherVersion(of: what, expected: expected, found: found) }
        }
        let (offset, byteCount): (UInt64, UInt64) = (try reader.integer(), try reader.integer())
        guard offset >= UInt64(dataStart), offset <= UInt64(Int.max) else {
            throw .invalid(what: "place of the table", expected: "from \(dataStart)", found: offset)
        }
        let available = max(bytes.byteCount - Int(offset), 0)
        guard byteCount <= UInt64(available) else {
            throw .truncated(what: "table", wanted: byteCount, available: available)
        }
        guard byteCount >= 16, Int(byteCount) == available else {
            throw .invalid(what: "bytes of the table", expected: "\(available)", found: byteCount)
        }
        return (Int(offset), Int(byteCount))
    }
}

/// Reads numbers of a table in order.
struct TableReader: ~Escapable {
    private var reader: ByteReader

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, at offset: Int) { reader = ByteReader(bytes, at: offset) }

    /// The last eight bytes of all.
    ///
    /// - Precondition: there are so many.
    static func last(_ bytes: RawSpan) -> UInt64 {
        bytes.extracting(last: 8).littleEndianIntegers(UInt64.self)[0]
    }

    @_lifetime(self: copy self)
    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>() throws(PackedFileProblem) -> Value {
        do { return try reader.integer() } catch {
            throw .truncated(what: "header", wanted: error.wanted, available: error.available)
        }
    }

    @_lifetime(self: copy self)
    mutating func bytes(_ count: Int) throws(PackedFileProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<count { bytes.append(try integer()) }
        return bytes
    }
}

extension PackedSourceKey {
    fileprivate init(_ reader: inout TableReader) throws(PackedFileProblem) {
        byteCount = try reader.integer()
        seconds = try reader.integer()
        nanoseconds = try reader.integer()
        number = try reader.integer()
        headerHash = try reader.integer()
    }
}

extension PackedEntry {
    /// - Parameter weights: where all weights lie.
    fileprivate init(_ reader: inout TableReader, weights: Range<Int>) throws(PackedFileProblem) {
        key = PackedMatrixKey(
            part: try reader.integer(), type: try reader.integer(), sourceOffset: try reader.integer(),
            rows: try reader.integer(), columns: try reader.integer(), matrixCount: try reader.integer())
        let (offset, byteCount): (UInt64, UInt64) = (try reader.integer(), try reader.integer())
        checksum = try reader.integer()
        guard offset >= UInt64(weights.lowerBound), offset % UInt64(PackedTable.alignment) == 0,
            offset <= UInt64(weights.upperBound)
        else {
            throw .invalid(
                what: "place of a matrix",
                expected: "a multiple of \(PackedTable.alignment) in \(weights)", found: offset)
        }
        guard byteCount <= UInt64(weights.upperBound) - offset else {
            throw .invalid(
                what: "bytes of the matrix at \(offset)", expected: "at most \(weights.upperBound - Int(offset))",
                found: byteCount)
        }
        range = Int(offset)..<Int(offset) + Int(byteCount)
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger & BitwiseCopyable) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
