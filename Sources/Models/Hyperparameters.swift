/// The numbers that size a transformer, under GGUF's key names in camel case.
package struct Hyperparameters: Sendable, Equatable {
    package var architecture: String
    /// GGUF `block_count`.
    package var layerCount: Int
    /// Positions the model was trained for.
    package var contextLength: Int
    package var embeddingLength: Int
    package var feedForwardLength: Int
    package var vocabularySize: Int
    package var headCount: Int
    package var keyValueHeadCount: Int
    /// Length of one query or key head.
    package var keyLength: Int
    /// Length of one value head.
    package var valueLength: Int
    /// Whether a token sees only those before it. A model whose tokens see those after them generates no text.
    package var isCausal: Bool
    /// Added to the mean square in RMS norms, to the variance in layer norms.
    package var normEpsilon: Float
    package var ropeBase: Double
    /// How many values of a head rotate.
    package var ropeDimensionCount: Int
    /// Positions that the model was trained on before its RoPE was stretched.
    package var ropeOriginalContextLength: Int
    /// Sequences that may grow beyond this many positions use the long frequencies of LongRoPE; nil without them.
    package var longRoPEThreshold: Int?
    package var expertCount: Int
    package var expertUsedCount: Int
    package var expertFeedForwardLength: Int

    /// Largest value accepted for any length or count: generous for any real model, small enough that
    /// products of three of them fit in 64 bits.
    static let limit = 1 << 20

    /// Reads the keys that every architecture shares.
    ///
    /// - Throws: `metadata` for a missing key or a wrong type, `invalidHyperparameter` for a useless value.
    init(_ reader: borrowing WeightReader) throws(ModelError) {
        architecture = reader.architecture
        layerCount = try reader.count("block_count")
        contextLength = try reader.count("context_length", limit: 1 << 31)
        embeddingLength = try reader.count("embedding_length")
        headCount = try reader.count("attention.head_count")
        keyValueHeadCount = try reader.optionalCount("attention.head_count_kv") ?? headCount
        guard headCount % keyValueHeadCount == 0 else {
            throw .invalidHyperparameter(
                key: "\(architecture).attention.head_count_kv", expected: "a divisor of head_count \(headCount)",
                found: "\(keyValueHeadCount)")
        }
        let headLength = max(embeddingLength / headCount, 1)
        keyLength = try reader.optionalCount("attention.key_length") ?? headLength
        valueLength = try reader.optionalCount("attention.value_length") ?? headLength
        ropeDimensionCount = try reader.optionalCount("rope.dimension_count") ?? keyLength
        guard ropeDimensionCount <= keyLength, ropeDimensionCount % 2 == 0 else {
            throw .invalidHyperparameter(
                key: "\(architecture).rope.dimension_count", expected: "an even number up to key_length \(keyLength)",
                found: "\(ropeDimensionCount)")
        }
        ropeBase = Double(try reader.optionalFloat("rope.freq_base", above: 0) ?? 10_000)
        ropeOriginalContextLength =
            try reader.optionalCount("rope.scaling.original_context_length", limit: 1 << 31) ?? contextLength
        let isLongRoPE = try reader.optionalString("rope.scaling.type") == "longrope"
        longRoPEThreshold = isLongRoPE ? ropeOriginalContextLength : nil
        isCausal = try reader.optionalBool("attention.causal") ?? true
        var epsilon = try reader.optionalFloat("attention.layer_norm_rms_epsilon", atLeast: 0)
        if epsilon == nil { epsilon = try reader.optionalFloat("attention.layer_norm_epsilon", atLeast: 0) }
        normEpsilon = epsilon ?? 1e-5
        expertCount = try reader.optionalCount("expert_count", minimum: 0) ?? 0
        expertUsedCount = try reader.optionalCount("expert_used_count", minimum: 0) ?? 0
        guard expertUsedCount <= expertCount, expertCount == 0 || expertUsedCount > 0 else {
            throw .invalidHyperparameter(
                key: "\(architecture).expert_used_count", expected: "1 to expert_count \(expertCount)",
                found: "\(expertUsedCount)")
        }
        feedForwardLength = try reader.optionalCount("feed_forward_length") ?? 0
        expertFeedForwardLength =
            try reader.optionalCount("expert_feed_forward_length") ?? feedForwardLength
        vocabularySize = try reader.vocabularySize(embeddingLength: embeddingLength)
    }

    /// Whether a sequence of up to `length` positions is admitted with LongRoPE's long frequencies.
    package func usesLongRoPE(length: Int) -> Bool { longRoPEThreshold.map { length > $0 } ?? false }
}
