// The tokens that may still be chosen, as three parallel arrays. One `Candidates` is a workspace that serves every
// sequence in turn: its arrays are as long as the vocabulary and are allocated once.
//
// A chain starts from one candidate per token of the vocabulary (up to 256k), and most tokens leave it in the first
// truncating stage. So stages touch single tokens through `index(of:)` while candidates lie in token order, and
// truncation selects (see `Candidates+Selection.swift`) instead of sorting.

/// The tokens that may still be chosen, with their logits.
package struct Candidates: Sendable {
    /// How the candidates lie.
    enum Order { case ascendingToken, descendingLogit, none }

    /// Number of candidates; the arrays are longer, and mean nothing beyond it.
    package internal(set) var count = 0
    /// Token of each candidate.
    package internal(set) var tokens: [Int32] = []
    /// Logit of each candidate: minus infinity excludes it; never NaN when loaded.
    package internal(set) var logits: [Float] = []
    /// Probability of each candidate, valid after `computeProbabilities`.
    package internal(set) var probabilities: [Float] = []
    var order = Order.ascendingToken
    /// Scratch of `keepShortestRun`.
    var bins: [RunTotal] = []
    private var holdsIdentity = false

    /// Finite bound that infinite logits are brought to, far from overflow in later arithmetic.
    static let largestLogit: Float = 1e30

    /// An empty workspace; it grows to the first vocabulary that is loaded.
    package init() {}

    /// Starts anew with every token that the mask allows. NaN excludes a token, as minus infinity does.
    package mutating func load(_ source: borrowing Span<Float>, mask: TokenMask?) {
        reserve(source.count)
        order = .ascendingToken
        guard let mask else {
            loadAll(source)
            return
        }
        holdsIdentity = false
        count = 0
        let readable = min(source.count, mask.vocabularyCount)
        for (wordIndex, word) in mask.words.enumerated() {
            var rest = word
            while rest != 0 {
                let token = wordIndex * 64 + rest.trailingZeroBitCount
                rest &= rest &- 1
                guard token < readable else { return }
                tokens[count] = Int32(truncatingIfNeeded: token)
                logits[count] = Self.sanitized(source[token])
                count += 1
            }
        }
    }

    private mutating func loadAll(_ source: borrowing Span<Float>) {
        count = source.count
        if !holdsIdentity {
            for index in 0..<count { tokens[index] = Int32(truncatingIfNeeded: index) }
            holdsIdentity = true
        }
        for index in 0..<count { logits[index] = Self.sanitized(source[index]) }
    }

    private mutating func reserve(_ capacity: Int) {
        guard tokens.count < capacity else { return }
        tokens = Array(repeating: 0, count: capacity)
        logits = Array(repeating: 0, count: capacity)
        probabilities = Array(repeating: 0, count: capacity)
        holdsIdentity = false
    }

    @inline(__always)
    private static func sanitized(_ logit: Float) -> Float {
        // Comparisons with NaN are false: NaN takes the first branch's other side.
        let bounded = logit < largestLogit ? logit : largestLogit
        return logit >= -largestLogit ? bounded : -.infinity
    }

    /// Where a token lies, if it is a candidate.
    package func index(of token: Int32) -> Int? {
        let guess = Int(token)
        if guess >= 0, guess < count, tokens[guess] == token { return guess }
        if order == .ascendingToken {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if tokens[middle] < token { low = middle + 1 } else { high = middle }
            }
            return low < count && tokens[low] == token ? low : nil
        }
        for index in 0..<count where tokens[index] == token { return index }
        return nil
    }

    /// Marks that candidates no longer lie in token order; call before moving any of them.
    mutating func willReorder() {
        holdsIdentity = false
        order = .none
    }

    /// Drops all candidates from a position on.
    mutating func truncate(to newCount: Int) {
        count = min(count, max(newCount, 0))
    }

    /// Keeps the candidates that satisfy a condition, in their present order.
    @inline(__always)
    package mutating func keep(where isKept: (_ token: Int32, _ logit: Float, _ probability: Float) -> Bool) {
        var kept = 0
        for index in 0..<count where isKept(tokens[index], logits[index], probabilities[index]) {
            if kept != index {
                holdsIdentity = false
                tokens[kept] = tokens[index]
                logits[kept] = logits[index]
                probabilities[kept] = probabilities[index]
            }
            kept += 1
        }
        count = kept
    }

    /// The largest logit, or minus infinity without candidates.
    func largestLogit() -> Float {
        if order == .descendingLogit, count > 0 { return logits[0] }
        return largestValue(of: logits.span.extracting(0..<count))
    }

    /// Fills `probabilities` with the softmax of the logits.
    ///
    /// Without one finite logit all probabilities are zero.
    package mutating func computeProbabilities() {
        let sum = computeWeights()
        guard sum > 0 else { return }
        let scale = Float(1 / sum)
        for index in 0..<count { probabilities[index] *= scale }
    }

    /// Fills `probabilities` with `exp(logit − largest)`, and returns their sum.
    mutating func computeWeights() -> Double {
        let largest = largestLogit()
        guard largest > -.infinity else {
            for index in 0..<count { probabilities[index] = 0 }
            return 0
        }
        for index in 0..<count { probabilities[index] = exponential(logits[index] - largest) }
        return sumOfProbabilities()
    }

    /// Sum in eight interleaved partial sums, which is faster and more exact than one.
    private func sumOfProbabilities() -> Double {
        var partial = SIMD8<Float>()
        var total = 0.0
        var index = 0
        while index + 8 <= count {
            var lanes = SIMD8<Float>()
            for lane in 0..<8 { lanes[lane] = probabilities[index + lane] }
            partial += lanes
            index += 8
            if index & 1023 == 0 {
                total += Double(partial.sum())
                partial = SIMD8()
            }
        }
        total += Double(partial.sum())
        while index < count {
            total += Double(probabilities[index])
            index += 1
        }
        return total
    }
}
