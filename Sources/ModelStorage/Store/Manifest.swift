import Hashing
import JSON

/// One part of a model: a blob and what it holds.
package struct Layer: JSONRecord, Equatable, Sendable {
    var fields = JSONObject()

    package let mediaType: String
    package let digest: BlobDigest
    /// Size of the blob in bytes.
    package let byteCount: Int

    package init(mediaType: String, digest: BlobDigest, byteCount: Int, from: String? = nil) {
        self.mediaType = mediaType
        self.digest = digest
        self.byteCount = byteCount
        fields["mediaType"] = .string(mediaType)
        fields["digest"] = .string(digest.description)
        fields["size"] = .integer(byteCount)
        set("from", from)
    }

    fileprivate init(_ json: JSONValue, path: String) throws(ModelStorageError) {
        guard let fields = json.objectValue, let mediaType = fields["mediaType"]?.stringValue,
            let byteCount = fields["size"]?.intValue, byteCount >= 0, let text = fields["digest"]?.stringValue
        else {
            throw .invalidField(
                path: path, field: "layers", expected: "objects with a mediaType, a digest and a size")
        }
        self.fields = fields
        self.mediaType = mediaType
        self.byteCount = byteCount
        guard let digest = try? BlobDigest(text) else {
            throw .invalidField(path: path, field: "digest", expected: "'sha256:' and 64 hexadecimal digits")
        }
        self.digest = digest
    }

    /// The model that the layer was taken over from.
    package var from: String? { string("from") }
    /// The tensor or file that the layer holds, in models of single tensors.
    package var name: String? { string("name") }
}

/// The list of a model's parts. Fields that this program does not know stay as they are.
package struct Manifest: JSONRecord, Equatable, Sendable {
    var fields: JSONObject
    package let config: Layer?
    package let layers: [Layer]

    /// - Parameter config: nil where it is not known yet.
    package init(config: Layer?, layers: [Layer]) {
        self.config = config
        self.layers = layers
        fields = JSONObject()
        fields["schemaVersion"] = 2
        fields["mediaType"] = .string(MediaType.manifest)
        if let config { fields["config"] = .object(config.fields) }
        fields["layers"] = .array(layers.map { .object($0.fields) })
    }

    /// Reads the bytes of a manifest.
    ///
    /// - Parameter path: where they came from, for messages.
    /// - Throws: `invalidJSON`, `invalidField`, `invalidDigest`.
    package init(_ bytes: [UInt8], path: String) throws(ModelStorageError) {
        let json = try JSONText.parse(bytes, path: path)
        guard let fields = json.objectValue else {
            throw .invalidField(path: path, field: "manifest", expected: "a JSON object")
        }
        guard let list = (fields["layers"] ?? []).isNull ? [] : (fields["layers"] ?? []).arrayValue else {
            throw .invalidField(path: path, field: "layers", expected: "an array")
        }
        self.fields = fields
        config = try fields["config"].flatMap { json throws(ModelStorageError) in
            json["digest"]?.stringValue?.isEmpty ?? true ? nil : try Layer(json, path: path)
        }
        layers = try list.map { json throws(ModelStorageError) in try Layer(json, path: path) }
    }

    /// What the manifest says of its own kind.
    var mediaType: String { string("mediaType") ?? MediaType.manifest }

    /// The bytes as they are stored; for manifests that this program makes, the same that Ollama would store.
    package var bytes: [UInt8] { JSONWriter.bytes(.object(fields)) + [0x0A] }

    /// The config and all layers: every blob that the model needs.
    package var blobs: [Layer] { (config.map { [$0] } ?? []) + layers }

    /// Bytes of all blobs together.
    package var byteCount: Int { blobs.reduce(0) { $0.addingReportingOverflow($1.byteCount).partialValue } }

    package func layers(of mediaType: String) -> [Layer] { layers.filter { $0.mediaType == mediaType } }
}

/// JSON files of the store.
enum JSONText {
    /// Parses what another program may have written: the last of two members of one name counts.
    static func parse(_ bytes: [UInt8], path: String) throws(ModelStorageError) -> JSONValue {
        var options = JSONParser.Options()
        options.allowsDuplicateKeys = true
        do { return try JSONParser.parse(bytes, options: options) } catch { throw .invalidJSON(path: path, error) }
    }
}
