import Foundation
import JSON
import ModelStorage

/// A store in a folder of its own, removed at the end.
final class TemporaryStore: Sendable {
    let store: ModelStore
    let root: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        root = folder.path(percentEncoded: false)
        store = ModelStore(root: root)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// Stores a model of one layer of weights and some texts.
    @discardableResult
    func addModel(_ name: String, weights: String = "weights", texts: [(type: String, text: String)] = []) throws
        -> Manifest
    {
        var layers: [Layer] = []
        for (type, text) in [(MediaType.model, weights)] + texts {
            let blob = try store.blobs.write(Array(text.utf8))
            layers.append(Layer(mediaType: type, digest: blob.digest, byteCount: blob.byteCount))
        }
        var config = ModelConfig()
        config.family = "llama"
        return try store.save(layers, config: config, as: ModelName(name))
    }

    /// Names of all files under a folder of the store, sorted.
    func files(_ folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: root + "/" + folder)?.allObjects as? [String] ?? []).filter {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(root)/\(folder)/\($0)", isDirectory: &isFolder)
            return !isFolder.boolValue
        }.sorted()
    }

    func path(_ relative: String) -> String { "\(root)/\(relative)" }

    func write(_ text: String, to relative: String) throws {
        let path = URL(filePath: path(relative))
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: path)
    }

    /// Makes a file look old.
    func age(_ relative: String, hours: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)], ofItemAtPath: path(relative))
    }
}

/// The members of a literal.
func object(_ value: JSONValue) -> JSONObject { value.objectValue ?? JSONObject() }
