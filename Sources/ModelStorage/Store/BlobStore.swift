import GGUF
import Hashing
package import Platform

/// The store's files of bytes, each called by the SHA-256 of what it holds.
///
/// A blob appears whole or not at all: bytes go to a temporary file that is flushed and then renamed. Two processes
/// that write one blob write the same bytes, and either may win.
package struct BlobStore: Sendable {
    package let folder: String
    /// Where packed forms of blobs are kept.
    let packedFolder: String

    /// How many bytes a whole file is hashed or copied at a time.
    static let chunkByteCount = 1 << 20
    static let partialMark = "-partial"

    /// - Parameter root: the store's folder.
    init(root: String) {
        folder = "\(root)/blobs"
        packedFolder = "\(root)/\(PackedPath.storeFolder)"
    }

    /// Where the blob is, or would be.
    package func path(_ digest: BlobDigest) -> String { "\(folder)/\(digest.fileName)" }

    /// Size of a blob; nil if it is not there.
    package func byteCount(_ digest: BlobDigest) throws(ModelStorageError) -> Int? {
        let path = path(digest)
        let status = try withFiles { () throws(PlatformError) in try FileSystem.status(of: path) }
        guard let status, status.kind == .file else { return nil }
        return status.byteCount
    }

    package func contains(_ digest: BlobDigest) throws(ModelStorageError) -> Bool { try byteCount(digest) != nil }

    /// The bytes of a small blob.
    ///
    /// - Throws: `blobNotFound`, or `file` where the operating system refused or the blob is larger than `limit`.
    package func contents(_ digest: BlobDigest, limit: Int) throws(ModelStorageError) -> [UInt8] {
        guard try contains(digest) else { throw .blobNotFound(digest) }
        let path = path(digest)
        return try withFiles { () throws(PlatformError) in try FileSystem.contents(of: path, limit: limit) }
    }

    // MARK: Writing

    /// Begins a blob whose bytes come in pieces.
    package func begin() throws(ModelStorageError) -> BlobWriter {
        let folder = folder
        let file = try withFiles { () throws(PlatformError) in
            try FileSystem.createFolder(folder)
            return try AtomicFile(path: "\(folder)/incoming\(Self.partialMark)")
        }
        return BlobWriter(file, store: self)
    }

    /// Stores bytes.
    package func write(_ bytes: [UInt8]) throws(ModelStorageError) -> StoredBlob {
        let digest = BlobDigest(SHA256.hash(bytes))
        if try byteCount(digest) == bytes.count {
            keep(digest)
            return StoredBlob(digest: digest, byteCount: bytes.count, isNew: false)
        }
        var writer = try begin()
        try writer.write(bytes)
        return try writer.finish()
    }

    /// Stores a copy of a file.
    ///
    /// - Parameter progress: called with the number of bytes copied so far.
    /// - Throws: `cancelled` if the task is, or `file`; then nothing appears.
    package func write(copyOf file: MappedBytes, progress: (Int) -> Void = { _ in }) throws(ModelStorageError)
        -> StoredBlob
    {
        var writer = try begin()
        for start in stride(from: 0, to: file.count, by: Self.chunkByteCount) {
            guard !Task.isCancelled else { throw .cancelled }
            let range = start..<min(start + Self.chunkByteCount, file.count)
            try writer.write(file.withBytes { $0.extracting(range).littleEndianIntegers(UInt8.self) })
            file.release(range)
            progress(range.upperBound)
        }
        return try writer.finish()
    }

    /// A path in the store's folder for a file that will be adopted; what is left there after a crash is removed later.
    func temporaryPath() -> String {
        "\(folder)/incoming-\(String(UInt64.random(in: .min ... .max), radix: 16))\(Self.partialMark)"
    }

    /// Makes a complete file, written under `temporaryPath`, a blob.
    func adopt(_ path: String) throws(ModelStorageError) -> StoredBlob {
        let file = try withFiles { () throws(PlatformError) in try MappedBytes(contentsOf: path) }
        let digest = Self.digest(of: file)
        let target = self.path(digest)
        let isNew = try byteCount(digest) != file.count
        try withFiles { () throws(PlatformError) in
            try FileSystem.rename(path, to: target)
            FileSystem.flushFolder(folder)
        }
        return StoredBlob(digest: digest, byteCount: file.count, isNew: isNew)
    }

    /// The digest of a whole file.
    static func digest(of file: MappedBytes) -> BlobDigest {
        var hash = SHA256()
        for start in stride(from: 0, to: file.count, by: chunkByteCount) {
            let range = start..<min(start + chunkByteCount, file.count)
            hash.update(file.withBytes { $0.extracting(range).littleEndianIntegers(UInt8.self) })
            file.release(range)
        }
        return BlobDigest(hash.finalized())
    }

    /// Marks a blob as wanted again, so that no other process takes it for an old leftover. Nothing is lost where that
    /// is not allowed: the manifest is then not written if the blob has gone meanwhile.
    func keep(_ digest: BlobDigest) { _ = try? FileSystem.touch(path(digest)) }

    // MARK: Removing

    /// Removes a blob and its packed form; does nothing if they are not there.
    func remove(_ digest: BlobDigest) throws(ModelStorageError) {
        let path = path(digest)
        try withFiles { () throws(PlatformError) in
            _ = try FileSystem.removeFile(path)
            _ = try FileSystem.removeFile(PackedPath.path(ofFile: path))
        }
    }

    /// Removes packed forms of blobs that are not used, and leftovers of writing one.
    ///
    /// - Parameter limit: what changed later stays.
    func prunePacked(used: Set<BlobDigest>, changedBefore limit: FileTime) throws(ModelStorageError) {
        let folder = packedFolder
        try withFiles { () throws(PlatformError) in
            for name in try FileSystem.names(in: folder) {
                guard let blob = PackedPath.blob(ofPackedFile: name), let digest = try? BlobDigest(blob) else {
                    continue
                }
                if used.contains(digest), name == blob + PackedPath.ending { continue }
                guard let status = try FileSystem.status(of: "\(folder)/\(name)"), status.modified <= limit else {
                    continue
                }
                _ = try FileSystem.removeFile("\(folder)/\(name)")
            }
        }
    }

    /// Blobs and leftovers of writing, for housekeeping.
    func entries() throws(ModelStorageError) -> [BlobEntry] {
        let folder = folder
        return try withFiles { () throws(PlatformError) in
            var entries: [BlobEntry] = []
            for name in try FileSystem.names(in: folder) {
                guard let status = try FileSystem.status(of: "\(folder)/\(name)"), status.kind == .file else {
                    continue
                }
                let digest = try? BlobDigest(name)
                let mark = name.firstRange(of: Self.partialMark)
                guard digest != nil || mark != nil else { continue }
                let download = mark.flatMap { mark in try? BlobDigest(String(name[..<mark.lowerBound])) }
                entries.append(
                    BlobEntry(name: name, digest: digest, download: download, modified: status.modified))
            }
            return entries
        }
    }

    /// Gives blobs that old versions of Ollama called `sha256:…` their present names.
    func renameOldBlobs() throws(ModelStorageError) {
        let folder = folder
        try withFiles { () throws(PlatformError) in
            for name in try FileSystem.names(in: folder) {
                guard let digest = try? BlobDigest(name), name != digest.fileName else { continue }
                try FileSystem.rename("\(folder)/\(name)", to: "\(folder)/\(digest.fileName)")
            }
        }
    }
}

