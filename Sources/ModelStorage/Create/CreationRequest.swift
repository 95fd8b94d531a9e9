package import JSON
import Platform

/// What a new model is to be made of.
package struct CreationRequest: Sendable {
    /// A file of weights and the name under which the caller knows it.
    package struct File: Sendable, Equatable {
        package enum Source: Sendable, Equatable {
            /// A file on this machine.
            case path(String)
            /// Bytes that are in the store already.
            case blob(BlobDigest)
        }

        package let name: String
        package let source: Source

        package init(name: String, source: Source) {
            self.name = name
            self.source = source
        }
    }

    package var name: ModelName
    /// The model whose parts are taken over.
    package var from: ModelName?
    /// GGUF files: weights, projectors, or all parts of a split model; or the files of a Hugging Face model.
    package var files: [File] = []
    package var adapters: [File] = []
    package var drafts: [File] = []
    /// A quantisation such as `Q4_K_M`, for weights that are not quantised yet.
    package var quantization: String?
    /// Each of these replaces what is taken over, if it is there.
    package var template: String?
    package var system: String?
    package var messages: [JSONValue] = []
    package var renderer: String?
    package var parser: String?
    package var requires: String?
    /// Added to what is taken over.
    package var licenses: [String] = []
    /// Merged over what is taken over; `stop` may be a text or an array.
    package var parameters = JSONObject()

    package init(name: ModelName) { self.name = name }
}

extension CreationRequest {
    /// What a Modelfile asks for.
    ///
    /// - Parameters:
    ///   - folder: where paths in the Modelfile begin.
    ///   - home: what `~` stands for.
    /// - Throws: `unknownParameter`, `invalidParameter`, or `invalidName` if a FROM is neither a file nor a name.
    package init(
        _ modelfile: Modelfile, name: ModelName, folder: String, home: String
    ) throws(ModelStorageError) {
        self.init(name: name)
        for directive in modelfile.directives {
            switch directive {
            case .from(let text):
                if let found = try Self.files(at: text, folder: folder, home: home) {
                    files += found.filter { !files.contains($0) }
                } else {
                    from = try ModelName(text)
                }
            case .adapter(let text): adapters += try Self.requiredFiles(at: text, folder: folder, home: home)
            case .draft(let text): drafts += try Self.requiredFiles(at: text, folder: folder, home: home)
            case .template(let text): template = text
            case .system(let text): system = text
            case .license(let text): licenses.append(text)
            case .message(let role, let content): messages.append(["role": .string(role), "content": .string(content)])
            case .renderer(let text): renderer = text
            case .parser(let text): parser = text
            case .requires(let text): requires = text
            case .parameter(let name, let text):
                let name = name.lowercased()
                guard !ModelParameters.retired.contains(name) else { continue }
                let value = try ModelParameters.value(name, text)
                let earlier = parameters[name]?.arrayValue
                parameters[name] = value.arrayValue.map { .array((earlier ?? []) + $0) } ?? value
            }
        }
    }

    private static func requiredFiles(
        at text: String, folder: String, home: String
    ) throws(ModelStorageError) -> [File] {
        guard let files = try files(at: text, folder: folder, home: home) else {
            throw .file(.notFound(path: text))
        }
        return files
    }

    /// The file at a path, or the files of a folder that make a model; nil if nothing is there.
    private static func files(at text: String, folder: String, home: String) throws(ModelStorageError) -> [File]? {
        let path =
            text.hasPrefix("/") ? text : text.hasPrefix("~/") ? home + text.dropFirst(1) : "\(folder)/\(text)"
        let status = try withFiles { () throws(PlatformError) in try FileSystem.status(of: path) }
        guard let status else { return nil }
        guard status.kind == .folder else { return try parts(at: path) }
        let names = try HuggingFaceFiles.names(inFolder: path)
        if names.isEmpty {
            // A folder may happen to be called as a model is.
            guard (try? ModelName(text)) != nil else { throw .noWeights(path: path) }
            return nil
        }
        return names.map { File(name: $0, source: .path("\(path)/\($0)")) }
    }

    /// A file, and with a part of a split model all others that lie beside it.
    private static func parts(at path: String) throws(ModelStorageError) -> [File] {
        let name = fileName(path)
        guard let key = FileGroup.partKey(name) else { return [File(name: name, source: .path(path))] }
        let folder = String(path.dropLast(name.count))
        let names = try withFiles { () throws(PlatformError) in try FileSystem.names(in: folder) }
        return names.filter { FileGroup.partKey($0) == key }.sorted().map {
            File(name: $0, source: .path(folder + $0))
        }
    }

    private static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
