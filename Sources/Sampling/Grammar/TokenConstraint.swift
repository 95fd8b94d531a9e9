/// What decides, before every token of one sequence, which tokens may come next.
///
/// A value, so that a request can be made several times: each of its sequences begins with a copy.
package protocol TokenConstraint: Sendable {
    /// Number of tokens that it speaks of.
    var vocabularyCount: Int { get }
    /// Whether the text is complete and nothing may follow it.
    var isComplete: Bool { get }
    /// Finds out which tokens may come next, those that end a generation included, where it may end.
    ///
    /// - Parameter mask: of any content; holds the allowed tokens afterwards.
    /// - Returns: false if all tokens are allowed, and the mask means nothing.
    /// - Throws: `constraintTooComplex`.
    mutating func mask(into mask: inout TokenMask) throws(SamplingError) -> Bool
    /// Learns which token was chosen.
    mutating func accept(_ token: Int32)
}
