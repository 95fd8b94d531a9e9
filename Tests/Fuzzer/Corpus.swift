import Foundation
import GGUF
import TestSupport

/// The files that cases start from: every small GGUF among the fixtures that is whole, as bytes and taken apart, and
/// every folder to convert.
struct Corpus {
    struct Document {
        let name: String
        let bytes: [UInt8]
        let parts: HeaderParts
    }

    let documents: [Document]
    /// Models that are converted before they are read.
    let folders = FolderModel.corpus()

    private static let byteCountLimit = 8 << 20

    init() {
        let root = Fixtures.path("")
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
        documents = names.filter { $0.hasSuffix(".gguf") }.sorted().compactMap { name in
            guard let data = try? Fixtures.data(name), data.count <= Self.byteCountLimit,
                let file = try? GGUFFile(path: Fixtures.path(name)), file.parts.count == 1
            else { return nil }
            return Document(name: name, bytes: Array(data), parts: HeaderParts(file))
        }
    }
}
