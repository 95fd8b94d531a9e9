import HTTP

/// Sends models of the store to a registry.
package struct ModelPush: Sendable {
    /// What is being done.
    package typealias Status = ModelCreation.Status

    private let store: ModelStore
    private let access: RegistryAccess

    package init(store: ModelStore, access: RegistryAccess) {
        self.store = store
        self.access = access
    }

    /// Sends a model to the registry that its name says; blobs that are there are not sent again. The model appears
    /// there when all of it has come.
    ///
    /// - Parameters:
    ///   - isInsecure: certificates are not checked, and a registry without encryption is allowed.
    ///   - progress: called for each step, the last time with `success`.
    /// - Throws: `modelNotFound`, `registry`, `cancelled`, or what is wrong with the stored model.
    package func run(
        _ name: ModelName, isInsecure: Bool = false, progress: @escaping @Sendable (Status) -> Void
    ) async throws(ModelStorageError) {
        progress(Status(text: "retrieving manifest"))
        let (manifest, bytes): (Manifest, [UInt8])
        do throws(ModelStorageError) {
            (manifest, bytes) = try store.manifest(of: name)
        } catch {
            progress(Status(text: "couldn't retrieve manifest"))
            throw error
        }
        let registry = try await RegistryClient.reach(name, access, isInsecure: isInsecure, isForWriting: true) {
            text in
            progress(Status(text: text))
        }
        for layer in manifest.distinctBlobs {
            let upload = try BlobUpload(layer, of: name, from: store.blobs, to: registry)
            let (digest, total) = (layer.digest, layer.byteCount)
            let gate = ReportGate(time: access.tuning.reportTime, total: total) { completed in
                progress(Status(text: "pushing \(digest.short)", digest: digest, total: total, completed: completed))
            }
            gate.take(0)
            try await upload.run { gate.take($0) }
        }
        progress(Status(text: "pushing manifest"))
        var call = RegistryCall("PUT", try registry.url("manifests/\(name.tag)"))
        call.headers.set("Content-Type", manifest.mediaType)
        call.body = { .bytes(bytes) }
        call.isUpload = true
        call.isAnswer = { (200...204).contains($0) }
        _ = try await registry.persistently(call)
        progress(Status(text: "success"))
    }
}
