import Foundation
import GGUF
import ModelStorage
import Platform
import Serving

/// What users call a model: a file, or if there is none of that name a model of the store, or the bundled one.
enum NamedModel {
    /// Nobody has it, where it was looked for.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Opens the weights.
    ///
    /// - Throws: `Missing`, or what is wrong with the file or the stored model.
    static func open(_ text: String) throws -> GGUFFile {
        guard try FileSystem.status(of: text) == nil, let name = try? ModelName(text) else {
            return try GGUFFile(path: text)
        }
        let settings = try ServerSettings(environment: ProcessInfo.processInfo.environment, home: NSHomeDirectory())
        let store = ModelStore(root: settings.models)
        guard try store.find(name) != nil else {
            if name.display == ModelCatalog.bundledName { return try GGUFFile(bytes: EmbeddedFiles.model) }
            throw Missing(description: "\(text): no such file, and no model of that name in \(settings.models)")
        }
        let model = try store.open(name)
        guard model.adapters.isEmpty else {
            throw InputError("\(text): has an adapter, which only commands that ask a server apply, such as run")
        }
        return try model.openWeights()
    }
}
