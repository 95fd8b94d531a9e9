/// One step of a sampler chain: it changes logits or drops candidates.
///
/// A stage holds its options and what it remembers of the sequence, so a chain's whole state is a value.
protocol SamplerStage: Sendable {
    /// Changes the candidates; every stage leaves at least one of those that it found.
    mutating func apply(to candidates: inout Candidates, random: inout RandomSource)
    /// Learns a token of the sequence, of the prompt or generated.
    mutating func accept(_ token: Int32, isPrompt: Bool)
    /// Learns which candidate was chosen in this step: where it lies, and with which probability it was drawn.
    mutating func observe(position: Int, probability: Float)
}

extension SamplerStage {
    mutating func accept(_ token: Int32, isPrompt: Bool) {}
    mutating func observe(position: Int, probability: Float) {}
}
