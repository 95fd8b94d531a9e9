import Foundation
import WireFormats

/// Pictures and sounds that a message names by their paths.
enum PromptFiles {
    /// A message without the paths, and the files.
    struct Extracted {
        var text: String
        var media: [Media] = []
        /// The paths as they were found on disk.
        var paths: [String] = []
    }

    private static let byteLimit = 100 << 20

    /// Takes the files out of a message. What only looks like a path stays text.
    ///
    /// - Throws: `InputError` for a file that is too large or cannot be read.
    static func extract(_ text: String) throws -> Extracted {
        var extracted = Extracted(text: text)
        for written in candidates(text) {
            let path = unescaped(written)
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { continue }
            let bytes = try InputFile.bytes(path)
            guard bytes.count <= byteLimit else { throw InputError("\(path): has more than 100 MB") }
            extracted.media.append(Media(bytes: bytes))
            extracted.paths.append(path)
            for quoted in ["'\(written)'", "\"\(written)\"", written] {
                extracted.text = extracted.text.replacing(quoted, with: "")
            }
        }
        if !extracted.paths.isEmpty {
            extracted.text = extracted.text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return extracted
    }

    /// Pieces of a text that end like pictures or sounds and begin like paths; with spaces only where they are quoted
    /// or stand behind a backslash.
    static func candidates(_ text: String) -> [String] {
        let pattern = #/"((?:\.{1,2}/|~/|/)[^"\n]+)"|'((?:\.{1,2}/|~/|/)[^'\n]+)'|((?:\.{1,2}/|~/|/)(?:\\.|[^\s\\])+)/#
        return text.matches(of: pattern).compactMap { match in
            let path = String(match.1 ?? match.2 ?? match.3 ?? "")
            return path.contains(#/\.(?i:jpg|jpeg|png|webp|wav)$/#) ? path : nil
        }
    }

    /// A path as the file system has it: a shell's backslashes are gone, the home folder is there.
    private static func unescaped(_ path: String) -> String {
        let plain = path.replacing(#/\\(.)/#) { String($0.1) }
        return plain.hasPrefix("~/") ? NSHomeDirectory() + plain.dropFirst() : plain
    }
}