/// A blob that is in the store now.
package struct StoredBlob: Equatable, Sendable {
    package let digest: BlobDigest
    package let byteCount: Int
    /// Whether it was not there before.
    package let isNew: Bool
}

/// A file in the blobs' folder.
struct BlobEntry {
    let name: String
    /// Nil for leftovers of writing.
    let digest: BlobDigest?
    /// The blob that the file is a part of, or tells how far it is.
    let download: BlobDigest?
    let modified: FileTime
}

/// A blob that is being written. Dropped before `finish`, it leaves nothing behind.
package struct BlobWriter: ~Copyable {
    private var file: AtomicFile
    private var hash = SHA256()
    private let store: BlobStore

    fileprivate init(_ file: consuming AtomicFile, store: BlobStore) {
        self.file = file
        self.store = store
    }

    /// Bytes written so far.
    package var byteCount: Int { file.count }

    /// Appends bytes.
    ///
    /// - Throws: `file`, where the disk is full or cannot be written.
    package mutating func write(_ bytes: [UInt8]) throws(ModelStorageError) {
        hash.update(bytes)
        do throws(PlatformError) {
            try bytes.withBytes { bytes throws(PlatformError) in try file.write(bytes) }
        } catch { throw .file(error) }
    }

    /// Makes the blob appear.
    ///
    /// - Parameter expected: what the bytes' digest must be, if the caller knows.
    /// - Throws: `digestMismatch`, and then nothing appears.
    package consuming func finish(expecting expected: BlobDigest? = nil) throws(ModelStorageError) -> StoredBlob {
        let digest = BlobDigest(hash.finalized())
        if let expected, expected != digest { throw .digestMismatch(expected: expected, found: digest) }
        let byteCount = file.count
        let isNew = try store.byteCount(digest) != byteCount
        do throws(PlatformError) {
            try file.finish(at: store.path(digest))
        } catch { throw .file(error) }
        FileSystem.flushFolder(store.folder)
        return StoredBlob(digest: digest, byteCount: byteCount, isNew: isNew)
    }
}
