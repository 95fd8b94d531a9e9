import Sampling
import Tokenization

/// One request in flight, as the engine sees it: how its tokens are chosen, and what becomes of them.
struct Generation {
    let request: GenerationRequest
    let deliver: (GenerationEvent) -> EventDelivery
    /// Most tokens that it may generate.
    let tokenLimit: Int
    let arrival: ContinuousClock.Instant
    var chain: SamplerChain
    private var constraint: (any TokenConstraint)?
    /// Logits of which a token is chosen as soon as the constraint has been made.
    var heldLogits: [Float] = []
    /// Log probabilities of the prompt's tokens so far, from the second on.
    var promptScores: [LogProbabilities] = []
    var statistics = GenerationStatistics()
    private var stops: StopMatcher
    private var decoder = StreamDecoder()
    /// The bytes of the last token, in memory that is used again.
    private var piece: [UInt8] = []
    private var firstStep: ContinuousClock.Instant?
    private var firstToken: ContinuousClock.Instant?

    init(
        _ request: GenerationRequest, vocabularyCount: Int, tokenLimit: Int, arrival: ContinuousClock.Instant,
        deliver: @escaping (GenerationEvent) -> EventDelivery
    ) throws(SamplingError) {
        self.request = request
        self.deliver = deliver
        self.tokenLimit = tokenLimit
        self.arrival = arrival
        chain = try SamplerChain(
            request.sampling, vocabularyCount: vocabularyCount, stream: request.completionIndex)
        stops = StopMatcher(request.stop.strings.map { Array($0.utf8) })
        statistics.promptTokens = request.prompt.count
        for token in request.prompt { chain.accept(token, isPrompt: true) }
    }

    /// Learns that its first rows are about to be computed.
    mutating func begin(at now: ContinuousClock.Instant, cachedTokens: Int) {
        guard firstStep == nil else { return }
        firstStep = now
        statistics.cachedTokens = cachedTokens
        statistics.queueTime = now - arrival
    }

    /// Whether a token can be chosen: if there is to be a constraint, it must have been made.
    mutating func isReady() -> Bool {
        guard constraint == nil, let load = request.constraint else { return true }
        constraint = load.made
        return constraint != nil
    }

    /// Chooses a token.
    ///
    /// - Parameters:
    ///   - endless: allows all tokens but those that end a generation.
    ///   - mayEnd: whether one that ends the generation may be chosen.
    ///   - mask: a workspace, for requests with a constraint.
    /// - Precondition: it is ready.
    /// - Throws: what `TokenConstraint.mask` and `SamplerChain.sample` throw.
    mutating func sample(
        _ logits: borrowing Span<Float>, mayEnd: Bool, endless: TokenMask, mask: inout TokenMask,
        using candidates: inout Candidates
    ) throws(SamplingError) -> Int32 {
        precondition(constraint != nil || request.constraint == nil, "no token is chosen before its constraint is made")
        guard try constraint?.mask(into: &mask) ?? false else {
            return try chain.sample(logits, mask: mayEnd ? nil : endless, using: &candidates)
        }
        if !mayEnd { mask.formIntersection(endless) }
        return try chain.sample(logits, mask: mask, using: &candidates)
    }

    /// Takes a chosen token in: delivers its text, and returns why the generation ends with it, if it does.
    mutating func accept(
        _ token: Int32, logProbabilities: LogProbabilities?, texts: TokenTexts, at now: ContinuousClock.Instant
    ) -> FinishReason? {
        chain.accept(token, isPrompt: false)
        constraint?.accept(token)
        statistics.generatedTokens += 1
        if firstToken == nil {
            firstToken = now
            statistics.prefillTime = now - (firstStep ?? now)
        }
        if texts.endOfGeneration.contains(token), !request.stop.ignoresEndOfGeneration {
            return .stop(.endOfGeneration(token))
        }
        if request.stop.tokens.contains(token) { return .stop(.token(token)) }
        piece.removeAll(keepingCapacity: true)
        texts.append(token, request.showsSpecialTokens, &piece)
        let stop = stops.filter(&piece)
        let event = GeneratedToken(token: token, text: decoder.append(piece), logProbabilities: logProbabilities)
        if let failure = reason(deliver(.token(event))) { return failure }
        if let stop { return .stop(.string(String(decoding: stop, as: UTF8.self))) }
        if constraint?.isComplete ?? false { return .stop(.constraintComplete) }
        return statistics.generatedTokens >= tokenLimit ? .length : nil
    }

    /// Why a generation ends whose event was not taken.
    func reason(_ delivery: EventDelivery) -> FinishReason? {
        switch delivery {
        case .taken: nil
        case .refused: .readerTooSlow
        case .abandoned: .cancelled
        }
    }

    /// Delivers the end.
    mutating func finish(_ reason: FinishReason, at now: ContinuousClock.Instant, preemptionCount: Int) {
        if let firstToken { statistics.decodeTime = now - firstToken }
        statistics.preemptionCount = preemptionCount
        let text = decoder.append(stops.flush()) + decoder.flush()
        _ = deliver(.finished(reason, remainingText: text, statistics))
    }
}
