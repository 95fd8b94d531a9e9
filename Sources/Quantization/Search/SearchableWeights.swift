/// A block's weights made safe to search: NaN becomes 0, and magnitudes are cut to what the type can hold.
///
/// Not copyable, so that no call copies a kilobyte.
struct SearchableWeights<let count: Int>: ~Copyable {
    private let values: InlineArray<count, Float>

    /// - Parameters:
    ///   - weights: `count` floats.
    ///   - limit: the largest magnitude that the type can express; finite.
    @inline(__always)
    init(_ weights: UnsafePointer<Float>, limit: Float) {
        values = InlineArray { index in
            let weight = unsafe weights[index]
            // Both comparisons are false for NaN.
            guard abs(weight) >= 0 else { return 0 }
            return max(min(weight, limit), -limit)
        }
    }

    /// The largest magnitude.
    var extreme: Float {
        var extreme: Float = 0
        for index in 0..<count { extreme = max(extreme, abs(values[index])) }
        return extreme
    }

    /// Sixteen weights from an index on.
    @inline(__always)
    func lanes(from index: Int) -> Lanes {
        var lanes = Lanes.zero
        for lane in 0..<Lanes.scalarCount { lanes[lane] = values[index + lane] }
        return lanes
    }

    subscript(index: Int) -> Float {
        @inline(__always) get { values[index] }
    }
}
