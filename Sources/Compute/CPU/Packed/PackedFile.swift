package import Platform
import Quantization
import Synchronization

/// A file of weights in the form in which kernels read them, mapped: nothing is copied, and processes share it.
///
/// It belongs to one model file, or to all parts of a split one, as they were when it was written. Everything that
/// the file says is checked when it is opened; its weights only by `check`, since that reads all of them.
@safe package final class PackedFile: Sendable {
    private let bytes: MappedBytes
    private let parts: [PackedSource]
    private let entries: [PackedMatrixKey: PackedEntry]

    package var path: String { bytes.path }
    package var byteCount: Int { bytes.count }
    package var matrixCount: Int { entries.count }

    /// Maps a packed file.
    ///
    /// - Parameter parts: the model's files.
    /// - Returns: nil if there is no file.
    /// - Throws: `packedFile` if it does not hold these files' weights, `platform` if it cannot be read.
    package init?(path: String, of parts: [PackedSource]) throws(ComputeError) {
        do {
            bytes = try MappedBytes(contentsOf: path)
        } catch PlatformError.notFound {
            return nil
        } catch {
            throw .platform(error)
        }
        do {
            let table = try bytes.withBytes { bytes throws(PackedFileProblem) in try PackedTable(bytes) }
            try Self.check(table.sources, parts)
            entries = Dictionary(table.entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        } catch { throw .packedFile(path: path, error) }
        self.parts = parts
    }

    /// Whether the model's files are those that were packed, as they were then.
    private static func check(_ found: [PackedSourceKey], _ parts: [PackedSource]) throws(PackedFileProblem) {
        guard found.count == parts.count else {
            throw .invalid(what: "files of the model", expected: "\(parts.count)", found: UInt64(found.count))
        }
        for (part, old) in zip(parts, found) {
            let new = try part.key()
            let facts: [(what: String, new: String, old: String)] = [
                ("its size", "\(new.byteCount)", "\(old.byteCount)"),
                ("its time", new.timeText, old.timeText),
                ("its inode", "\(new.number)", "\(old.number)"),
                ("its header's hash", String(new.headerHash, radix: 16), String(old.headerHash, radix: 16)),
            ]
            for fact in facts where fact.new != fact.old {
                throw .stale(source: part.bytes.path, what: fact.what, expected: fact.new, found: fact.old)
            }
        }
    }

    /// A matrix of the file; nil if it does not hold it.
    func matrix(_ source: WeightSource, _ shape: PackedShape) -> LoadedMatrix? {
        guard let key = PackedMatrixKey(source, in: parts), let entry = entries[key],
            entry.range.count == shape.byteCount
        else { return nil }
        return unsafe LoadedMatrix(shape, at: bytes.baseAddress + entry.range.lowerBound, of: bytes)
    }

    /// Reads all weights, on all threads, and holds them against the checksums that were written with them.
    ///
    /// - Parameter progress: told the bytes of each matrix that has been read, on any thread.
    /// - Throws: `packedFile` with the first damaged matrix.
    package func check(gang: ThreadGang, progress: @escaping @Sendable (Int) -> Void) throws(ComputeError) {
        let entries = entries.values.sorted { $0.range.lowerBound < $1.range.lowerBound }
        let phase = CheckingPhase(bytes: bytes, entries: entries, progress: progress)
        gang.run(phase)
        guard let damaged = phase.damaged.first else { return }
        let range = entries[damaged].range
        throw .packedFile(path: path, .damagedWeights(offset: range.lowerBound, byteCount: range.count))
    }

    /// The file's weights will not stay in memory: tells the system how they are read.
    package func expectSequentialReads() { bytes.expectSequentialReads() }
}

extension PackedSourceKey {
    fileprivate var timeText: String {
        let digits = String(nanoseconds)
        return "\(seconds)." + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    }
}

/// Reads one matrix per chunk.
private struct CheckingPhase: Phase {
    let bytes: MappedBytes
    let entries: [PackedEntry]
    let progress: @Sendable (Int) -> Void
    private let found = DamagedEntries()

    init(bytes: MappedBytes, entries: [PackedEntry], progress: @escaping @Sendable (Int) -> Void) {
        self.bytes = bytes
        self.entries = entries
        self.progress = progress
    }

    /// Numbers of the damaged entries, in order.
    var damaged: [Int] { found.numbers.withLock { $0.sorted() } }
    var chunkCount: Int { entries.count }

    func run(chunk: Int, thread: Int) {
        let entry = entries[chunk]
        let checksum = bytes.withBytes { XXHash64.hash($0.extracting(entry.range)) }
        bytes.release(entry.range)
        if checksum != entry.checksum { found.numbers.withLock { $0.append(chunk) } }
        progress(entry.range.count)
    }
}

private final class DamagedEntries: Sendable {
    let numbers = Mutex<[Int]>([])
}
