package import GGUF

/// What a GGUF file tells of itself in a model's config.
package struct WeightsFacts: Equatable, Sendable {
    /// What the weights are for.
    package enum Role: Sendable { case model, projector, adapter }

    package let role: Role
    /// `general.architecture`.
    package let architecture: String
    package let parameterCount: Int
    /// The quantisation's name, `unknown` where the file does not tell.
    package let quantization: String
    package let contextLength: Int?
    package let embeddingLength: Int?

    /// - Throws: `missingKey` or `wrongType` if the file does not name its architecture.
    package init(_ file: GGUFFile) throws(GGUFError) {
        let metadata = file.metadata
        let architecture = try metadata.string("general.architecture")
        self.architecture = architecture
        parameterCount = file.parameterCount
        quantization = metadata["general.file_type"]?.integer.flatMap { Self.fileTypes[Int(clamping: $0)] } ?? "unknown"
        contextLength = try metadata.optionalInteger("\(architecture).context_length")
        embeddingLength = try metadata.optionalInteger("\(architecture).embedding_length")
        role = Self.role(metadata, architecture: architecture)
    }

    private static func role(_ metadata: Metadata, architecture: String) -> Role {
        let kind = try? metadata.optionalString("general.type")
        if kind == "adapter" { return .adapter }
        let isVisionOnly =
            metadata["\(architecture).block_count"] == nil && metadata["\(architecture).vision.block_count"] != nil
        return kind == "projector" || kind == "mmproj" || architecture == "clip" || isVisionOnly ? .projector : .model
    }

    /// The number of parameters for people: `8.2B`, `137M`, `22.70M`, `1K`.
    package var parameterSize: String { Self.text(parameterCount) }

    package static func text(_ count: Int) -> String {
        let units = [(1_000_000_000, "B", 1), (1_000_000, "M", 2), (1000, "K", 0)]
        guard let (unit, letter, digits) = units.first(where: { count >= $0.0 }) else { return "\(count)" }
        if count % unit == 0 { return "\(count / unit)\(letter)" }
        let scale = [1, 10, 100][digits]
        let scaled = Int((Double(count) / Double(unit) * Double(scale)).rounded(.toNearestOrEven))
        guard digits > 0 else { return "\(scaled)\(letter)" }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction + letter
    }

    /// Names of `general.file_type`. *Source*: `enum llama_ftype` of llama.cpp.
    private static let fileTypes: [Int: String] = [
        0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
        12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS",
        20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M",
        28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
        39: "NVFP4", 40: "Q1_0", 41: "Q2_0",
    ]
}

extension ModelConfig {
    /// Tells of weights that the model has.
    ///
    /// - Parameter isModel: whether they are the model's own, not a projector's or a draft's.
    mutating func describe(_ facts: WeightsFacts, quantization: String, isModel: Bool) {
        guard facts.role != .adapter else { return }
        if isModel {
            format = "gguf"
            family = facts.architecture
            parameterSize = facts.parameterSize
            self.quantization = quantization
        }
        if !families.contains(facts.architecture) { families += [facts.architecture] }
    }
}

extension GGUFFile {
    /// Weights of all tensors.
    var parameterCount: Int {
        tensors.reduce(0) { $0.addingReportingOverflow($1.weightCount).partialValue }
    }
}
