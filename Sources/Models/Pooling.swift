/// How the states of a text's tokens become one vector; the raw values are those of GGUF's `pooling_type`.
package enum Pooling: Int, Sendable, CaseIterable {
    /// A vector for every token.
    case perToken = 0
    /// The mean over the tokens.
    case mean = 1
    /// The first token's, which encoders are given as `[CLS]`.
    case first = 2
    /// The last token's, which in a decoder is the only one that has seen the whole text.
    case last = 3
    /// Scores of a classification head, one for each of its labels: what rerankers give a query and a document.
    case rank = 4
}
