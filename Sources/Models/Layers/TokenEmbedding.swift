import Compute

/// The two ends of a decoder: the embedding table, the last norm, and the matrix that scores the vocabulary.
struct TokenEmbedding: Sendable {
    let table: WeightHandle  // token_embd   [vocabularySize, embeddingLength]
    let outputNorm: VectorHandle  // output_norm [embeddingLength]
    let output: WeightHandle  // output      [vocabularySize, embeddingLength]; the table itself when tied

    init(_ reader: borrowing WeightReader, _ parameters: Hyperparameters) throws(ModelError) {
        let (rows, columns) = (parameters.vocabularySize, parameters.embeddingLength)
        table = try reader.matrix("token_embd.weight", rows: rows, columns: columns)
        outputNorm = try reader.vector("output_norm.weight", count: columns)
        output = reader.has("output.weight") ? try reader.matrix("output.weight", rows: rows, columns: columns) : table
    }
}
