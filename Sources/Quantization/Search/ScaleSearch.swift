internal import Tensors

/// Finds the scale of weights that are `scale · level`, with the least squared error.
///
/// For fixed levels the best scale is `Σ w·l / Σ l²` and explains `(Σ w·l)² / Σ l²` of the weights' energy. The
/// search tries scales around the one that puts the extreme weight on the extreme level, sixteen at once, twice:
/// coarse, then fine around the best.
enum ScaleSearch {
    /// Weights below this are nothing to any type: the smallest half-precision scale is 6 × 10⁻⁸.
    static let negligible: Float = 1e-9

    /// Ratios to the scale of the extreme weight: from a little too coarse to cutting off a third.
    private static let coarse: Lanes = Lanes(from: 0.86, step: 0.03)
    /// Ratios to the best coarse inverse scale.
    private static let fine: Lanes = Lanes(from: 0.98, step: 0.0025)

    /// The best scale, of either sign; 0 if the weights are negligible.
    @inline(__always)
    static func best<let count: Int>(
        _ weights: borrowing SearchableWeights<count>, _ range: Range<Int>, levels: some Levels
    ) -> Float {
        var extreme: Float = 0
        for index in range where abs(weights[index]) > abs(extreme) { extreme = weights[index] }
        guard abs(extreme) > negligible else { return 0 }
        var first = trial(weights, range, inverses: coarse * (levels.lowest / extreme), levels: levels)
        if levels.isLopsided {
            let other = trial(weights, range, inverses: coarse * (-levels.lowest / extreme), levels: levels)
            if other.gain > first.gain { first = other }
        }
        let second = trial(weights, range, inverses: fine * first.inverse, levels: levels)
        return second.gain > first.gain ? second.scale : first.scale
    }

    private struct Trial {
        var gain: Float
        var inverse: Float
        var scale: Float
    }

    /// Tries sixteen inverse scales.
    @inline(__always)
    private static func trial<let count: Int>(
        _ weights: borrowing SearchableWeights<count>, _ range: Range<Int>, inverses: Lanes, levels: some Levels
    ) -> Trial {
        var products = Lanes.zero
        var squares = Lanes.zero
        for index in range {
            let weight = weights[index]
            let level = levels.nearest(inverses * weight)
            products += level * weight
            squares += level * level
        }
        var best = Trial(gain: 0, inverse: inverses[0], scale: 0)
        for lane in 0..<Lanes.scalarCount where squares[lane] > 0 {
            let gain = products[lane] * products[lane] / squares[lane]
            if gain > best.gain {
                best = Trial(gain: gain, inverse: inverses[lane], scale: products[lane] / squares[lane])
            }
        }
        return best
    }
}

extension Half {
    /// The nearest finite half-precision number, as float32.
    @inline(__always)
    static func rounded(_ value: Float) -> Float {
        float(bits(max(min(value, largest), -largest)))
    }

    static let largest: Float = 65504
}
