/// Sixteen candidates of a search side by side, one per lane.
///
/// A search tries sixteen scales at once and walks the weights one by one: sums stay in lanes, so that nothing is
/// added across, and every result is the same on every machine.
typealias Lanes = SIMD16<Float>

extension SIMD16<Float> {
    /// Start, start + step, start + 2 step, and so on.
    @inline(__always)
    init(from start: Float, step: Float) {
        self = .zero
        for lane in 0..<Self.scalarCount { self[lane] = start + step * Float(lane) }
    }

    /// The first lane with the least value; 0 if no value is below infinity.
    @inline(__always)
    var leastLane: Int {
        var best = 0
        for lane in 1..<Self.scalarCount where self[lane] < self[best] { best = lane }
        return best
    }
}

/// What codes stand for before they are scaled.
protocol Levels: Sendable {
    /// The level of largest magnitude, negative.
    var lowest: Float { get }

    /// Whether levels and negated levels differ enough for scales of both signs to be worth a try.
    var isLopsided: Bool { get }

    /// The level nearest to every lane.
    func nearest(_ values: Lanes) -> Lanes

    /// The code of the level nearest to a value; some valid code if it is NaN.
    func code(_ value: Float) -> UInt8

    /// The level of a code.
    func level(_ code: UInt8) -> Float
}

/// Consecutive integers from `lowest` (code 0) to `highest`.
struct IntegerLevels: Levels {
    let lowest: Float
    let highest: Float
    var isLopsided: Bool { false }

    /// Added to and taken from a number below 2²², it rounds to the nearest integer, ties to even: a call otherwise
    /// on CPUs without SSE4.1.
    private static let rounding: Float = 0x1.8p23

    @inline(__always)
    func nearest(_ values: Lanes) -> Lanes {
        let cut = values.replacing(with: lowest, where: values .< lowest).replacing(
            with: highest, where: values .> highest)
        return (cut + Self.rounding) - Self.rounding
    }

    @inline(__always)
    func code(_ value: Float) -> UInt8 {
        // The integer stands in the low bits of the sum: no conversion that could trap.
        let offset = max(min(value, highest), lowest) - lowest
        return UInt8(truncatingIfNeeded: (offset + Self.rounding).bitPattern)
    }

    @inline(__always)
    func level(_ code: UInt8) -> Float { Float(code) + lowest }
}

/// Sixteen levels in ascending order, by code.
struct CodebookLevels: Levels {
    private let levels: InlineArray<16, Float>
    /// Half way between neighbours: `borders[i]` parts levels i and i + 1.
    private let borders: InlineArray<15, Float>
    /// From one level to the next.
    private let steps: InlineArray<15, Float>

    init(_ levels: InlineArray<16, Float>) {
        self.levels = levels
        borders = InlineArray { (levels[$0] + levels[$0 + 1]) / 2 }
        steps = InlineArray { levels[$0 + 1] - levels[$0] }
    }

    var lowest: Float { levels[0] }
    var isLopsided: Bool { true }

    @inline(__always)
    func nearest(_ values: Lanes) -> Lanes {
        var nearest = Lanes(repeating: levels[0])
        for i in 0..<15 { nearest += Lanes.zero.replacing(with: steps[i], where: values .> borders[i]) }
        return nearest
    }

    @inline(__always)
    func code(_ value: Float) -> UInt8 {
        var code: UInt8 = 0
        for i in 0..<15 { code &+= value > borders[i] ? 1 : 0 }
        return code
    }

    @inline(__always)
    func level(_ code: UInt8) -> Float { levels[Int(code & 15)] }
}
