/// Finds scale and minimum of weights that are `scale · q + minimum`, q from 0 to some highest code, with the least
/// squared error.
///
/// For fixed codes the best pair solves two linear equations. The search starts from sixteen scales around the one
/// that spans least to greatest weight, and lets each settle: assign codes, solve, assign again.
struct AffineSearch {
    /// The greatest code.
    let highestCode: Float
    /// Whether the minimum must not be positive, as in the K types.
    let minimumIsNegative: Bool

    private static let rounds = 3

    /// The best pair; the scale is not negative.
    @inline(__always)
    func best<let count: Int>(
        _ weights: borrowing SearchableWeights<count>, _ range: Range<Int>
    ) -> (scale: Float, minimum: Float) {
        var least = weights[range.lowerBound]
        var greatest = least
        for index in range {
            least = min(least, weights[index])
            greatest = max(greatest, weights[index])
        }
        if minimumIsNegative { least = min(least, 0) }
        guard greatest - least > ScaleSearch.negligible else { return (0, least) }
        let levels = IntegerLevels(lowest: 0, highest: highestCode)
        // Slightly too coarse a scale up to one that cuts off both ends.
        let ratios = Lanes(from: -0.7, step: 0.16) / highestCode + 1
        var lines = Lines(
            inverse: ratios * (highestCode / (greatest - least)), minimum: .zero, error: .zero, scale: .zero)
        for _ in 0..<Self.rounds { settle(&lines, weights, range, offset: least, levels: levels) }
        let lane = lines.error.leastLane
        return (max(lines.scale[lane], 0), lines.minimum[lane] + least)
    }

    /// Sixteen candidates; weights and minimums count from an offset, so that sums do not cancel.
    private struct Lines {
        var inverse: Lanes
        var minimum: Lanes
        var error: Lanes
        var scale: Lanes
    }

    /// Assigns codes by each line and replaces the line by the best one for these codes.
    @inline(__always)
    private func settle<let count: Int>(
        _ lines: inout Lines, _ weights: borrowing SearchableWeights<count>, _ range: Range<Int>, offset: Float,
        levels: IntegerLevels
    ) {
        var sumCodes = Lanes.zero
        var sumSquares = Lanes.zero
        var sumProducts = Lanes.zero
        var sum: Float = 0
        var energy: Float = 0
        for index in range {
            let weight = weights[index] - offset
            let code = levels.nearest((weight - lines.minimum) * lines.inverse)
            sumCodes += code
            sumSquares += code * code
            sumProducts += code * weight
            sum += weight
            energy += weight * weight
        }
        let number = Float(range.count)
        let determinant = number * sumSquares - sumCodes * sumCodes
        let isSolvable = determinant .> 0
        let safe = determinant.replacing(with: 1, where: .!isSolvable)
        var scale = ((number * sumProducts - sum * sumCodes) / safe).replacing(with: 0, where: .!isSolvable)
        var minimum = (sum - scale * sumCodes) / number
        if minimumIsNegative {
            // A positive minimum is not to be had: the best line through zero instead.
            let isPositive = minimum + offset .> 0
            let through = (sumProducts + offset * sumCodes) / sumSquares.replacing(with: 1, where: sumSquares .== 0)
            scale.replace(with: through, where: isPositive)
            minimum.replace(with: -offset, where: isPositive)
        }
        lines.scale = scale
        lines.minimum = minimum
        let isUsable = scale .> 0
        lines.inverse = (1 / scale.replacing(with: 1, where: .!isUsable)).replacing(with: 0, where: .!isUsable)
        // Σ(w − s·q − m)² = Σw² + s·(s·Σq² − 2Σwq) + m·(m·n − 2Σw + 2s·Σq)
        let ofScale: Lanes = scale * (scale * sumSquares - 2 * sumProducts)
        let ofMinimum: Lanes = minimum * (minimum * number - 2 * sum + 2 * scale * sumCodes)
        lines.error = ofScale + ofMinimum + energy
    }
}
