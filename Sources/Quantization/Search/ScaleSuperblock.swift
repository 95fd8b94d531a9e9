internal import Tensors

/// The search behind Q3_K, Q6_K and IQ4_XS: 256 weights in groups, `w = d · s · level`, s a signed integer.
///
/// Every group first gets the best scale of its own. Then d is chosen so that the greatest fits the lowest integer,
/// the groups' integers are tried out around the rounded ones, and d is solved for again.
struct ScaleSuperblock<let groupCount: Int> {
    private(set) var d: Float = 0
    /// s of each group.
    private(set) var scales = InlineArray<groupCount, Int8>(repeating: 0)
    private(set) var codes = InlineArray<256, UInt8>(repeating: 0)
    private var error = Float.infinity

    private static var groupSize: Int { 256 / groupCount }

    /// What the search is about: the weights and the range of s.
    struct Problem: ~Copyable {
        let weights: SearchableWeights<256>
        let scales: IntegerLevels
        let lowestScaleBits: UInt8

        init(_ weights: UnsafePointer<Float>, lowestLevel: Float, lowestScale: Int8) {
            let lowest = Float(lowestScale)
            self.weights = unsafe SearchableWeights(weights, limit: Half.largest * lowest * lowestLevel)
            scales = IntegerLevels(lowest: lowest, highest: -lowest - 1)
            lowestScaleBits = UInt8(bitPattern: lowestScale)
        }
    }

    init(_ problem: borrowing Problem, levels: some Levels) {
        var wanted = InlineArray<groupCount, Float>(repeating: 0)
        var greatest: Float = 0
        for group in 0..<groupCount {
            wanted[group] = ScaleSearch.best(problem.weights, Self.range(group), levels: levels)
            if abs(wanted[group]) > abs(greatest) { greatest = wanted[group] }
        }
        var trial = self
        trial.d = Half.rounded(greatest / problem.scales.lowest)
        trial.choose(problem, levels: levels, near: wanted)
        self = trial
        for _ in 0..<2 {
            guard trial.solve(problem, levels: levels) else { break }
            trial.choose(problem, levels: levels, near: wanted)
            if trial.error < error { self = trial }
        }
    }

    private static func range(_ group: Int) -> Range<Int> { group * groupSize..<(group + 1) * groupSize }

    /// Chooses s and codes of every group for the present d.
    private mutating func choose(
        _ problem: borrowing Problem, levels: some Levels, near wanted: InlineArray<groupCount, Float>
    ) {
        error = 0
        for group in 0..<groupCount {
            let scale = Lanes(from: d == 0 ? 0 : wanted[group] / d - 8, step: 1)
            let scales = problem.scales.nearest(scale)
            let errors = Self.errors(problem, group, levels: levels, scales: d * scales)
            let lane = errors.leastLane
            error += errors[lane]
            self.scales[group] = Int8(bitPattern: problem.scales.code(scales[lane]) &+ problem.lowestScaleBits)
            let inverse = scales[lane] * d == 0 ? 0 : 1 / (scales[lane] * d)
            for index in Self.range(group) { codes[index] = levels.code(problem.weights[index] * inverse) }
        }
    }

    /// Squared errors of a group under sixteen scales.
    private static func errors(_ problem: borrowing Problem, _ group: Int, levels: some Levels, scales: Lanes) -> Lanes
    {
        let isZero = scales .== 0
        let inverses = (1 / scales.replacing(with: 1, where: isZero)).replacing(with: 0, where: isZero)
        var errors = Lanes.zero
        for index in range(group) {
            let weight = problem.weights[index]
            let difference = weight - scales * levels.nearest(weight * inverses)
            errors += difference * difference
        }
        return errors
    }

    /// Solves for the d that suits the present integers best; false if nothing changes.
    private mutating func solve(_ problem: borrowing Problem, levels: some Levels) -> Bool {
        var products: Float = 0
        var squares: Float = 0
        for group in 0..<groupCount {
            for index in Self.range(group) {
                let level = Float(scales[group]) * levels.level(codes[index])
                products += level * problem.weights[index]
                squares += level * level
            }
        }
        let previous = d
        if squares > 0 { d = Half.rounded(products / squares) }
        return d != previous
    }
}
