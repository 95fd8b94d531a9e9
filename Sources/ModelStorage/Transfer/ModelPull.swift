import GGUF
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
        let offer: ModelOffer
        do throws(ModelStorageError) {
            registry = try await RegistryClient.reach(name, access, isInsecure: isInsecure) { text in
                progress(Status(text: text))
            }
            offer = try await self.offer(name, registry)
        } catch {
            guard case .registry(let cause) = error, cause != .insecureProtocol else { throw error }
            throw .registry(.pullingManifest(cause))
        }
        try store.intend(name, manifest: offer.bytes)
        var attempt = 1
        while true {
            try await fetch(offer, registry, progress)
            do throws(ModelStorageError) {
                let model = try completed(offer, name)
                progress(Status(text: "writing manifest"))
                let removedCount = try store.save(model.manifest, bytes: model.bytes, as: name)
                if removedCount > 0 { progress(Status(text: "removing unused layers")) }
                store.forgetIntent(name)
                progress(Status(text: "success"))
                return model.manifest
            } catch {
                guard case .blobNotFound = error, attempt < Self.saveAttempts else { throw error }
            }
            attempt += 1
        }
    }

    /// Looks into the weights that have come: several have to be all parts of one model.
    ///
    /// - Returns: what is to be stored, with a config if there was none.
    /// - Throws: `incompleteParts`, `weights`.
    private func completed(_ offer: ModelOffer, _ name: ModelName) throws(ModelStorageError) -> ModelOffer {
        let layers = offer.manifest.layers(of: MediaType.model)
        for layer in layers where try !store.blobs.contains(layer.digest) { throw .blobNotFound(layer.digest) }
        let file: GGUFFile
        do throws(ModelStorageError) {
            file = try GGUFFile.open(blobs: layers.map { store.blobs.path($0.digest) }, of: name.display)
        } catch {
            // One file of another kind is its author's affair.
            if case .incompleteParts = error { throw error }
            guard offer.manifest.config != nil, layers.count < 2 else { throw error }
            return offer
        }
        guard offer.manifest.config == nil else { return offer }
        var config = ModelConfig()
        do {
            let facts = try WeightsFacts(file)
            config.describe(facts, quantization: facts.quantization, isModel: true)
            for layer in offer.manifest.layers(of: MediaType.projector) {
                let facts = try WeightsFacts(try GGUFFile(path: store.blobs.path(layer.digest)))
                config.describe(facts, quantization: facts.quantization, isModel: false)
            }
        } catch { throw .weights(error) }
        return ModelOffer(try store.manifest(of: offer.manifest.layers, config: config))
    }

    private func fetch(
        _ offer: ModelOffer, _ registry: RegistryClient, _ progress: @escaping @Sendable (Status) -> Void
    ) async throws(ModelStorageError) {
        let layers = offer.manifest.distinctBlobs
        let downloads = try layers.map { layer throws(ModelStorageError) in
            try BlobDownload(layer, from: registry, place: offer.places[layer.digest], to: store.blobs)
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

    private func offer(_ name: ModelName, _ registry: RegistryClient) async throws(ModelStorageError) -> ModelOffer {
        do throws(ModelStorageError) {
            return try await manifest(name, registry)
        } catch {
            // Hugging Face refuses models in several files, and has the files.
            guard case .registry(.status(_, code: 400, _, _)) = error,
                RegistryAccess.huggingFaceHosts.contains(name.host.lowercased())
            else { throw error }
            guard let repository = try await HuggingFaceRepository(registry) else { throw error }
            return try await repository.offer(name.tag, to: store)
        }
    }

    private func manifest(
        _ name: ModelName, _ registry: RegistryClient
    ) async throws(ModelStorageError) -> ModelOffer {
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
        return ModelOffer(manifest, bytes: bytes)
    }
}

/// What a registry has under a name.
struct ModelOffer: Sendable {
    /// Without a config where only the weights tell what belongs into it.
    let manifest: Manifest
    let bytes: [UInt8]
    /// Where blobs are that do not lie where a registry has them.
    var places: [BlobDigest: HTTPURL] = [:]

    init(_ manifest: Manifest, bytes: [UInt8]? = nil) {
        self.manifest = manifest
        self.bytes = bytes ?? manifest.bytes
    }
}

extension Manifest {
    /// Every blob that the model needs, the layers before the config, each once.
    var distinctBlobs: [Layer] {
        var seen: Set<BlobDigest> = []
        return (layers + (config.map { [$0] } ?? [])).filter { seen.insert($0.digest).inserted }
    }
}
