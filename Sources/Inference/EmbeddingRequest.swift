package import Compute
package import Models

/// A text to embed, or a pair of texts to score.
package struct EmbeddingText: Sendable, Equatable {
    /// At least one, with whatever the vocabulary puts around a text.
    package var tokens: [Int32]
    /// Where the second text of a pair starts.
    package var secondStart: Int?

    package init(_ tokens: [Int32], secondStart: Int? = nil) {
        self.tokens = tokens
        self.secondStart = secondStart
    }
}

/// What is asked of a model about some texts.
package struct EmbeddingRequest: Sendable, Equatable {
    package var texts: [EmbeddingText]
    /// nil for what the file says.
    package var pooling: Pooling?
    /// Whether embeddings are scaled to length 1. Scores never are.
    package var normalized = true

    package init(texts: [EmbeddingText], pooling: Pooling? = nil, normalized: Bool = true) {
        self.texts = texts
        self.pooling = pooling
        self.normalized = normalized
    }
}

/// How an embedding engine uses memory.
package struct EmbeddingOptions: Sendable, Equatable {
    /// Tokens of the longest text; nil for as many as the model was trained for, in a decoder up to 8192, since its
    /// cache grows with them.
    package var contextLength: Int?
    /// Rows of a step that several texts share.
    package var stepRows = 512
    /// Texts of a step.
    package var stepTexts = 64
    /// How keys and values are kept; nil for float32 in an encoder, whose layers share them, and else float16.
    package var cache: CacheElement?

    package init(contextLength: Int? = nil) { self.contextLength = contextLength }
}
