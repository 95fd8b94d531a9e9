import Compute

/// What follows the states when a model is asked for embeddings: pooling, then projections or a classifier.
struct EmbeddingHead: Sendable {
    /// What the file says, or the usual for models whose files say nothing: the mean where every token has seen the
    /// text, the last token's state where only it has.
    let pooling: Pooling
    /// Linear layers on pooled states, in order: dense_2, dense_3 (sentence-transformers' `2_Dense` and `3_Dense`).
    let projections: [WeightHandle]
    let classifier: Classifier?
    private let embeddingLength: Int

    /// `output(tanh(dense(x)))`; without the first matrix `output(x)`. *Source*: RoBERTa, arXiv:1907.11692.
    struct Classifier: Sendable {
        let dense: WeightHandle?  // cls         [embeddingLength, embeddingLength]
        let denseBias: VectorHandle?
        let output: WeightHandle  // cls.output [labels, embeddingLength]
        let outputBias: VectorHandle?
    }

    init(_ reader: borrowing WeightReader, _ parameters: Hyperparameters) throws(ModelError) {
        embeddingLength = parameters.embeddingLength
        pooling = try Self.pooling(reader, isCausal: parameters.isCausal)
        var (projections, columns): ([WeightHandle], Int) = ([], parameters.embeddingLength)
        for name in ["dense_2.weight", "dense_3.weight"] where reader.has(name) {
            let rows = try reader.rowCount(name, columns: columns)
            projections.append(try reader.matrix(name, rows: rows, columns: columns))
            columns = rows
        }
        self.projections = projections
        classifier = try Self.classifier(reader, width: parameters.embeddingLength)
    }

    private static func pooling(_ reader: borrowing WeightReader, isCausal: Bool) throws(ModelError) -> Pooling {
        let usual = isCausal ? Pooling.last : .mean
        guard let number = try reader.optionalCount("pooling_type", minimum: 0) else { return usual }
        guard let pooling = Pooling(rawValue: number) else {
            throw .unsupported(what: "\(reader.architecture).pooling_type", found: "\(number)")
        }
        return pooling == .perToken ? usual : pooling
    }

    private static func classifier(_ reader: borrowing WeightReader, width: Int) throws(ModelError) -> Classifier? {
        let (dense, output) = ("cls", "cls.output")
        guard reader.has(output + ".weight") else { return nil }
        let labels = try reader.rowCount(output + ".weight", columns: width)
        return Classifier(
            dense: reader.has(dense + ".weight")
                ? try reader.matrix(dense + ".weight", rows: width, columns: width) : nil,
            denseBias: try reader.optionalVector(dense + ".bias", count: width),
            output: try reader.matrix(output + ".weight", rows: labels, columns: width),
            outputBias: try reader.optionalVector(output + ".bias", count: labels))
    }
}

extension ForwardPass {
    /// Embeddings of the batch's sequences from the states of the rows that the pooling needs.
    mutating func embeddings(_ states: Activation, _ pooling: Pooling, _ head: EmbeddingHead) -> Activation {
        if pooling == .rank, let classifier = head.classifier { return scores(states, classifier) }
        var x = pooling == .mean ? pool(states) : states
        for projection in head.projections { x = linear(x, projection) }
        return x  // [sequences or rows, outputLength]
    }

    private mutating func scores(_ states: Activation, _ classifier: EmbeddingHead.Classifier) -> Activation {
        var x = states
        if let dense = classifier.dense {
            // cap · tanh(x / cap) with a cap of 1.
            x = softCap(linear(x, dense, bias: classifier.denseBias), 1)
        }
        return linear(x, classifier.output, bias: classifier.outputBias)  // [sequences, labels]
    }
}
