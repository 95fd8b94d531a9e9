import Compute
import Platform

/// How rotary frequencies are stretched for contexts longer than the model was trained on.
///
/// Before scaling, `frequency[i] = base^(−2i / rotaryLength)` radians per position for pair `i` of a head.
enum RoPEScaling {
    case none
    /// Position interpolation, arXiv:2306.15595: every frequency divided by the factor.
    case linear(factor: Double)
    /// A divisor per frequency, as Llama 3.1 files store in `rope_freqs.weight`.
    case divisors([Float])
    /// YaRN, arXiv:2309.00071.
    case yarn(YaRN)
    /// LongRoPE, arXiv:2402.13753: divisors for sequences within the original context, and for longer ones.
    case longRoPE(short: [Float], long: [Float], magnitude: Float)

    /// YaRN's parameters: high frequencies stay, low ones are interpolated, with a ramp in between.
    struct YaRN {
        var factor: Double
        var originalContextLength: Int
        var betaFast: Double = 32
        var betaSlow: Double = 1
        /// Factor on cosine and sine.
        var magnitude: Double

        /// What the paper derives from the factor: `0.1 · multiplier · ln(factor) + 1`.
        static func magnitude(factor: Double, multiplier: Double = 1) -> Double {
            factor <= 1 ? 1 : 0.1 * multiplier * ScalarMath.log(factor) + 1
        }
    }
}

extension RoPE.Frequencies {
    /// Unscaled frequencies.
    init(base: Double, rotaryLength: Int) {
        self.init(
            values: (0..<rotaryLength / 2).map { pair in
                Float(ScalarMath.power(base, -2 * Double(pair) / Double(rotaryLength)))
            })
    }

    /// Each frequency divided by its divisor.
    func divided(by divisors: [Float], magnitude: Float = 1) -> Self {
        Self(values: zip(values, divisors).map { $0 / $1 }, magnitude: magnitude)
    }

    /// Frequencies stretched as YaRN does.
    ///
    /// The ramp's ends are the pairs that turn `betaFast` and `betaSlow` times over the original context,
    /// `pair(turns) = rotaryLength · ln(context / (2π · turns)) / (2 · ln base)`, rounded outwards.
    func stretched(_ yarn: RoPEScaling.YaRN, base: Double) -> Self {
        let rotaryLength = Double(2 * values.count)
        func pair(turns: Double) -> Double {
            rotaryLength * ScalarMath.log(Double(yarn.originalContextLength) / (turns * 2 * .pi))
                / (2 * ScalarMath.log(base))
        }
        let low = max(pair(turns: yarn.betaFast).rounded(.down), 0)
        let high = min(pair(turns: yarn.betaSlow).rounded(.up), rotaryLength - 1)
        let stretched = values.enumerated().map { index, frequency in
            let ramp = min(max((Double(index) - low) / max(high - low, 0.001), 0), 1)
            return Float(Double(frequency) * (ramp / yarn.factor + 1 - ramp))
        }
        return Self(values: stretched, magnitude: Float(yarn.magnitude))
    }
}
