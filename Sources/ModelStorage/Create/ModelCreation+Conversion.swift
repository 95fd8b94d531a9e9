import Conversion
import GGUF
import Platform
import Quantization

extension ModelCreation {
    /// Converts a Hugging Face model and adds its weights, quantised if that is asked for.
    func addConverted(
        _ files: [CreationRequest.File], mix: QuantizationMix?, to parts: inout Parts,
        progress: @Sendable (Status) -> Void
    ) async throws(ModelStorageError) {
        let text = "converting model"
        progress(Status(text: text))
        let folder = try folder(of: files)
        let path = try converting { path throws(ConversionError) in
            let conversion = try ModelConversion(folder)
            let total = conversion.sourceByteCount
            try conversion.write(to: path) { progress(Status(text: text, total: total, completed: $0)) }
        }
        // Gone already if it has become a blob.
        defer { _ = try? FileSystem.removeFile(path) }
        let file = try opened([path], name: path)
        let facts: WeightsFacts
        do { facts = try WeightsFacts(file) } catch { throw .weights(error) }
        var blob: StoredBlob?
        if let mix { blob = try await quantized(file, mix, digest: nil, progress: progress) }
        let quantization = blob == nil ? facts.quantization : mix?.name ?? facts.quantization
        if blob == nil { blob = try store.blobs.adopt(path) }
        if let blob { parts.append(blob, MediaType.model) }
        parts.config.describe(facts, quantization: quantization, isModel: true)
    }

    /// Adds a low-rank adapter: a GGUF file as it is, or one of Hugging Face's form, converted for the model at hand.
    func addAdapter(
        _ files: [CreationRequest.File], to parts: inout Parts, progress: @Sendable (Status) -> Void
    ) async throws(ModelStorageError) {
        guard !files.isEmpty else { return }
        let present = parts.layers.count { $0.layer.mediaType == MediaType.adapter }
        guard present == 0 else { throw .tooManyAdapters(found: present + 1) }
        let given = HuggingFaceFiles(files)
        for group in try groups(given.others) {
            try await add(group, mediaType: MediaType.adapter, mix: nil, to: &parts, progress: progress)
        }
        guard !given.model.isEmpty else { return }
        let base = parts.layers.map(\.layer).filter { $0.mediaType == MediaType.model }
        guard !base.isEmpty else { throw .noSource }
        progress(Status(text: "converting adapter"))
        let model = try GGUFFile.open(
            blobs: base.map { store.blobs.path($0.digest) }, of: base[0].digest.description)
        let folder = try folder(of: given.model)
        let path = try converting { path throws(ConversionError) in
            try AdapterConversion(folder, base: model).write(to: path) { _ in }
        }
        parts.append(try store.blobs.adopt(path), MediaType.adapter)
    }

    /// The files by their names.
    func folder(of files: [CreationRequest.File]) throws(ModelStorageError) -> ModelFolder {
        ModelFolder(try files.map { file throws(ModelStorageError) in (file.name, try path(of: file)) })
    }

    /// Lets a file be written beside the blobs, and returns its path.
    func converting(_ write: (String) throws(ConversionError) -> Void) throws(ModelStorageError) -> String {
        let path = store.blobs.temporaryPath()
        try withFiles { () throws(PlatformError) in try FileSystem.createFolder(store.blobs.folder) }
        do throws(ConversionError) { try write(path) } catch {
            throw error == .cancelled ? .cancelled : .conversion(error)
        }
        return path
    }
}
