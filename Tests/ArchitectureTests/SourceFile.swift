import Foundation
import TestSupport

/// One Swift file of the repository, as text.
struct SourceFile: CustomStringConvertible {
    /// Path from the repository's root, such as `Sources/GGUF/GGUFFile.swift`.
    let path: String
    let lines: [String]

    var description: String { path }
    var isGenerated: Bool { path.hasSuffix(".generated.swift") }
    var isKernel: Bool { path.hasPrefix("Kernels/") && !path.hasPrefix("Kernels/Bench/") }

    /// Lines without comments and string contents: what the rules look at.
    var code: [String] { lines.map(Self.stripped) }

    /// Modules that the file imports.
    var imports: [String] {
        code.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 2, index + 1 < words.count else { return nil }
            return String(words[index + 1]).split(separator: ".").first.map(String.init)
        }
    }

    /// All Swift files under a folder of the repository; symbolic links are followed once, at their target.
    static func all(under folder: String) -> [SourceFile] {
        let root = Fixtures.root.path(percentEncoded: false)
        let base = Fixtures.root.appending(path: folder)
        let enumerator = FileManager.default.enumerator(
            at: base, includingPropertiesForKeys: [.isSymbolicLinkKey, .isRegularFileKey])
        var files: [SourceFile] = []
        while let url = enumerator?.nextObject() as? URL {
            let values = try? url.resourceValues(forKeys: [.isRegularFileKey])
            guard url.pathExtension == "swift", values?.isRegularFile == true,
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { continue }
            let path = String(url.path(percentEncoded: false).dropFirst(root.count))
            files.append(SourceFile(path: path, lines: text.components(separatedBy: "\n")))
        }
        return files.sorted { $0.path < $1.path }
    }

    static let product = all(under: "Sources") + all(under: "Kernels")
    static let everything = product + all(under: "Tests")

    private static func stripped(_ line: String) -> String {
        var result = ""
        var isInString = false
        var previous: Character = " "
        for character in line {
            if character == "\"" && previous != "\\" {
                isInString.toggle()
                result.append(character)
            } else if character == "/" && previous == "/" && !isInString {
                result.removeLast()
                break
            } else if !isInString {
                result.append(character)
            }
            previous = character
        }
        return result
    }
}
