import Hashing
import JSON
import Platform

/// Where the upload of a blob to a registry is, for a later push if this one is killed: a small file among the blobs,
/// `push-…-partial`, names the address that the registry gave.
///
/// One push at a time has the note of a blob; another one of the same blob begins anew, and leaves none.
struct UploadNote: ~Copyable {
    private let path: String
    private let lock: FileLock?

    /// What the files begin with.
    static let prefix = "push-"
    private static let byteLimit = 64 << 10

    init(_ digest: BlobDigest, to registry: RegistryClient, in store: BlobStore) {
        let place = "\(registry.base) \(registry.repository) \(digest)"
        let key = BlobDigest(SHA256.hash(Array(place.utf8))).short
        let path = "\(store.folder)/\(Self.prefix)\(key)\(BlobStore.partialMark)"
        self.path = path
        lock = (try? FileLock.attempt(path: path + "-lock")) ?? nil
    }

    /// The address that was noted; nil if there is none.
    var address: String? {
        guard lock != nil, let bytes = try? FileSystem.contents(of: path, limit: Self.byteLimit) else { return nil }
        return (try? JSONText.parse(bytes, path: path))?["location"]?.stringValue
    }

    /// Notes an address. A store that cannot be written to keeps no notes.
    func save(_ address: String) {
        guard lock != nil else { return }
        let bytes = JSONWriter.bytes(["location": .string(address)])
        do throws(PlatformError) {
            // Who knows the address may be able to write there.
            var file = try AtomicFile(path: path, isPrivate: true)
            try bytes.withBytes { bytes throws(PlatformError) in try file.write(bytes) }
            try file.finish()
        } catch { return }
    }

    /// Removes the note: the upload is done, or lost.
    func remove() {
        guard lock != nil else { return }
        _ = try? FileSystem.removeFile(path)
    }

    /// Removes the note and what goes with it.
    func close() {
        guard lock != nil else { return }
        remove()
        _ = try? FileSystem.removeFile(path + "-lock")
    }
}
