import Compute

/// The four matrices of multi-head attention, with biases where the file has them.
struct AttentionProjections: Sendable {
    let query: WeightHandle  // attn_q       [headCount · keyLength, embeddingLength]
    let key: WeightHandle  // attn_k         [keyValueHeadCount · keyLength, embeddingLength]
    let value: WeightHandle  // attn_v       [keyValueHeadCount · valueLength, embeddingLength]
    let output: WeightHandle  // attn_output [embeddingLength, headCount · valueLength]
    let queryBias: VectorHandle?
    let keyBias: VectorHandle?
    let valueBias: VectorHandle?
    let outputBias: VectorHandle?

    /// Loads the matrices of the layer whose tensors start with `prefix`, such as `blk.0.`.
    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        let width = parameters.embeddingLength
        let queryRows = parameters.headCount * parameters.keyLength
        let keyRows = parameters.keyValueHeadCount * parameters.keyLength
        let valueRows = parameters.keyValueHeadCount * parameters.valueLength
        query = try reader.matrix(prefix + "attn_q.weight", rows: queryRows, columns: width)
        key = try reader.matrix(prefix + "attn_k.weight", rows: keyRows, columns: width)
        value = try reader.matrix(prefix + "attn_v.weight", rows: valueRows, columns: width)
        output = try reader.matrix(
            prefix + "attn_output.weight", rows: width, columns: parameters.headCount * parameters.valueLength)
        queryBias = try reader.optionalVector(prefix + "attn_q.bias", count: queryRows)
        keyBias = try reader.optionalVector(prefix + "attn_k.bias", count: keyRows)
        valueBias = try reader.optionalVector(prefix + "attn_v.bias", count: valueRows)
        outputBias = try reader.optionalVector(prefix + "attn_output.bias", count: width)
    }
}
