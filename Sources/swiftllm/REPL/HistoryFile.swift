import Foundation

/// The file of earlier messages, `~/.ollama/history`: one a line, as Ollama keeps it.
///
/// A message of several lines is kept in one, with U+2028 (line separator) between them.
struct HistoryFile: Sendable {
    private let url: URL?

    /// - Parameter environment: `OLLAMA_NOHISTORY` switches the file off, `HOME` says where it is.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let isOff = environment["OLLAMA_NOHISTORY"].map { Self.isTrue($0) } ?? false
        let home = environment["HOME"] ?? ""
        url = isOff || home.isEmpty ? nil : URL(filePath: home).appending(path: ".ollama/history")
    }

    /// Ollama's way with switches: what is no word for "no" is yes.
    private static func isTrue(_ text: String) -> Bool {
        !["", "0", "f", "false"].contains(text.trimmingCharacters(in: .whitespaces).lowercased())
    }

    /// All messages, oldest first; none if there is no file.
    var entries: [String] {
        guard let url, let data = try? Data(contentsOf: url) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(LineHistory.limit)
            .map { String($0).replacing("\u{2028}", with: "\n") }
    }

    /// Adds a message to what the file holds by now: other sessions write to it too. A file that cannot be written is
    /// nobody's loss.
    func append(_ entry: String) {
        guard let url else { return }
        var history = LineHistory(entries)
        history.add(entry)
        let lines = history.entries.map { $0.replacing("\n", with: "\u{2028}") + "\n" }
        let folder = url.deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? Data(lines.joined().utf8).write(to: url, options: .atomic)
        try? FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: url.path(percentEncoded: false))
    }
}
