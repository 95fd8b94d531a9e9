/// Excludes top choices: with a given probability, drops all tokens that reach the threshold but the least likely one.
struct XTC: SamplerStage {
    let options: SamplingOptions.XTC
    let minKeep: Int

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        guard candidates.count >= 2, Float(random.nextUniform()) <= options.probability else { return }
        candidates.computeProbabilities()
        let threshold = options.threshold
        var reaching = 0
        var least = 0
        for index in 0..<candidates.count where candidates.probabilities[index] >= threshold {
            let isLess =
                candidates.logits[index] < candidates.logits[least]
                || (candidates.logits[index] == candidates.logits[least]
                    && candidates.tokens[index] > candidates.tokens[least])
            if reaching == 0 || isLess { least = index }
            reaching += 1
        }
        guard reaching >= 2, candidates.count - (reaching - 1) >= minKeep else { return }
        let survivor = candidates.tokens[least]
        candidates.keep { token, _, probability in probability < threshold || token == survivor }
    }
}
