/// Makes tokens less likely that occurred before.
///
/// For a token with `count` occurrences: `logit = logit > 0 ? logit / repetition : logit · repetition`, then
/// `logit −= count · frequency + presence`. Source: CTRL (arXiv:1909.05858) with the sign repair that all engines
/// share; OpenAI's API reference for the other two.
struct Penalties: SamplerStage {
    let options: SamplingOptions.Penalties
    private var window: TokenWindow
    private var rememberedPromptCount = 0
    private var occurrences: [Int32: Occurrences] = [:]

    private struct Occurrences {
        var seen = 0
        var counted = 0
    }

    init(_ options: SamplingOptions.Penalties) {
        self.options = options
        window = TokenWindow(capacity: options.window)
        occurrences.reserveCapacity(min(options.window ?? 1024, 1024))
    }

    mutating func accept(_ token: Int32, isPrompt: Bool) {
        occurrences[token, default: Occurrences()].seen += 1
        if options.countsPrompt || !isPrompt { occurrences[token, default: Occurrences()].counted += 1 }
        guard options.window != nil else { return }
        if isPrompt { rememberedPromptCount += 1 }
        if let forgotten = window.append(token) { forget(forgotten) }
    }

    private mutating func forget(_ token: Int32) {
        let isPrompt = rememberedPromptCount > 0  // the prompt came first and is forgotten first
        if isPrompt { rememberedPromptCount -= 1 }
        occurrences[token]?.seen -= 1
        if options.countsPrompt || !isPrompt { occurrences[token]?.counted -= 1 }
        if occurrences[token]?.seen == 0 { occurrences[token] = nil }
    }

    mutating func apply(to candidates: inout Candidates, random: inout RandomSource) {
        if candidates.order == .ascendingToken {
            for (token, found) in occurrences {
                guard let index = candidates.index(of: token) else { continue }
                penalize(&candidates.logits[index], found)
            }
        } else {
            for index in 0..<candidates.count {
                guard let found = occurrences[candidates.tokens[index]] else { continue }
                penalize(&candidates.logits[index], found)
            }
        }
        if candidates.order == .descendingLogit { candidates.order = .none }
    }

    private func penalize(_ logit: inout Float, _ found: Occurrences) {
        logit = logit > 0 ? logit / options.repetition : logit * options.repetition
        guard found.counted > 0 else { return }
        logit -= Float(found.counted) * options.frequency + options.presence
    }
}
