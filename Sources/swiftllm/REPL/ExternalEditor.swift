import Foundation
import Platform

/// The user's own editor, for a message that is longer than a line.
enum ExternalEditor {
    /// Lets the user edit a text; the terminal must be in its own mode.
    ///
    /// - Throws: `InputError` if the editor fails.
    static func edit(
        _ text: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> String {
        let editor =
            ["OLLAMA_EDITOR", "VISUAL", "EDITOR"].lazy.compactMap { environment[$0] }
            .first { !$0.allSatisfy(\.isWhitespace) } ?? "vi"
        let file = FileManager.default.temporaryDirectory.appending(path: "swiftllm-prompt-\(UUID().uuidString).txt")
        let path = file.path(percentEncoded: false)
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard isMade else { throw InputError("\(path): cannot be written") }
        defer { try? FileManager.default.removeItem(at: file) }
        let quoted = "'" + path.replacing("'", with: "'\\''") + "'"
        guard let code = ForegroundProgram.run("\(editor) \(quoted)"), code == 0 else {
            throw InputError("the editor '\(editor)' failed; OLLAMA_EDITOR names another one")
        }
        var edited = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        while edited.hasSuffix("\n") { edited.removeLast() }
        return edited
    }
}
