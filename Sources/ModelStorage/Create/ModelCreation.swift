import GGUF
import JSON
import Platform
import Quantization

/// Makes models: out of other models of the store, or out of GGUF files.
package struct ModelCreation: Sendable {
    let store: ModelStore
    private let taskCount: Int
    private let templateProblem: @Sendable (String) -> String?

    /// - Parameters:
    ///   - taskCount: pieces of weights to quantise at the same time.
    ///   - templateProblem: says what is wrong with a template, nil if nothing is.
    package init(
        store: ModelStore, taskCount: Int, templateProblem: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.store = store
        self.taskCount = taskCount
        self.templateProblem = templateProblem
    }

    /// What is being done.
    package struct Status: Equatable, Sendable {
        package let text: String
        package var digest: BlobDigest?
        /// Bytes to work off, where they are counted.
        package var total: Int?
        package var completed: Int?
    }

    /// Makes the model and stores it under its name.
    ///
    /// - Parameter progress: called for each step, the last time with `success`.
    /// - Throws: what is wrong with the request; nothing is stored under the name then.
    @discardableResult
    package func run(
        _ request: CreationRequest, progress: @Sendable (Status) -> Void
    ) async throws(ModelStorageError) -> Manifest {
        try check(request)
        var parts = try await baseParts(request, progress: progress)
        try replaceTexts(of: &parts, by: request)
        for (layer, isNew) in parts.layers {
            progress(Status(text: "\(isNew ? "creating new layer" : "using existing layer") \(layer.digest)"))
        }
        progress(Status(text: "writing manifest"))
        let manifest = try store.save(parts.layers.map(\.layer), config: parts.config, as: request.name)
        progress(Status(text: "success"))
        return manifest
    }

    /// What a model is put together from, before it has a manifest.
    struct Parts {
        var config = ModelConfig()
        var layers: [(layer: Layer, isNew: Bool)] = []

        mutating func append(_ blob: StoredBlob, _ mediaType: String, from: String? = nil) {
            let layer = Layer(mediaType: mediaType, digest: blob.digest, byteCount: blob.byteCount, from: from)
            layers.append((layer, blob.isNew))
        }

        mutating func removeAll(_ mediaTypes: String...) {
            layers.removeAll { mediaTypes.contains($0.layer.mediaType) }
        }
    }

    private func check(_ request: CreationRequest) throws(ModelStorageError) {
        guard request.from != nil || !request.files.isEmpty else { throw .noSource }
        let adapters = HuggingFaceFiles(request.adapters)
        let adapterCount = adapters.others.count + (adapters.model.isEmpty ? 0 : 1)
        guard adapterCount <= 1 else { throw .tooManyAdapters(found: adapterCount) }
        for file in request.files + request.adapters + request.drafts {
            let isInside = !file.name.hasPrefix("/") && !file.name.split(separator: "/").contains("..")
            guard isInside else { throw .notRelative(fileName: file.name) }
        }
        if let template = request.template, let problem = templateProblem(template) {
            throw .invalidTemplate(reason: problem)
        }
        _ = try mix(request)
    }

    /// The quantisation that is asked for.
    private func mix(_ request: CreationRequest) throws(ModelStorageError) -> QuantizationMix? {
        guard let name = request.quantization, !name.isEmpty else { return nil }
        let full = ["Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M"][name.uppercased()] ?? name.uppercased()
        guard let mix = QuantizationMix(name: full) else {
            throw .unknownQuantization(name, supported: QuantizationMix.all.map(\.name))
        }
        return mix
    }

    // MARK: Weights

    private func baseParts(
        _ request: CreationRequest, progress: @Sendable (Status) -> Void
    ) async throws(ModelStorageError) -> Parts {
        var parts = Parts()
        let mix = try mix(request)
        if let from = request.from { parts = try await inherited(from, mix: mix, progress: progress) }
        let files = HuggingFaceFiles(request.files)
        if !files.model.isEmpty { try await addConverted(files.model, mix: mix, to: &parts, progress: progress) }
        for group in try groups(files.others) {
            try await add(group, mediaType: nil, mix: mix, to: &parts, progress: progress)
        }
        try await addAdapter(request.adapters, to: &parts, progress: progress)
        for group in try groups(request.drafts) {
            try await add(group, mediaType: MediaType.draft, mix: nil, to: &parts, progress: progress)
        }
        return parts
    }

    /// All parts of a stored model; its weights quantised if that is asked for.
    private func inherited(
        _ name: ModelName, mix: QuantizationMix?, progress: @Sendable (Status) -> Void
    ) async throws(ModelStorageError) -> Parts {
        let base = try store.open(name)
        var parts = Parts(config: base.config)
        var layers = base.manifest.layers
        if let mix, let first = layers.firstIndex(where: { $0.mediaType == MediaType.model }) {
            let file = try base.openWeights()
            if let blob = try await quantized(file, mix, digest: layers[first].digest, progress: progress) {
                parts.append(blob, MediaType.model)
                layers.removeAll { $0.mediaType == MediaType.model }
            }
            parts.config.quantization = mix.name
        }
        for layer in layers {
            store.blobs.keep(layer.digest)
            let origin = Layer(
                mediaType: layer.mediaType, digest: layer.digest, byteCount: layer.byteCount,
                from: layer.from ?? base.name.display)
            parts.layers.append((origin, false))
        }
        return parts
    }

    /// Files by the models that they make.
    func groups(_ files: [CreationRequest.File]) throws(ModelStorageError) -> [FileGroup] {
        try FileGroup.groups(files) { file throws(ModelStorageError) in
            // What cannot be read is told of when it is opened.
            let path = try path(of: file)
            return (try? GGUFFile.partCount(ofFile: path)).map { $0 > 1 } ?? false
        }
    }

    /// Adds the weights of a file, or of all parts of a split model, which stay several.
    func add(
        _ group: FileGroup, mediaType: String?, mix: QuantizationMix?, to parts: inout Parts,
        progress: @Sendable (Status) -> Void
    ) async throws(ModelStorageError) {
        progress(Status(text: "parsing GGUF"))
        let paths = try group.files.map { file throws(ModelStorageError) in try path(of: file) }
        let file = try opened(paths, name: group.name)
        let facts: WeightsFacts
        do { facts = try WeightsFacts(file) } catch { throw .weights(error) }
        if mediaType == MediaType.adapter, facts.role != .adapter { throw .notAdapter(fileName: group.name) }
        let type = mediaType ?? facts.role.mediaType
        let isModel = type == MediaType.model
        var quantization = facts.quantization
        var blobs: [StoredBlob] = []
        if let mix, isModel, let blob = try await quantized(file, mix, digest: nil, progress: progress) {
            blobs = [blob]
            quantization = mix.name
        }
        if blobs.isEmpty { blobs = try stored(file, group, progress: progress) }
        for blob in blobs { parts.append(blob, type) }
        parts.config.describe(facts, quantization: quantization, isModel: isModel)
    }

    func path(of file: CreationRequest.File) throws(ModelStorageError) -> String {
        switch file.source {
        case .path(let path): return path
        case .blob(let digest):
            guard try store.blobs.contains(digest) else { throw .blobNotFound(digest) }
            store.blobs.keep(digest)
            return store.blobs.path(digest)
        }
    }

    func opened(_ paths: [String], name: String) throws(ModelStorageError) -> GGUFFile {
        do {
            return paths.count == 1 ? try GGUFFile(path: paths[0]) : try GGUFFile(parts: paths)
        } catch {
            switch error {
            case .notGGUF, .inFile(path: _, .notGGUF): throw .notGGUF(fileName: name)
            case .splitFileName(path: _, part: _, let count):
                throw .incompleteParts(name: name, expected: count, found: paths.count)
            default: throw .weights(error)
            }
        }
    }

    /// The weights as blobs, one for each part: they are computed with where they lie, so nothing puts them together.
    private func stored(
        _ file: GGUFFile, _ group: FileGroup, progress: @Sendable (Status) -> Void
    ) throws(ModelStorageError) -> [StoredBlob] {
        var known: [String: BlobDigest] = [:]
        for case .blob(let digest) in group.files.map(\.source) { known[store.blobs.path(digest)] = digest }
        let total = file.parts.reduce(0) { $0 + $1.count }
        var completed = 0
        var blobs: [StoredBlob] = []
        for part in file.parts {
            if let digest = known[part.path] {
                blobs.append(StoredBlob(digest: digest, byteCount: part.count, isNew: false))
            } else {
                let blob = try store.blobs.write(copyOf: part) { count in
                    progress(Status(text: "copying file \(group.name)", total: total, completed: completed + count))
                }
                blobs.append(blob)
            }
            completed += part.count
        }
        return blobs
    }

    /// The weights in another type; nil if they have it already.
    func quantized(
        _ file: GGUFFile, _ mix: QuantizationMix, digest: BlobDigest?, progress: @Sendable (Status) -> Void
    ) async throws(ModelStorageError) -> StoredBlob? {
        let quantizer: GGUFQuantizer
        let source: String
        do {
            quantizer = try GGUFQuantizer(file, mix: mix)
            source = try WeightsFacts(file).quantization
        } catch { throw .weights(error) }
        if source == mix.name { return nil }
        if let tensor = file.tensors.first(where: { $0.type.weightsPerBlock > 1 }) {
            throw .alreadyQuantized(tensor: tensor.name, type: tensor.type.name)
        }
        let text = "quantizing \(source) model to \(mix.name)"
        let total = quantizer.changes.reduce(0) { $0 + $1.tensor.bytes.count }
        let path = store.blobs.temporaryPath()
        try withFiles { () throws(PlatformError) in try FileSystem.createFolder(store.blobs.folder) }
        do {
            try await quantizer.write(to: path, taskCount: taskCount) { count throws in
                try Task.checkCancellation()
                progress(Status(text: text, digest: digest, total: total, completed: count))
            }
        } catch let error as GGUFError {
            throw .weights(error)
        } catch {
            throw .cancelled
        }
        return try store.blobs.adopt(path)
    }

    // MARK: Texts

    private func replaceTexts(of parts: inout Parts, by request: CreationRequest) throws(ModelStorageError) {
        if let template = request.template, !template.isEmpty {
            parts.removeAll(MediaType.template, MediaType.prompt)
            parts.append(try store.blobs.write(Array(template.utf8)), MediaType.template)
        }
        if let system = request.system {
            parts.removeAll(MediaType.system)
            if !system.isEmpty { parts.append(try store.blobs.write(Array(system.utf8)), MediaType.system) }
        }
        for license in request.licenses where !license.isEmpty {
            parts.append(try store.blobs.write(Array(license.utf8)), MediaType.license)
        }
        try mergeParameters(request.parameters, into: &parts)
        if !request.messages.isEmpty {
            parts.removeAll(MediaType.messages)
            let bytes = JSONWriter.bytes(.array(request.messages)) + [0x0A]
            parts.append(try store.blobs.write(bytes), MediaType.messages)
        }
        if let renderer = request.renderer { parts.config.renderer = renderer }
        if let parser = request.parser { parts.config.parser = parser }
        if let requires = request.requires { parts.config.requires = requires }
    }

    private func mergeParameters(_ parameters: JSONObject, into parts: inout Parts) throws(ModelStorageError) {
        guard parameters.count > 0 else { return }
        var merged = JSONObject()
        for (layer, _) in parts.layers where layer.mediaType == MediaType.parameters {
            let bytes = try store.blobs.contents(layer.digest, limit: ModelStore.textByteLimit)
            let old = try JSONText.parse(bytes, path: store.blobs.path(layer.digest)).objectValue
            for (name, value) in old?.members ?? [] { merged[name] = value }
        }
        for (name, value) in parameters.members {
            merged[name] = name == "stop" && value.stringValue != nil ? [value] : value
        }
        let sorted = JSONObject(merged.members.sorted { $0.key < $1.key })
        parts.removeAll(MediaType.parameters)
        parts.append(
            try store.blobs.write(JSONWriter.bytes(.object(sorted)) + [0x0A]), MediaType.parameters)
    }
}

extension WeightsFacts.Role {
    fileprivate var mediaType: String {
        switch self {
        case .model: MediaType.model
        case .projector: MediaType.projector
        case .adapter: MediaType.adapter
        }
    }
}
