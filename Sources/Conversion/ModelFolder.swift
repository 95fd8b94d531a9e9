import JSON
import Platform

/// The files of a model as Hugging Face has it, by their names in its folder.
///
/// They need not lie in one folder: uploaded files are blobs of a store.
package struct ModelFolder: Sendable {
    private let paths: [String: String]

    /// More than any vocabulary has.
    private static let textByteLimit = 256 << 20

    /// - Parameter files: names with `/` between their parts, and where the files are.
    package init(_ files: [(name: String, path: String)]) {
        paths = Dictionary(files.map { ($0.name, $0.path) }) { $1 }
    }

    /// Names in order.
    package var names: [String] { paths.keys.sorted() }

    package func has(_ name: String) -> Bool { paths[name] != nil }

    func path(_ name: String) -> String? { paths[name] }

    /// The bytes of a file; nil if it is not there.
    func bytes(_ name: String) throws(ConversionError) -> [UInt8]? {
        guard let path = paths[name] else { return nil }
        do { return try FileSystem.contents(of: path, limit: Self.textByteLimit) } catch { throw .file(error) }
    }

    /// A text file; nil if it is not there.
    func text(_ name: String) throws(ConversionError) -> String? {
        guard let bytes = try bytes(name) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidText(file: name) }
        return text
    }

    /// A JSON file; nil if it is not there.
    func json(_ name: String) throws(ConversionError) -> JSONValue? {
        guard let bytes = try bytes(name) else { return nil }
        var options = JSONParser.Options()
        options.allowsDuplicateKeys = true
        do { return try JSONParser.parse(bytes, options: options) } catch { throw .invalidJSON(file: name, error) }
    }

    /// A JSON file that holds an object.
    ///
    /// - Parameter purpose: what it is needed for, for the error if it is not there.
    func object(_ name: String, purpose: String) throws(ConversionError) -> JSONObject {
        guard let json = try json(name) else { throw .missingFile(name, purpose: purpose) }
        guard let object = json.objectValue else {
            throw .invalidField(file: name, field: "", expected: "a JSON object", found: "another value")
        }
        return object
    }
}
