private import Platform

/// "Don't repeat yourself": penalises the token that would extend a repetition, exponentially in its length.
///
/// `logit −= multiplier · base^(length − allowedLength)`, where `length` is the longest suffix of the text that also
/// occurred before, followed by the token. A suffix does not reach across a sequence breaker.
/// Source: oobabooga/text-generation-webui#5677.
struct DRY: SamplerStage {
    let options: SamplingOptions.DRY
    private var window: TokenWindow
    /// First token of a breaker to what follows it in each.
    private let breakers: [Int32: [[Int32]]]
    /// For each age in the window, how long a suffix of the text ends there.
    private var repeatLengths: [Int] = []
    private var longestRepeats: [Int32: Int] = [:]

    /// Longest breaker tail that is compared.
    private static let longestTail = 20

    init(_ options: SamplingOptions.DRY) {
        self.options = options
        window = TokenWindow(capacity: options.window)
        var breakers: [Int32: [[Int32]]] = [:]
        for breaker in options.sequenceBreakers {
            guard let head = breaker.first else { continue }
            breakers[head, default: []].append(Array(breaker.dropFirst().prefix(Self.longestTail)))
        }
        self.breakers = breakers
    }

    mutating func accept(_ token: Int32, isPrompt: Bool) {
        _ = window.append(token)
    }

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        guard window.count > options.allowedLength else { return }
        let limit = lengthLimit()
        guard limit >= options.allowedLength else { return }
        measureRepeats(limit: limit)
        collectLongestRepeats()
        penalize(&candidates)
    }

    /// Number of tokens after the newest breaker.
    private func lengthLimit() -> Int {
        guard !breakers.isEmpty else { return window.count }
        for age in 0..<window.count {
            guard let tails = breakers[window[age: age]] else { continue }
            var longestMatch: Int?
            for tail in tails where tail.count <= age && tail.count > longestMatch ?? -1 {
                let matches = tail.indices.allSatisfy { tail[$0] == window[age: age - $0 - 1] }
                if matches { longestMatch = tail.count }
            }
            if let longestMatch { return age - longestMatch }
        }
        return window.count
    }

    /// Z-algorithm over the reversed window: linear, since its box only moves on.
    private mutating func measureRepeats(limit: Int) {
        let count = window.count
        repeatLengths.removeAll(keepingCapacity: true)
        for _ in 0..<count { repeatLengths.append(0) }
        var boxStart = 0
        var boxEnd = 0  // exclusive
        for age in 1..<count {
            // Inside the box the length is known from its mirror image, up to the box's end.
            if age < boxEnd, repeatLengths[age - boxStart] < boxEnd - age {
                repeatLengths[age] = min(repeatLengths[age - boxStart], limit)
                continue
            }
            var end = max(age, boxEnd)
            while end < count, window[age: end] == window[age: end - age] { end += 1 }
            repeatLengths[age] = min(end - age, limit)
            if end > age { (boxStart, boxEnd) = (age, end) }
        }
    }

    private mutating func collectLongestRepeats() {
        longestRepeats.removeAll(keepingCapacity: true)
        for age in 1..<window.count where repeatLengths[age] >= options.allowedLength {
            let next = window[age: age - 1]
            if repeatLengths[age] > longestRepeats[next] ?? -1 { longestRepeats[next] = repeatLengths[age] }
        }
    }

    private func penalize(_ candidates: inout Candidates) {
        // base^exponent must stay below the largest Float, e^88.72.
        let largestExponent = options.base > 1.000001 ? Int(88.722_839_1 / ScalarMath.log(options.base)) : 0
        for (token, length) in longestRepeats {
            let isBreaker = breakers[token]?.contains { $0.isEmpty } ?? false
            guard !isBreaker, let index = candidates.index(of: token) else { continue }
            var exponent = length - options.allowedLength
            if largestExponent > 0 { exponent = min(exponent, largestExponent) }
            let penalty = options.multiplier * Float(ScalarMath.power(Double(options.base), Double(exponent)))
            candidates.logits[index] -= penalty
        }
        if candidates.order == .descendingLogit { candidates.order = .none }
    }
}
