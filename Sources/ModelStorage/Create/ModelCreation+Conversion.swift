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
        describe(facts, quantization: quantization, isModel: true, in: &parts.config)
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
