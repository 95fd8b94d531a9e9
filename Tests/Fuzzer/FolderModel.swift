import Conversion
import Foundation
import GGUF
import Platform
import TestSupport

/// A model of Hugging Face's form, some of whose files are damaged.
struct FolderModel {
    /// The files of one fixture.
    typealias Files = [(name: String, bytes: [UInt8])]

    private var files: Files

    /// Every folder of `fixtures/conversion` that holds a model.
    static func corpus() -> [(name: String, files: Files)] {
        let root = "conversion"
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: Fixtures.path(root))) ?? []
        let folders = names.filter { $0.hasSuffix("/config.json") && $0.split(separator: "/").count == 2 }
        return folders.map { String($0.dropLast("/config.json".count)) }.sorted().map { folder in
            let inner = names.filter { $0.hasPrefix(folder + "/") }.sorted()
            let files: Files = inner.compactMap { name in
                guard let data = try? Fixtures.data("\(root)/\(name)") else { return nil }
                return (String(name.dropFirst(folder.count + 1)), Array(data))
            }
            return ("\(root)/\(folder)", files)
        }
    }

    init(_ files: Files, _ random: inout SeededGenerator, mutations: inout [String]) {
        self.files = files
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<files.count, using: &random)
            let name = files[index].name
            if Int.random(in: 0..<16, using: &random) == 0 {
                self.files[index].bytes = []
                mutations.append("\(name) is empty")
                continue
            }
            let headerCount = Self.headerCount(files[index])
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let count = min(headerCount, self.files[index].bytes.count)
                let change = Mutation.damage(&self.files[index].bytes, headerCount: count, &random)
                mutations.append("\(name): \(change)")
            }
        }
    }

    /// All of a text; the header of a file of weights.
    private static func headerCount(_ file: (name: String, bytes: [UInt8])) -> Int {
        guard file.name.hasSuffix(".safetensors") else { return file.bytes.count }
        return 8 + file.bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Writes the files to a folder, and the model that they are converted to.
    ///
    /// - Returns: where the converted model is.
    func convert(in folder: URL) throws -> String {
        var paths: [(name: String, path: String)] = []
        for (index, file) in files.enumerated() {
            let url = folder.appending(path: "\(index)")
            try Data(file.bytes).write(to: url)
            paths.append((file.name, url.path(percentEncoded: false)))
        }
        let target = folder.appending(path: "model.gguf").path(percentEncoded: false)
        try ModelConversion(ModelFolder(paths)).write(to: target) { _ in }
        return target
    }
}
