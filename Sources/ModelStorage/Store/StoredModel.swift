package import GGUF
package import Hashing
package import JSON
package import Platform

/// A stored model's name, spelled as its folders are, and the path of its manifest.
package struct StoredName: Sendable {
    package let name: ModelName
    package let path: String
}

/// What a list of models tells of one.
package struct ModelEntry: Sendable {
    package let name: ModelName
    /// The model's identity: the SHA-256 of its manifest's bytes.
    package let digest: SHA256.Digest
    /// When the manifest was written.
    package let modified: FileTime
    package let manifest: Manifest
    package let config: ModelConfig
}

/// All models, newest first, and what cannot be read.
package struct ModelList: Sendable {
    package internal(set) var models: [ModelEntry] = []
    /// Why other manifests could not be read.
    package internal(set) var problems: [ModelStorageError] = []
}

/// A model of the store, opened: where its weights are, and all else read.
package struct StoredModel: Sendable {
    package let entry: ModelEntry
    /// Paths of GGUF files: the model itself, and what else `FROM` gave.
    package let weights: [String]
    package let adapters: [String]
    package let projectors: [String]
    package let drafts: [String]
    /// The Go template; nil if the model brings none, and the one in its GGUF file counts.
    package let template: String?
    package let system: String?
    /// Options for generation, such as `temperature`; `stop` is an array.
    package let parameters: JSONObject
    /// Messages that every conversation begins with.
    package let messages: [JSONValue]
    package let licenses: [String]

    package var name: ModelName { entry.name }
    package var config: ModelConfig { entry.config }
    package var manifest: Manifest { entry.manifest }

    /// The model that this one was made from, if its weights were taken over from one.
    package var parent: String? { manifest.layers(of: MediaType.model).lazy.compactMap(\.from).first }

    /// Opens the weights: one file, or all parts of a split model.
    ///
    /// - Throws: `noWeights`, `incompleteParts`, `weights`.
    package func openWeights() throws(ModelStorageError) -> GGUFFile {
        try GGUFFile.open(blobs: weights, of: entry.name.display)
    }

    /// Reads the small blobs and checks that the large ones are there.
    ///
    /// - Throws: `blobNotFound`, `invalidText`, `invalidJSON`, `invalidField`.
    init(_ entry: ModelEntry, blobs: BlobStore) throws(ModelStorageError) {
        let reader = LayerReader(manifest: entry.manifest, blobs: blobs)
        self.entry = entry
        weights = try reader.paths(MediaType.model)
        adapters = try reader.paths(MediaType.adapter)
        projectors = try reader.paths(MediaType.projector)
        drafts = try reader.paths(MediaType.draft)
        template = try (reader.texts(MediaType.prompt) + reader.texts(MediaType.template)).last
        system = try reader.texts(MediaType.system).last
        licenses = try reader.texts(MediaType.license)
        var parameters = JSONObject()
        for (json, path) in try reader.values(MediaType.parameters) {
            guard let object = json.objectValue else {
                throw .invalidField(path: path, field: "params", expected: "a JSON object")
            }
            for (name, value) in object.members { parameters[name] = value }
        }
        self.parameters = parameters
        var messages: [JSONValue] = []
        for (json, path) in try reader.values(MediaType.messages) {
            guard let array = json.arrayValue else {
                throw .invalidField(path: path, field: "messages", expected: "a JSON array")
            }
            messages += array
        }
        self.messages = messages
    }
}

extension GGUFFile {
    /// Opens the weights of a model: one blob, or all parts of a split model.
    ///
    /// - Parameter name: the model's, for messages.
    /// - Throws: `noWeights`, `incompleteParts`, `weights`.
    static func open(blobs paths: [String], of name: String) throws(ModelStorageError) -> GGUFFile {
        guard let first = paths.first else { throw .noWeights(path: name) }
        do throws(GGUFError) {
            return try GGUFFile(path: first)
        } catch {
            // Parts find each other by their files' names, which blobs do not have.
            guard case .splitFileName(path: _, part: _, let count) = error else { throw .weights(error) }
            guard count == paths.count else {
                throw .incompleteParts(name: name, expected: count, found: paths.count)
            }
        }
        do { return try GGUFFile(parts: paths) } catch { throw .weights(error) }
    }
}

/// Reads layers of one model.
private struct LayerReader {
    let manifest: Manifest
    let blobs: BlobStore

    /// Paths of the blobs of a type.
    func paths(_ mediaType: String) throws(ModelStorageError) -> [String] {
        try manifest.layers(of: mediaType).map { layer throws(ModelStorageError) in
            guard try blobs.contains(layer.digest) else { throw .blobNotFound(layer.digest) }
            return blobs.path(layer.digest)
        }
    }

    /// The blobs of a type as texts.
    func texts(_ mediaType: String) throws(ModelStorageError) -> [String] {
        try manifest.layers(of: mediaType).map { layer throws(ModelStorageError) in
            let bytes = try blobs.contents(layer.digest, limit: ModelStore.textByteLimit)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .invalidText(path: blobs.path(layer.digest))
            }
            return text
        }
    }

    /// The blobs of a type as JSON, with their paths.
    func values(_ mediaType: String) throws(ModelStorageError) -> [(JSONValue, path: String)] {
        try manifest.layers(of: mediaType).map { layer throws(ModelStorageError) in
            let path = blobs.path(layer.digest)
            let bytes = try blobs.contents(layer.digest, limit: ModelStore.textByteLimit)
            return (try JSONText.parse(bytes, path: path), path)
        }
    }
}
