import Compute
import Foundation
import Models
import Platform

/// How a command loads its model: the options that all such commands share.
struct ModelOptions: Sendable {
    /// The file or the stored model's name; nil for the bundled model, `-` for standard input.
    var path: String?
    /// Threads that compute; nil for as many as the process may use.
    var threads: Int?
    /// How keys and values are stored.
    var cache = CacheElement.float16
    /// Where packed weights are kept.
    var packed = PackedFiles.configured
    /// Whether texts are to be read: the tokenizer is made while the weights are loaded.
    var readsText: Bool
    /// Whether progress of long loading is shown.
    var showsProgress = true
    /// Whether it is told why packed weights are not used.
    var isVerbose: Bool

    init(_ arguments: Arguments, readsText: Bool = true) {
        self.readsText = readsText
        path = arguments.text(.model)
        threads = arguments.integer(.threads)
        isVerbose = arguments.has(.verbose)
        cache = arguments.text(.keyValueType).flatMap(CacheElement.init(name:)) ?? cache
    }

    /// The name in messages.
    var name: String { path.map { $0 == "-" ? "standard input" : $0 } ?? EmbeddedFiles.model.path }
}

extension CommandOption {
    static let threads = CommandOption(
        "threads", short: "t", value: .integer(1...1024), placeholder: "N",
        help: "Threads that compute; by default as many as there are cores.")
    static let keyValueType = CommandOption(
        "kv-type", value: .choice(CacheElement.allCases.map(\.name)), placeholder: "TYPE",
        help:
            "How keys and values are cached: f16 (default), q8_0 (half of the memory, faster behind long contexts) or "
            + "f32.")
    /// The model of commands that fall back to the bundled one.
    static let optionalModel = CommandOption(
        "model", short: "m", value: .file, placeholder: "MODEL",
        help: "The model: a GGUF file (any part of a split one), the name of a stored model, or - for standard input. "
            + "Default: the bundled model, about 5 million weights, good for trying things out.")
}

extension PackedFiles {
    /// As the environment says.
    static var configured: PackedFiles {
        let folder = ProcessInfo.processInfo.environment["SWIFTLLM_PACKED"]
        return PackedFiles(folder: folder.flatMap { $0.isEmpty ? nil : $0 })
    }
}
