import Platform

/// Tells the files of a Hugging Face model, weights as safetensors and all that goes with them, from GGUF files.
struct HuggingFaceFiles {
    /// Files that make one model together; empty if none of them holds weights.
    let model: [CreationRequest.File]
    /// All others.
    let others: [CreationRequest.File]

    private static let ending = ".safetensors"
    /// What goes with the weights, but for the texts in JSON.
    private static let companions: Set = ["tokenizer.model", "chat_template.jinja"]

    init(_ files: [CreationRequest.File]) {
        guard files.contains(where: { $0.name.hasSuffix(Self.ending) }) else {
            (model, others) = ([], files)
            return
        }
        model = files.filter { !$0.name.hasSuffix(".gguf") }
        others = files.filter { $0.name.hasSuffix(".gguf") }
    }

    /// Names of the files in a folder that a model is made from: those of a Hugging Face model or adapter, else GGUF
    /// files.
    ///
    /// Some folders hold the same weights in several forms; those called `model` and `adapter` are the ones to take.
    static func names(inFolder path: String) throws(ModelStorageError) -> [String] {
        let names = try withFiles { () throws(PlatformError) in try FileSystem.names(in: path) }
        let weights = names.filter {
            $0.hasSuffix(ending) && ($0.hasPrefix("model") || $0.hasPrefix("adapter"))
        }
        guard !weights.isEmpty else { return names.filter { $0.hasSuffix(".gguf") } }
        var found = weights + names.filter { $0.hasSuffix(".json") || companions.contains($0) }
        for name in names {
            // Embedding models say how they pool in a folder below.
            let status = try withFiles { () throws(PlatformError) in try FileSystem.status(of: "\(path)/\(name)") }
            guard status?.kind == .folder else { continue }
            let inner = try withFiles { () throws(PlatformError) in try FileSystem.names(in: "\(path)/\(name)") }
            found += inner.filter { $0.hasSuffix(".json") }.map { "\(name)/\($0)" }
        }
        return found
    }
}
