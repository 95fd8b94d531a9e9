import HTTP
import JSON

/// The files of a repository of Hugging Face, for models that its registry does not give: those in several files.
///
/// *Source*: Hugging Face's Hub API, `/api/models/USER/REPOSITORY?blobs=true`, which tells the SHA-256 of what Git LFS
/// keeps; `/USER/REPOSITORY/resolve/COMMIT/FILE` is where a file is.
struct HuggingFaceRepository: Sendable {
    private let registry: RegistryClient
    /// The commit that all files are taken from, whatever is changed meanwhile.
    private let commit: String
    private let files: [RepositoryFile]

    private static let listByteLimit = 16 << 20
    /// What authors may add for programs that speak this protocol, and what it becomes.
    private static let texts = [
        ("template", MediaType.template), ("system", MediaType.system), ("params", MediaType.parameters),
    ]

    /// Asks what files there are; nil if none of them is a model in GGUF form.
    init?(_ registry: RegistryClient) async throws(ModelStorageError) {
        let url = try registry.site("api/models/\(registry.repository)?blobs=true")
        let bytes = try await Self.contents(url, limit: Self.listByteLimit, registry)
        let json = try JSONText.parse(bytes, path: "\(url)")
        guard let list = json["siblings"]?.arrayValue else {
            throw .registry(.notAModel(url: "\(url)", found: "a list without files"))
        }
        self.registry = registry
        commit = json["sha"]?.stringValue ?? "main"
        files = list.compactMap { file in
            guard let name = file["rfilename"]?.stringValue else { return nil }
            let large = file["lfs"]
            return RepositoryFile(
                name: name, byteCount: large?["size"]?.intValue ?? file["size"]?.intValue,
                digest: large?["sha256"]?.stringValue.flatMap { try? BlobDigest("sha256:" + $0) })
        }
        if !files.contains(where: \.isWeights) { return nil }
    }

    /// The model that a tag stands for.
    ///
    /// - Parameter store: takes small texts at once.
    /// - Throws: `noChoice`.
    func offer(_ tag: String, to store: ModelStore) async throws(ModelStorageError) -> ModelOffer {
        let choice: RepositoryChoice
        do { choice = try RepositoryChoice(tag, of: files) } catch {
            throw .registry(.noChoice(repository: registry.repository, tag: tag, reason: error.reason))
        }
        var layers: [Layer] = []
        var places: [BlobDigest: HTTPURL] = [:]
        let chosen = choice.weights.map { ($0, MediaType.model) } + choice.projectors.map { ($0, MediaType.projector) }
        for (file, mediaType) in chosen {
            guard let digest = file.digest, let byteCount = file.byteCount, byteCount > 0 else {
                throw .registry(
                    .noChoice(
                        repository: registry.repository, tag: tag,
                        reason: "the list of files does not tell the digest of \(file.name)"))
            }
            layers.append(Layer(mediaType: mediaType, digest: digest, byteCount: byteCount))
            places[digest] = try place(of: file)
        }
        for (name, mediaType) in Self.texts {
            guard let file = files.first(where: { $0.name == name }) else { continue }
            let bytes = try await Self.contents(place(of: file), limit: ModelStore.textByteLimit, registry)
            let blob = try store.blobs.write(bytes)
            layers.append(Layer(mediaType: mediaType, digest: blob.digest, byteCount: blob.byteCount))
        }
        var offer = ModelOffer(Manifest(config: nil, layers: layers))
        offer.places = places
        return offer
    }

    private func place(of file: RepositoryFile) throws(ModelStorageError) -> HTTPURL {
        let path = file.name.split(separator: "/").map { urlEscaped(String($0)) }.joined(separator: "/")
        return try registry.site("\(registry.repository)/resolve/\(urlEscaped(commit))/\(path)")
    }

    private static func contents(
        _ url: HTTPURL, limit: Int, _ registry: RegistryClient
    ) async throws(ModelStorageError) -> [UInt8] {
        let response = try await registry.persistently(RegistryCall("GET", url))
        do { return try await response.body.collect(upTo: limit) } catch {
            throw error == .cancelled ? .cancelled : .registry(.network(url: "\(url)", error))
        }
    }
}
