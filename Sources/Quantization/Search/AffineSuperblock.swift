internal import Tensors

/// The search behind Q2_K, Q4_K and Q5_K: 256 weights in groups, `w = d · s · q − dmin · m`.
///
/// Every group first gets the best scale and minimum of its own. Then d and dmin are chosen so that the greatest
/// fit, the groups' integers are tried out around the rounded ones, and d and dmin are solved for again.
struct AffineSuperblock<let groupCount: Int> {
    private(set) var d: Float = 0
    private(set) var dmin: Float = 0
    /// s of each group.
    private(set) var scales = InlineArray<groupCount, UInt8>(repeating: 0)
    /// m of each group.
    private(set) var minimums = InlineArray<groupCount, UInt8>(repeating: 0)
    private(set) var codes = InlineArray<256, UInt8>(repeating: 0)
    private var error = Float.infinity

    private static var groupSize: Int { 256 / groupCount }

    /// What the search is about: the weights, the levels of codes, and the greatest s and m.
    struct Problem: ~Copyable {
        let weights: SearchableWeights<256>
        let levels: IntegerLevels
        let greatestScale: Float

        init(_ weights: UnsafePointer<Float>, highestCode: Float, greatestScale: Float) {
            let limit = Half.largest * greatestScale * highestCode
            self.weights = unsafe SearchableWeights(weights, limit: limit)
            levels = IntegerLevels(lowest: 0, highest: highestCode)
            self.greatestScale = greatestScale
        }
    }

    init(_ problem: borrowing Problem) {
        let search = AffineSearch(highestCode: problem.levels.highest, minimumIsNegative: true)
        var wantedScales = InlineArray<groupCount, Float>(repeating: 0)
        var wantedMinimums = InlineArray<groupCount, Float>(repeating: 0)
        var greatest: (scale: Float, minimum: Float) = (0, 0)
        for group in 0..<groupCount {
            let best = search.best(problem.weights, Self.range(group))
            wantedScales[group] = best.scale
            wantedMinimums[group] = -best.minimum
            greatest = (max(greatest.scale, best.scale), max(greatest.minimum, -best.minimum))
        }
        var trial = self
        trial.d = Half.rounded(greatest.scale / problem.greatestScale)
        trial.dmin = Half.rounded(greatest.minimum / problem.greatestScale)
        trial.choose(problem, near: wantedScales, wantedMinimums)
        self = trial
        for _ in 0..<2 {
            guard trial.solve(problem) else { break }
            trial.choose(problem, near: wantedScales, wantedMinimums)
            if trial.error < error { self = trial }
        }
    }

    private static func range(_ group: Int) -> Range<Int> { group * groupSize..<(group + 1) * groupSize }

    /// Chooses s, m and codes of every group for the present d and dmin.
    private mutating func choose(
        _ problem: borrowing Problem, near wantedScales: InlineArray<groupCount, Float>,
        _ wantedMinimums: InlineArray<groupCount, Float>
    ) {
        error = 0
        let limits = IntegerLevels(lowest: 0, highest: problem.greatestScale)
        for group in 0..<groupCount {
            let scale = Lanes(repeating: d == 0 ? 0 : wantedScales[group] / d) + Self.scaleOffsets
            let minimum = Lanes(repeating: dmin == 0 ? 0 : wantedMinimums[group] / dmin) + Self.minimumOffsets
            let scales = limits.nearest(scale)
            let minimums = limits.nearest(minimum)
            let errors = Self.errors(problem, group, scales: d * scales, minimums: dmin * minimums)
            let lane = errors.leastLane
            error += errors[lane]
            self.scales[group] = limits.code(scales[lane])
            self.minimums[group] = limits.code(minimums[lane])
            let inverse = scales[lane] * d == 0 ? 0 : 1 / (scales[lane] * d)
            for index in Self.range(group) {
                codes[index] = problem.levels.code((problem.weights[index] + dmin * minimums[lane]) * inverse)
            }
        }
    }

    /// Fifteen neighbours: scales −1, 0, 1 with minimums −2 to 2; the last lane repeats the middle.
    private static var scaleOffsets: Lanes { [-1, 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1, 0] }
    private static var minimumOffsets: Lanes { [-2, -2, -2, -1, -1, -1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0] }

    /// Squared errors of a group under sixteen pairs of a scale and a minimum.
    private static func errors(_ problem: borrowing Problem, _ group: Int, scales: Lanes, minimums: Lanes) -> Lanes {
        let isZero = scales .== 0
        let inverses = (1 / scales.replacing(with: 1, where: isZero)).replacing(with: 0, where: isZero)
        var errors = Lanes.zero
        for index in range(group) {
            let shifted = problem.weights[index] + minimums
            let difference = shifted - scales * problem.levels.nearest(shifted * inverses)
            errors += difference * difference
        }
        return errors
    }

    /// Solves for the d and dmin that suit the present integers best; false if nothing changes.
    private mutating func solve(_ problem: borrowing Problem) -> Bool {
        var aa: Float = 0
        var ab: Float = 0
        var bb: Float = 0
        var aw: Float = 0
        var bw: Float = 0
        for group in 0..<groupCount {
            let b = Float(minimums[group])
            for index in Self.range(group) {
                let a = Float(scales[group]) * Float(codes[index])
                let weight = problem.weights[index]
                aa += a * a
                ab += a * b
                bb += b * b
                aw += a * weight
                bw += b * weight
            }
        }
        // w ≈ d·a − dmin·b
        let determinant = aa * bb - ab * ab
        let previous = (d, dmin)
        if determinant > 1e-6 * aa * bb {
            d = Half.rounded((aw * bb - bw * ab) / determinant)
            dmin = Half.rounded((aw * ab - bw * aa) / determinant)
        } else if aa > 0 {
            d = Half.rounded(aw / aa)
        }
        return d > 0 && dmin >= 0 && (d, dmin) != previous
    }
}
