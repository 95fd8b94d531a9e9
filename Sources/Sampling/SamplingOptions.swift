/// How the next token is chosen. The defaults are llama-server's; other callers bring their own.
package struct SamplingOptions: Sendable, Equatable {
    /// What repeats less, and how much of the text counts.
    package struct Penalties: Sendable, Equatable {
        /// Divisor of positive logits and factor of negative ones for tokens that occurred; 1 is off.
        package var repetition: Float = 1
        /// Subtracted once for every occurrence; 0 is off.
        package var frequency: Float = 0
        /// Subtracted once if there is any occurrence; 0 is off.
        package var presence: Float = 0
        /// How many of the last tokens are looked at; 0 is off, `nil` means all.
        package var window: Int? = 64
        /// Whether frequency and presence count the prompt too (llama.cpp) or the completion alone (vLLM, OpenAI).
        package var countsPrompt = true
    }

    /// Penalty on extending a repetition.
    package struct DRY: Sendable, Equatable {
        /// Strength; 0 is off.
        package var multiplier: Float = 0
        /// Growth with each token of the repetition; below 1 is off.
        package var base: Float = 1.75
        /// Longest repetition that costs nothing.
        package var allowedLength = 2
        /// How many of the last tokens are looked at; 0 is off, `nil` means all.
        package var window: Int? = 64
        /// Token sequences across which nothing counts as a repetition.
        package var sequenceBreakers: [[Int32]] = []
    }

    /// Exclusion of top choices.
    package struct XTC: Sendable, Equatable {
        /// How often it acts; 0 is off.
        package var probability: Float = 0
        /// What makes a top choice; above 0.5 is off.
        package var threshold: Float = 0.1
    }

    /// Control of the text's surprise.
    package struct Mirostat: Sendable, Equatable {
        /// Which of the two algorithms.
        package enum Version: Sendable { case first, second }
        /// Which of the two algorithms.
        package var version: Version = .second
        /// Target surprise τ, in bits.
        package var targetSurprise: Float = 5
        /// Learning rate η.
        package var learningRate: Float = 0.1
        /// How many of the likeliest tokens the first version estimates the Zipf exponent from.
        package var estimatedCount = 100
        /// Mirostat with its published defaults.
        package init() {}
    }

    /// Preference for tokens near a target probability.
    package struct AdaptiveP: Sendable, Equatable {
        /// Probability, under the model, that chosen tokens should have on average.
        package var target: Float
        /// How slowly the average forgets: it spans about `1 / (1 − decay)` tokens.
        package var decay: Float = 0.9
        /// Adaptive-p with llama.cpp's decay.
        package init(target: Float) { self.target = target }
    }

    /// The stages, in the order in which they act.
    package var order = StageKind.llamaCppOrder
    /// Seed of the request's random source.
    package var seed: UInt64 = 0
    /// Divisor of the logits; 0 always takes the likeliest token.
    package var temperature: Float = 0.8
    /// Half the width in which the temperature follows the entropy; 0 is off.
    package var dynamicTemperatureRange: Float = 0
    /// How entropy maps to temperature.
    package var dynamicTemperatureExponent: Float = 1
    /// How many of the likeliest tokens are kept; 0 is off.
    package var topK = 40
    /// Probability mass of the likeliest tokens that is kept; 1 is off.
    package var topP: Float = 0.95
    /// Least probability, relative to the likeliest token's, that is kept; 0 is off.
    package var minP: Float = 0.05
    /// Probability mass of the most typical tokens that is kept; 1 is off.
    package var typicalP: Float = 1
    /// How many standard deviations below the largest a logit may lie; `nil` or 0 is off.
    package var topNSigma: Float?
    /// Least number of candidates that top-p, min-p, typical and XTC leave.
    package var minKeep = 0
    /// Penalties on tokens that occurred.
    package var penalties = Penalties()
    /// Penalty on extending a repetition.
    package var dry = DRY()
    /// Exclusion of top choices.
    package var xtc = XTC()
    /// Control of surprise, which replaces all stages but bias and temperature; `nil` is off.
    package var mirostat: Mirostat?
    /// Preference for tokens near a target probability, after all other stages; `nil` is off.
    package var adaptiveP: AdaptiveP?
    /// Added to the logits of tokens; minus infinity forbids one.
    package var logitBias: [Int32: Float] = [:]

    /// llama-server's defaults, with seed 0.
    package init() {}

    /// Always the likeliest token, nothing else.
    package static var greedy: SamplingOptions {
        var options = SamplingOptions()
        options.temperature = 0
        return options
    }

    /// vLLM's defaults and order: the untouched distribution, penalties over the whole text.
    package static var vLLM: SamplingOptions {
        var options = SamplingOptions()
        options.order = StageKind.vLLMOrder
        options.temperature = 1
        options.topK = 0
        options.topP = 1
        options.minP = 0
        options.penalties.window = nil
        options.penalties.countsPrompt = false
        return options
    }

    /// Ollama's defaults: llama.cpp's chain with other thresholds.
    package static var ollama: SamplingOptions {
        var options = SamplingOptions()
        options.topP = 0.9
        options.minP = 0
        return options
    }
}
