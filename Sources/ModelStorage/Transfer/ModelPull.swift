import HTTP
import Hashing

/// Fetches models from a registry into the store.
package struct ModelPull: Sendable {
    /// What is being done.
    package typealias Status = ModelCreation.Status

    private let store: ModelStore
    private let access: RegistryAccess

    /// How often blobs that vanished during a pull are fetched again.
    private static let saveAttempts = 3
    private static let manifestTypes = [MediaType.manifest, "application/vnd.oci.image.manifest.v1+json"]

    package init(store: ModelStore, access: RegistryAccess) {
        self.store = store
        self.access = access
    }

    /// Fetches a model; blobs that are in the store already are not fetched again.
    ///
    /// A pull that is cancelled, fails or is killed leaves what it has for the next one. The model appears, or is
    /// replaced, when all of it is there and right.
    ///
    /// - Parameters:
    ///   - isInsecure: certificates are not checked, and a registry without encryption is allowed.
    ///   - progress: called for each step, the last time with `success`.
    /// - Throws: `registry`, `cancelled`, `file`, or what is wrong with the manifest.
    @discardableResult
    package func run(
        _ name: ModelName, isInsecure: Bool = false, progress: @escaping @Sendable (Status) -> Void
    ) async throws(ModelStorageError) -> Manifest {
        progress(Status(text: "pulling manifest"))
        let registry: RegistryClient
        let (manifest, bytes): (Manifest, [UInt8])
        do throws(ModelStorageError) {
            registry = try await RegistryClient.reach(name, access, isInsecure: isInsecure)
            (manifest, bytes) = try await self.manifest(name, registry)
        } catch {
            guard case .registry(let cause) = error, cause != .insecureProtocol else { throw error }
            throw .registry(.pullingManifest(cause))
        }
        try store.intend(name, manifest: bytes)
        var attempt = 1
        while true {
            try await fetch(manifest, registry, progress)
            progress(Status(text: "writing manifest"))
            do throws(ModelStorageError) {
                let removedCount = try store.save(manifest, bytes: bytes, as: name)
                if removedCount > 0 { progress(Status(text: "removing unused layers")) }
                break
            } catch {
                guard case .blobNotFound = error, attempt < Self.saveAttempts else { throw error }
            }
            attempt += 1
        }
        store.forgetIntent(name)
        progress(Status(text: "success"))
        return manifest
    }

    private func fetch(
        _ manifest: Manifest, _ registry: RegistryClient, _ progress: @escaping @Sendable (Status) -> Void
    ) async throws(ModelStorageError) {
        let layers = manifest.distinctBlobs
        let downloads = try layers.map { layer throws(ModelStorageError) in
            try BlobDownload(layer, from: registry, to: store.blobs)
        }
        try checkSpace(for: downloads)
        for (layer, download) in zip(layers, downloads) {
            let (digest, total) = (layer.digest, layer.byteCount)
            let gate = ReportGate(time: access.tuning.reportTime, total: total) { completed in
                progress(Status(text: "pulling \(digest.short)", digest: digest, total: total, completed: completed))
            }
            try await download.fill { gate.take($0) }
        }
        progress(Status(text: "verifying sha256 digest"))
        // All are looked at, so that nothing wrong is left for the next attempt.
        var mismatch: RegistryError?
        for download in downloads {
            do throws(ModelStorageError) { try await download.finish() } catch {
                guard case .registry(let cause) = error, case .mismatch = cause else { throw error }
                mismatch = mismatch ?? cause
            }
        }
        if let mismatch { throw .registry(mismatch) }
    }

    /// Says at once what would else show after hours.
    private func checkSpace(for downloads: [BlobDownload]) throws(ModelStorageError) {
        var needed = 0
        for download in downloads {
            let (sum, overflows) = needed.addingReportingOverflow(try download.missingByteCount())
            needed = overflows ? .max : sum
        }
        guard needed > 0, let free = store.freeByteCount, needed > free else { return }
        throw .registry(.noSpace(folder: store.root, needed: needed, free: free))
    }

    private func manifest(
        _ name: ModelName, _ registry: RegistryClient
    ) async throws(ModelStorageError) -> (Manifest, [UInt8]) {
        let url = try registry.url("manifests/\(name.tag)")
        var call = RegistryCall("GET", url, headers: ["Accept": Self.manifestTypes.joined(separator: ", ")])
        call.isAnswer = { [200, 404].contains($0) }
        let response = try await registry.persistently(call)
        guard response.status != .notFound else { throw .registry(.manifestNotFound) }
        let bytes: [UInt8]
        do { bytes = try await response.body.collect(upTo: ModelStore.manifestByteLimit) } catch {
            throw error == .cancelled ? .cancelled : .registry(.network(url: "\(url)", error))
        }
        if let text = response.headers["Docker-Content-Digest"], let expected = try? BlobDigest(text) {
            let found = BlobDigest(SHA256.hash(bytes))
            guard found == expected else { throw .registry(.mismatch(expected: expected, found: found)) }
        }
        let manifest = try Manifest(bytes, path: "\(url)")
        guard !manifest.layers.isEmpty else {
            throw .registry(.notAModel(url: "\(url)", found: "one without layers"))
        }
        return (manifest, bytes)
    }
}

extension Manifest {
    /// Every blob that the model needs, the layers before the config, each once.
    var distinctBlobs: [Layer] {
        var seen: Set<BlobDigest> = []
        return (layers + (config.map { [$0] } ?? [])).filter { seen.insert($0.digest).inserted }
    }
}
