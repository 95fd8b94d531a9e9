import Hashing
import Platform

/// A folder of models in Ollama's layout, which is used in place: models of either program are models of both.
///
/// `manifests/HOST/NAMESPACE/MODEL/TAG` lists the parts of a model, `blobs/sha256-…` are the parts. Reading takes no lock
/// and works on a read-only folder. Whatever changes manifests holds a lock on a file of the root, so that two processes
/// never undo each other's work; a manifest is renamed into place after all its blobs, so that a process killed at any
/// moment leaves at most files that `prune` removes.
package struct ModelStore: Sendable {
    package let root: String
    package let blobs: BlobStore

    static let manifestByteLimit = 16 << 20
    /// Configs, templates, licenses and such.
    static let textByteLimit = 16 << 20
    private static let lockName = ".lock"
    /// What the files of models that are being fetched begin with.
    private static let intentPrefix = "pull-"
    /// How long what was fetched in part, or for a model that is not whole yet, waits for somebody to go on.
    private static let fetchedAge: Duration = .seconds(14 * 86400)

    /// - Parameter root: the folder; it need not be there.
    package init(root: String) {
        self.root = root
        blobs = BlobStore(root: root)
    }

    // MARK: Reading

    /// All models, newest first, and what cannot be read.
    package func list() throws(ModelStorageError) -> ModelList {
        var list = ModelList()
        for place in try places() {
            do {
                guard let entry = try entry(at: place) else { continue }
                list.models.append(entry)
            } catch {
                list.problems.append(error)
            }
        }
        list.models.sort { $0.modified > $1.modified }
        return list
    }

    /// Finds a model whatever the letter case of its name; nil if there is none.
    package func find(_ name: ModelName) throws(ModelStorageError) -> StoredName? {
        let exact = path(name)
        let status = try withFiles { () throws(PlatformError) in try FileSystem.status(of: exact) }
        if status?.kind == .file { return StoredName(name: name, path: exact) }
        return try places().first { $0.name.matches(name) }
    }

    /// Opens a model.
    ///
    /// - Throws: `modelNotFound`, or what is wrong with its manifest or blobs.
    package func open(_ name: ModelName) throws(ModelStorageError) -> StoredModel {
        guard let place = try find(name), let entry = try entry(at: place) else {
            throw .modelNotFound(name.display)
        }
        return try StoredModel(entry, blobs: blobs)
    }

    // MARK: Changing

    /// Stores a model out of layers whose blobs are in the store; replaces a model of that name.
    ///
    /// - Throws: `blobNotFound` or `blobSize` if a blob is not there, or no longer.
    @discardableResult
    package func save(
        _ layers: [Layer], config: ModelConfig, as name: ModelName
    ) throws(ModelStorageError) -> Manifest {
        let manifest = try manifest(of: layers, config: config)
        try save(manifest, bytes: manifest.bytes, as: name)
        return manifest
    }

    /// The manifest of a model out of layers, whose config is stored.
    func manifest(of layers: [Layer], config: ModelConfig) throws(ModelStorageError) -> Manifest {
        var config = config
        config.setLayers(layers.map(\.digest))
        let blob = try blobs.write(config.bytes)
        let layer = Layer(mediaType: MediaType.config, digest: blob.digest, byteCount: blob.byteCount)
        return Manifest(config: layer, layers: layers)
    }

    /// Stores a manifest that came from elsewhere, byte for byte, so that it keeps its digest.
    ///
    /// - Returns: how many blobs were removed because only a model that this one replaces needed them.
    /// - Throws: `blobNotFound` or `blobSize` if a blob is not there.
    @discardableResult
    package func save(
        _ manifest: Manifest, bytes: [UInt8], as name: ModelName
    ) throws(ModelStorageError) -> Int {
        let lock = try locked()
        let place = try find(name)
        let replaced = try place.flatMap { place throws(ModelStorageError) in try? entry(at: place)?.manifest }
        for blob in manifest.blobs {
            guard let found = try blobs.byteCount(blob.digest) else { throw .blobNotFound(blob.digest) }
            guard found == blob.byteCount else {
                throw .blobSize(blob.digest, expected: blob.byteCount, found: found)
            }
        }
        try writeManifest(bytes, to: place?.path ?? path(name))
        let removedCount = try replaced.map { replaced throws(ModelStorageError) in
            try removeUnused(replaced.blobs)
        }
        _ = consume lock
        return removedCount ?? 0
    }

    /// Gives a model a second name, in place of what has it.
    ///
    /// - Throws: `modelNotFound`.
    package func copy(_ source: ModelName, to target: ModelName) throws(ModelStorageError) {
        guard let place = try find(source), let entry = try entry(at: place) else {
            throw .modelNotFound(source.display)
        }
        let bytes = try manifestBytes(at: place.path)
        try save(entry.manifest, bytes: bytes, as: target)
    }

    // MARK: Models that are being fetched

    /// Notes which blobs a model will need, so that nobody takes them for leftovers before it is whole.
    func intend(_ name: ModelName, manifest: [UInt8]) throws(ModelStorageError) {
        let path = intentPath(name)
        let folder = blobs.folder
        try withFiles { () throws(PlatformError) in
            try FileSystem.createFolder(folder)
            var file = try AtomicFile(path: path)
            try manifest.withBytes { bytes throws(PlatformError) in try file.write(bytes) }
            try file.finish()
        }
    }

    /// Takes the note of `intend` back.
    func forgetIntent(_ name: ModelName) { _ = try? FileSystem.removeFile(intentPath(name)) }

    private func intentPath(_ name: ModelName) -> String {
        let key = BlobDigest(SHA256.hash(Array(name.parts.joined(separator: "/").lowercased().utf8)))
        return "\(blobs.folder)/\(Self.intentPrefix)\(key.short)\(BlobStore.partialMark)"
    }

    /// Bytes that can be written to the store; nil where the system does not say.
    var freeByteCount: Int? { FileSystem.freeByteCount(in: blobs.folder) }

    /// The manifest of a model, also as the bytes that it is known by.
    ///
    /// - Throws: `modelNotFound`, or what is wrong with it.
    func manifest(of name: ModelName) throws(ModelStorageError) -> (Manifest, [UInt8]) {
        guard let place = try find(name) else { throw .modelNotFound(name.display) }
        let bytes = try manifestBytes(at: place.path)
        return (try Manifest(bytes, path: place.path), bytes)
    }

    // MARK: Housekeeping

    /// Removes a model and the blobs that no other model uses.
    ///
    /// - Throws: `modelNotFound`.
    package func delete(_ name: ModelName) throws(ModelStorageError) {
        let lock = try locked()
        guard let place = try find(name) else { throw .modelNotFound(name.display) }
        let entry = try? entry(at: place)
        try withFiles { () throws(PlatformError) in _ = try FileSystem.removeFile(place.path) }
        removeEmptyFolders(around: place.name)
        forgetIntent(name)
        if let entry { _ = try removeUnused(entry.manifest.blobs) }
        _ = consume lock
    }

    /// Housekeeping at the start of a server: names of old blobs, blobs and leftovers that no manifest speaks of, empty
    /// folders. If a manifest cannot be read nothing is removed, since its blobs are not known.
    ///
    /// - Parameter age: what changed less than this ago stays: another process may be about to use it.
    package func prune(olderThan age: Duration = .seconds(3600)) throws(ModelStorageError) {
        guard try blobsExist() else { return }
        let lock = try locked()
        try blobs.renameOldBlobs()
        let limit = FileTime.now - age
        let fetchedLimit = FileTime.now - max(age, Self.fetchedAge)
        guard let used = try usedBlobs() else { return }
        let entries = try blobs.entries()
        let newest = Dictionary(entries.map { ($0.download, $0.modified) }, uniquingKeysWith: max)
        for blob in entries {
            if let digest = blob.digest, used.contains(digest) { continue }
            // A download is several files, which are as new as the newest: they are of use together.
            let isFetched =
                blob.download != nil || blob.name.hasPrefix(Self.intentPrefix)
                || blob.name.hasPrefix(UploadNote.prefix)
            let modified = blob.download.flatMap { newest[$0] } ?? blob.modified
            guard modified <= (isFetched ? fetchedLimit : limit) else { continue }
            let path = "\(blobs.folder)/\(blob.name)"
            try withFiles { () throws(PlatformError) in _ = try FileSystem.removeFile(path) }
        }
        try blobs.prunePacked(used: used, changedBefore: limit)
        try removeEmptyFolders(below: manifests, depth: 3)
        _ = consume lock
    }

    // MARK: Manifests

    private var manifests: String { "\(root)/manifests" }

    private func path(_ name: ModelName) -> String { ([manifests] + name.parts).joined(separator: "/") }

    /// Every file that lies where a manifest does and is called as a model may be.
    private func places() throws(ModelStorageError) -> [StoredName] {
        var places: [StoredName] = []
        for host in try names(in: manifests) {
            for namespace in try names(in: "\(manifests)/\(host)") {
                for model in try names(in: "\(manifests)/\(host)/\(namespace)") {
                    let folder = "\(manifests)/\(host)/\(namespace)/\(model)"
                    for tag in try names(in: folder) {
                        guard let name = ModelName(host: host, namespace: namespace, model: model, tag: tag) else {
                            continue
                        }
                        places.append(StoredName(name: name, path: "\(folder)/\(tag)"))
                    }
                }
            }
        }
        return places
    }

    /// Names in a folder; none in a file.
    private func names(in folder: String) throws(ModelStorageError) -> [String] {
        try withFiles { () throws(PlatformError) in
            guard try FileSystem.status(of: folder)?.kind == .folder else { return [] }
            return try FileSystem.names(in: folder)
        }
    }

    private func manifestBytes(at path: String) throws(ModelStorageError) -> [UInt8] {
        try withFiles { () throws(PlatformError) in
            try FileSystem.contents(of: path, limit: Self.manifestByteLimit)
        }
    }

    /// Reads a manifest and its config; nil if the file has gone meanwhile.
    private func entry(at place: StoredName) throws(ModelStorageError) -> ModelEntry? {
        let status = try withFiles { () throws(PlatformError) in try FileSystem.status(of: place.path) }
        guard let status, status.kind == .file else { return nil }
        let bytes = try manifestBytes(at: place.path)
        let manifest = try Manifest(bytes, path: place.path)
        var config = ModelConfig()
        if let layer = manifest.config {
            config = try ModelConfig(
                blobs.contents(layer.digest, limit: Self.textByteLimit), path: blobs.path(layer.digest))
        }
        return ModelEntry(
            name: place.name, digest: SHA256.hash(bytes), modified: status.modified, manifest: manifest, config: config)
    }

    /// The temporary file lies among the blobs: among the manifests it would count as a model if it stayed.
    private func writeManifest(_ bytes: [UInt8], to path: String) throws(ModelStorageError) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let temporary = blobs.temporaryPath()
        try withFiles { () throws(PlatformError) in
            try FileSystem.createFolder(blobs.folder)
            try FileSystem.createFolder(folder)
            var file = try AtomicFile(path: temporary)
            try bytes.withBytes { bytes throws(PlatformError) in try file.write(bytes) }
            try file.finish(at: path)
            FileSystem.flushFolder(folder)
        }
    }

    // MARK: Locking and removing

    private func locked() throws(ModelStorageError) -> FileLock {
        let root = root
        return try withFiles { () throws(PlatformError) in
            try FileSystem.createFolder(root)
            return try FileLock(path: "\(root)/\(Self.lockName)")
        }
    }

    private func blobsExist() throws(ModelStorageError) -> Bool {
        let folder = blobs.folder
        return try withFiles { () throws(PlatformError) in try FileSystem.status(of: folder) != nil }
    }

    /// Blobs that manifests speak of, those of models that are being fetched too; nil if one cannot be read.
    private func usedBlobs() throws(ModelStorageError) -> Set<BlobDigest>? {
        var used: Set<BlobDigest> = []
        for place in try places() {
            guard let bytes = try? manifestBytes(at: place.path),
                let manifest = try? Manifest(bytes, path: place.path)
            else { return nil }
            used.formUnion(manifest.blobs.map(\.digest))
        }
        let limit = FileTime.now - Self.fetchedAge
        for entry in try blobs.entries() where entry.name.hasPrefix(Self.intentPrefix) && entry.modified > limit {
            let path = "\(blobs.folder)/\(entry.name)"
            guard let bytes = try? manifestBytes(at: path), let manifest = try? Manifest(bytes, path: path) else {
                continue
            }
            used.formUnion(manifest.blobs.map(\.digest))
        }
        return used
    }

    /// Removes those blobs that no model needs, and tells how many.
    private func removeUnused(_ layers: [Layer]) throws(ModelStorageError) -> Int {
        guard let used = try usedBlobs() else { return 0 }
        let unused = Set(layers.map(\.digest)).subtracting(used)
        for digest in unused { try blobs.remove(digest) }
        return unused.count
    }

    private func removeEmptyFolders(around name: ModelName) {
        for count in [3, 2, 1] {
            FileSystem.removeEmptyFolder(([manifests] + name.parts.prefix(count)).joined(separator: "/"))
        }
    }

    private func removeEmptyFolders(below folder: String, depth: Int) throws(ModelStorageError) {
        for name in try names(in: folder) {
            let path = "\(folder)/\(name)"
            if depth > 1 { try removeEmptyFolders(below: path, depth: depth - 1) }
            FileSystem.removeEmptyFolder(path)
        }
    }
}
