package import Models

/// A request for embeddings on its way through the steps.
package struct EmbeddingRun: Sendable {
    package let request: EmbeddingRequest
    package let pooling: Pooling
    private let plan: EmbeddingPlan
    private var stepNumber = 0
    /// What is computed so far: for each text a vector, or with `perToken` one for each token.
    package private(set) var results: [[[Float]]]

    init(_ request: EmbeddingRequest, pooling: Pooling, plan: EmbeddingPlan) {
        self.request = request
        self.pooling = pooling
        self.plan = plan
        results = Array(repeating: [], count: request.texts.count)
    }

    /// Steps computed, and steps in all.
    package var progress: (done: Int, all: Int) { (stepNumber, plan.steps.count) }

    /// Whether there is more to compute.
    var isUnfinished: Bool { stepNumber < plan.steps.count }

    /// What the next step computes; nil when all is computed.
    var nextStep: [EmbeddingPlan.Slice]? { stepNumber < plan.steps.count ? plan.steps[stepNumber] : nil }

    /// Takes an embedding that a slice gave.
    ///
    /// The mean over a text is that over its pieces, weighted by their lengths.
    mutating func add(_ embedding: Span<Float>, of slice: EmbeddingPlan.Slice) {
        let length = request.texts[slice.text].tokens.count
        guard pooling == .mean, slice.range.count < length else {
            results[slice.text].append((0..<embedding.count).map { embedding[$0] })
            return
        }
        if results[slice.text].isEmpty { results[slice.text] = [Array(repeating: 0, count: embedding.count)] }
        let share = Float(slice.range.count) / Float(length)
        for index in 0..<embedding.count { results[slice.text][0][index] += embedding[index] * share }
    }

    /// The embeddings of the step are all taken.
    mutating func finishStep() {
        if request.normalized, pooling != .rank, let slices = nextStep {
            for slice in slices where slice.range.upperBound == request.texts[slice.text].tokens.count {
                // With `perToken` the pieces before the last are normalised here too.
                for index in results[slice.text].indices { results[slice.text][index].normalize() }
            }
        }
        stepNumber += 1
    }
}

extension [Float] {
    /// Scales to length 1; zeros stay as they are.
    fileprivate mutating func normalize() {
        let square = reduce(0.0) { $0 + Double($1) * Double($1) }
        guard square > 0 else { return }
        let factor = 1 / square.squareRoot()
        for index in indices { self[index] = Float(Double(self[index]) * factor) }
    }
}
