public import Foundation

/// Files under `fixtures/`, found from this source file: SwiftPM resources must lie inside a target.
public enum Fixtures {
    /// The repository's root folder.
    public static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Path of a file or folder under `fixtures/`.
    public static func path(_ relative: String) -> String {
        root.appending(path: "fixtures").appending(path: relative).path(percentEncoded: false)
    }

    /// Contents of a file under `fixtures/`.
    public static func data(_ relative: String) throws -> Data {
        try Data(contentsOf: URL(filePath: path(relative)))
    }

    /// A JSON file under `fixtures/`, decoded.
    public static func json<Value: Decodable>(_ relative: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: data(relative))
    }
}
