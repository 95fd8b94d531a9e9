/// A set of Unicode scalars, as ranges in order that neither overlap nor touch. Surrogates are never members.
package struct CodePointSet: Sendable, Hashable {
    /// How much of a range belongs to a set.
    enum Coverage { case none, some, all }

    /// The members.
    package let ranges: [ClosedRange<UInt32>]

    /// Every scalar.
    package static let all = CodePointSet([0...0x10_FFFF])

    private static let surrogates: ClosedRange<UInt32> = 0xD800...0xDFFF

    /// The set of the scalars in some ranges; what is no scalar is left out.
    package init(_ ranges: [ClosedRange<UInt32>]) {
        var scalars: [ClosedRange<UInt32>] = []
        for range in ranges where range.lowerBound <= 0x10_FFFF {
            let upper = min(range.upperBound, 0x10_FFFF)
            if range.lowerBound < Self.surrogates.lowerBound {
                scalars.append(range.lowerBound...min(upper, Self.surrogates.lowerBound - 1))
            }
            if upper > Self.surrogates.upperBound {
                scalars.append(max(range.lowerBound, Self.surrogates.upperBound + 1)...upper)
            }
        }
        scalars.sort { $0.lowerBound < $1.lowerBound }
        var merged: [ClosedRange<UInt32>] = []
        for range in scalars {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// The set of some scalars.
    package init(_ scalars: some Sequence<Unicode.Scalar>) {
        self.init(scalars.map { $0.value...$0.value })
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// All scalars that are no members.
    package var complement: CodePointSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10_FFFF { gaps.append(next...0x10_FFFF) }
        return CodePointSet(gaps)
    }

    package func union(_ other: CodePointSet) -> CodePointSet { CodePointSet(ranges + other.ranges) }

    package func intersection(_ other: CodePointSet) -> CodePointSet {
        complement.union(other.complement).complement
    }

    package func subtracting(_ other: CodePointSet) -> CodePointSet {
        complement.union(other).complement
    }

    package func contains(_ value: UInt32) -> Bool { coverage(of: value...value) == .all }

    /// How much of a range belongs to the set. *Complexity*: logarithmic.
    func coverage(of range: ClosedRange<UInt32>) -> Coverage {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        guard low < ranges.count, ranges[low].lowerBound <= range.upperBound else { return .none }
        let first = ranges[low]
        return first.lowerBound <= range.lowerBound && first.upperBound >= range.upperBound ? .all : .some
    }
}
