import GGUF
import JSON
package import ModelStorage
package import Platform
import WireFormats

/// What models there are: those of the store, files that the server was started with, and the bundled one.
package struct ModelCatalog: Sendable {
    /// The name of the model that is part of the program.
    package static let bundledName = "swiftllm:latest"

    package let store: ModelStore
    /// Files by the names under which they are served.
    private let files: [String: String]
    let tags = TagCache()
    /// When the program was built, which is when the bundled model last changed.
    let built: FileTime

    /// - Parameters:
    ///   - files: paths of GGUF files; each is served under its name without folder, ending and what tells parts of
    ///     one model apart.
    ///   - built: when the program was built.
    package init(store: ModelStore, files: [String] = [], built: FileTime) {
        self.store = store
        self.built = built
        self.files = Dictionary(files.map { (Self.name(ofFile: $0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What a name stands for.
    ///
    /// - Throws: `notFound`, or what is wrong with the name or the stored model.
    func entry(named text: String) throws(WireError) -> CatalogEntry {
        guard !text.isEmpty else { throw OllamaError.modelRequired }
        let local = Self.nameBeforeLocal(text)
        if Self.isElsewhere(local ?? text) {
            let isBoth = local != nil || text.lowercased().contains(":local:")
            throw isBoth ? OllamaError.localAndCloud(text) : OllamaError.cloudDisabled
        }
        if let entry = try known(text) { return entry }
        guard let local else { throw OllamaError.modelNotFound(text) }
        return try entry(named: local)
    }

    /// What a name stands for; nil if there is no such model.
    private func known(_ text: String) throws(WireError) -> CatalogEntry? {
        if let path = files[text.lowercased()] { return Self.entry(name: text, path: path) }
        guard let name = try? ModelName(text) else {
            guard Self.nameBeforeLocal(text) != nil else { throw OllamaError.invalidModelName }
            return nil
        }
        do {
            return try Self.entry(try store.open(name))
        } catch ModelStorageError.modelNotFound {
            return Self.isBundled(name) ? Self.bundled : nil
        } catch {
            throw WireError(error)
        }
    }

    /// Gives a model a second name. The bundled one becomes a model of the store by that.
    func copy(_ source: ModelName, to target: ModelName) async throws {
        guard Self.isBundled(source), try store.find(source) == nil else {
            return try store.copy(source, to: target)
        }
        try await ModelCreation(store: store, taskCount: 1).run(try bundledRequest(target)) { _ in }
    }

    /// A model of the store that is as the bundled one.
    private func bundledRequest(_ name: ModelName) throws -> CreationRequest {
        let blob = try store.blobs.write(copyOf: EmbeddedFiles.model)
        var request = CreationRequest(name: name)
        request.files = [CreationRequest.File(name: "swiftllm.gguf", source: .blob(blob.digest))]
        return request
    }

    /// The name before `:local`, which says that the model runs here; nil for names without it.
    private static func nameBeforeLocal(_ text: String) -> String? {
        text.lowercased().hasSuffix(":local") ? String(text.dropLast(":local".count)) : nil
    }

    /// Whether a name's tag is `cloud` or ends in `-cloud`.
    private static func isElsewhere(_ name: String) -> Bool {
        guard let colon = name.lastIndex(of: ":") else { return false }
        let tag = name[colon...].lowercased()
        return tag == ":cloud" || tag.hasSuffix("-cloud")
    }

    /// Names of the models that are not in the store.
    var unstored: [CatalogEntry] {
        files.sorted { $0.key < $1.key }.map { Self.entry(name: $0.key, path: $0.value) } + [Self.bundled]
    }

    /// Whether a name is that of the model that is part of the program.
    static func isBundled(_ name: ModelName) -> Bool { name.display.lowercased() == bundledName }

    private static func name(ofFile path: String) -> String {
        SplitName.model(of: path.split(separator: "/").last.map(String.init) ?? path).lowercased()
    }

    private static func entry(name: String, path: String) -> CatalogEntry {
        entry(name: name, path: path, adapter: nil) { try GGUFFile(path: path) }
    }

    private static func entry(
        name: String, path: String, adapter: String?, open: @escaping @Sendable () throws -> GGUFFile
    ) -> CatalogEntry {
        let key = adapter.map { "\(path)\u{0}\($0)" } ?? path
        let openAdapter = adapter.map { path in { @Sendable in try GGUFFile(path: path) } }
        return CatalogEntry(source: ModelSource(name: name, key: key, open: open, openAdapter: openAdapter))
    }

    private static var bundled: CatalogEntry {
        CatalogEntry(source: ModelSource(name: bundledName, key: "") { try GGUFFile(bytes: EmbeddedFiles.model) })
    }

    private static func entry(_ model: StoredModel) throws -> CatalogEntry {
        guard !model.weights.isEmpty else {
            throw WireError(.unsupported, "\"\(model.name.display)\" has no weights in GGUF form")
        }
        guard model.adapters.count <= 1 else {
            throw WireError(
                .unsupported, "\"\(model.name.display)\" has \(model.adapters.count) adapters, at most 1 is supported")
        }
        // Split models may share parts: all of them tell models apart.
        let path = model.weights.joined(separator: "\u{0}")
        var entry = entry(name: model.name.display, path: path, adapter: model.adapters.first) {
            try model.openWeights()
        }
        entry.system = model.system
        entry.messages = try OllamaChat.messages(.array(model.messages))
        entry.parameters = try GenerationOptions(.object(model.parameters))
        entry.goTemplate = model.template
        entry.stored = model
        return entry
    }
}
