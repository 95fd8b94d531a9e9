/// The stages by the names that llama.cpp's `samplers` option gives them.
package enum StageKind: String, Sendable, CaseIterable {
    case logitBias = "logit_bias"
    case penalties
    case dry
    case topNSigma = "top_n_sigma"
    case topK = "top_k"
    case typical = "typ_p"
    case topP = "top_p"
    case minP = "min_p"
    case xtc
    case temperature

    /// llama.cpp's order: temperature last, so the truncating stages see the model's own distribution.
    package static let llamaCppOrder: [StageKind] = [
        .logitBias, .penalties, .dry, .topNSigma, .topK, .typical, .topP, .minP, .xtc, .temperature,
    ]

    /// vLLM's order: temperature first, so the truncating stages see the scaled distribution.
    package static let vLLMOrder: [StageKind] = [.logitBias, .penalties, .temperature, .minP, .topK, .topP]

    /// An order from the names that a caller gives; biases always come first.
    ///
    /// - Throws: `unknownStage`.
    package static func order(named names: [String]) throws(SamplingError) -> [StageKind] {
        var order: [StageKind] = [.logitBias]
        for name in names {
            let canonical = aliases[name] ?? name
            guard let kind = StageKind(rawValue: canonical) else {
                throw .unknownStage(name: name, expected: allCases.map(\.rawValue))
            }
            if kind != .logitBias { order.append(kind) }
        }
        return order
    }

    /// Other spellings that llama.cpp accepts.
    private static let aliases = [
        "temp": "temperature", "typical": "typ_p", "typical_p": "typ_p", "typ": "typ_p", "nucleus": "top_p",
        "top-k": "top_k", "top-p": "top_p", "min-p": "min_p", "typical-p": "typ_p", "typ-p": "typ_p",
        "top-n-sigma": "top_n_sigma",
    ]
}
