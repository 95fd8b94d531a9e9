import GGUF

/// A family of models: under which names Hugging Face has it, and what becomes of its parts in GGUF.
struct ModelFamily: Sendable {
    /// Names in `architectures` of `config.json`.
    let sources: [String]
    /// GGUF's `general.architecture`.
    let architecture: String
    /// Names of tensors: patterns of `TensorName` and what they are called in GGUF.
    let names: [String: String]
    /// Tensors that are left out, by the beginnings of their names.
    var ignored: [String] = []
    /// Beginnings of names that mean nothing, such as `model.`, which some files have and some have not.
    var prefixes: [String] = []
    /// Reads the tokens.
    let vocabulary: @Sendable (Vocabulary.Source) throws(ConversionError) -> Vocabulary
    /// Adds the keys that only this family has; those that all share are there already.
    var hyperparameters: @Sendable (Configuration, ModelFolder, inout ModelKeys) throws(ConversionError) -> Void = {
        _, _, _ throws(ConversionError) in
    }
    /// Whether GGUF rotates neighbours of a head where Hugging Face rotates its halves.
    var rotatesNeighbours = false
    /// What GGUF's norms have added to their weights.
    var normAddend: Float = 0
    /// Tensors that no file holds.
    var additions: @Sendable (Configuration) throws(ConversionError) -> [ConvertedTensor] = {
        _ throws(ConversionError) in []
    }
}

extension ModelFamily {
    /// What happens to the weights of a tensor.
    ///
    /// - Parameter pattern: its name in GGUF, with `*` for the layer.
    func change(_ pattern: String, headLength: Int) -> ConvertedTensor.Change {
        let isRotated = pattern == "blk.*.attn_q" || pattern == "blk.*.attn_k"
        return ConvertedTensor.Change(
            order: rotatesNeighbours && isRotated ? .neighbours(headLength: headLength) : .same,
            addend: pattern.hasSuffix("norm") ? normAddend : 0)
    }

    /// A tensor's name without what means nothing in it.
    func bare(_ name: String) -> String {
        guard let prefix = prefixes.first(where: { name.hasPrefix($0) }) else { return name }
        return String(name.dropFirst(prefix.count))
    }
}

/// THE table of families: one row each.
enum ModelFamilies {
    static let all: [ModelFamily] = [.llama, .qwen2, .qwen3, .qwen3MoE, .gemma3, .bert, .nomicBert]

    /// The family of a model.
    ///
    /// - Throws: `unsupportedArchitecture`, which names all that are supported.
    static func family(of configuration: Configuration) throws(ConversionError) -> ModelFamily {
        let names = configuration.architectures
        guard let family = all.first(where: { family in names.contains { family.sources.contains($0) } }) else {
            throw .unsupportedArchitecture(found: names, supported: all.flatMap(\.sources))
        }
        return family
    }
}

/// The metadata of a model to write: keys under the name of its architecture, typed as llama.cpp types them.
struct ModelKeys {
    private(set) var metadata = Metadata()
    let architecture: String

    init(architecture: String) {
        self.architecture = architecture
        metadata["general.architecture"] = .text(architecture)
        metadata["general.type"] = .text("model")
    }

    /// Sets a value of the file; nil leaves it out.
    mutating func setGlobal(_ key: String, _ value: MetadataValue?) {
        if let value { metadata[key] = value }
    }

    mutating func set(_ key: String, _ count: Int?) {
        setGlobal("\(architecture).\(key)", count.map { .uint32(UInt32(clamping: $0)) })
    }

    mutating func set(_ key: String, _ number: Double?) {
        setGlobal("\(architecture).\(key)", number.map { .float32(Float($0)) })
    }

    mutating func set(_ key: String, _ text: String?) {
        setGlobal("\(architecture).\(key)", text.map { .text($0) })
    }

    mutating func set(_ key: String, _ flag: Bool?) {
        setGlobal("\(architecture).\(key)", flag.map { .bool($0) })
    }
}
