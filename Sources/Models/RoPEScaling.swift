import Platform

/// How rotary frequencies are stretched for contexts longer than the model was trained on.
///
/// A pair of values `i` of a head rotates by `position · frequency[i]`, with
/// `frequency[i] = base^(−2i / rotaryLength)` before scaling; cosine and sine are multiplied by `magnitude`.
/// *Source*: RoFormer, arXiv:2104.09864; the scalings name theirs.
enum RoPEScaling {
    /// No change.
    case none
    /// Position interpolation, arXiv:2306.15595: every frequency divided by `factor`.
    case linear(factor: Double)
    /// A divisor per frequency, as Llama 3.1 stores in `rope_freqs.weight`.
    case factors([Float])
    /// YaRN, arXiv:2309.00071.
    case yarn(YaRN)
    /// LongRoPE, arXiv:2402.13753: divisors for sequences up to the original context, and for longer ones.
    case longRoPE(short: [Float], long: [Float], magnitude: Double)

    /// YaRN's parameters: high frequencies stay, low ones are interpolated, a ramp in between.
    struct YaRN {
        var factor: Double
        var originalContextLength: Int
        var betaFast: Double = 32
        var betaSlow: Double = 1
        /// Replaces the magnitude that the paper derives from the factor.
        var magnitude: Double?

        /// `0.1 · ln(factor) + 1`.
        static func magnitude(factor: Double, multiplier: Double = 1) -> Double {
            factor <= 1 ? 1 : 0.1 * multiplier * ScalarMath.log(factor) + 1
        }
    }
}

/// Frequencies of one RoPE: one per pair of rotated values, and the factor on cosine and sine.
struct RoPEFrequencies: Equatable {
    var values: [Float]
    var magnitude: Float = 1

    /// Unscaled frequencies.
    init(base: Double, rotaryLength: Int) {
        values = (0..<rotaryLength / 2).map { pair in
            Float(ScalarMath.pow(base, -2 * Double(pair) / Double(rotaryLength)))
        }
    }

    private init(values: [Float], magnitude: Float) {
        self.values = values
        self.magnitude = magnitude
    }

    /// Each frequency divided by its factor.
    func divided(by factors: [Float], magnitude: Double = 1) -> RoPEFrequencies {
        RoPEFrequencies(values: zip(values, factors).map { $0 / $1 }, magnitude: Float(magnitude))
    }

    /// Frequencies by the parameters of YaRN.
    ///
    /// The ramp's ends are the pairs that turn `betaFast` and `betaSlow` times over the original context:
    /// `pair(turns) = rotaryLength · ln(context / (2π · turns)) / (2 · ln base)`, floored and ceiled.
    func stretched(_ yarn: RoPEScaling.YaRN, base: Double) -> RoPEFrequencies {
        let rotaryLength = Double(2 * values.count)
        func pair(turns: Double) -> Double {
            rotaryLength * ScalarMath.log(Double(yarn.originalContextLength) / (turns * 2 * .pi))
                / (2 * ScalarMath.log(base))
        }
        let low = max(pair(turns: yarn.betaFast).rounded(.down), 0)
        let high = min(pair(turns: yarn.betaSlow).rounded(.up), rotaryLength - 1)
        let stretched = values.enumerated().map { index, frequency in
            let ramp = min(max((Double(index) - low) / max(high - low, 0.001), 0), 1)
            let interpolated = Double(frequency) / yarn.factor
            return Float(interpolated * ramp + Double(frequency) * (1 - ramp))
        }
        let magnitude = yarn.magnitude ?? RoPEScaling.YaRN.magnitude(factor: yarn.factor)
        return RoPEFrequencies(values: stretched, magnitude: Float(magnitude))
    }
}
