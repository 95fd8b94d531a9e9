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
    ///
    /// Where a file has one tensor `attn_qkv` for the first three, its rows are those of `attn_q`, `attn_k` and
    /// `attn_v`, one after the other.
    init(_ reader: borrowing WeightReader, _ prefix: String, _ parameters: Hyperparameters) throws(ModelError) {
        let width = parameters.embeddingLength
        let queries = 0..<parameters.headCount * parameters.keyLength
        let keys = queries.upperBound..<queries.upperBound + parameters.keyValueHeadCount * parameters.keyLength
        let values = keys.upperBound..<keys.upperBound + parameters.keyValueHeadCount * parameters.valueLength
        let (fused, count) = (prefix + "attn_qkv", values.upperBound)
        if reader.has(fused + ".weight") {
            query = try reader.matrix(fused + ".weight", rows: queries, of: count, columns: width)
            key = try reader.matrix(fused + ".weight", rows: keys, of: count, columns: width)
            value = try reader.matrix(fused + ".weight", rows: values, of: count, columns: width)
        } else {
            query = try reader.matrix(prefix + "attn_q.weight", rows: queries.count, columns: width)
            key = try reader.matrix(prefix + "attn_k.weight", rows: keys.count, columns: width)
            value = try reader.matrix(prefix + "attn_v.weight", rows: values.count, columns: width)
        }
        if reader.has(fused + ".bias") {
            queryBias = try reader.optionalVector(fused + ".bias", values: queries, of: count)
            keyBias = try reader.optionalVector(fused + ".bias", values: keys, of: count)
            valueBias = try reader.optionalVector(fused + ".bias", values: values, of: count)
        } else {
            queryBias = try reader.optionalVector(prefix + "attn_q.bias", count: queries.count)
            keyBias = try reader.optionalVector(prefix + "attn_k.bias", count: keys.count)
            valueBias = try reader.optionalVector(prefix + "attn_v.bias", count: values.count)
        }
        output = try reader.matrix(
            prefix + "attn_output.weight", rows: width, columns: parameters.headCount * parameters.valueLength)
        outputBias = try reader.optionalVector(prefix + "attn_output.bias", count: width)
    }
}
