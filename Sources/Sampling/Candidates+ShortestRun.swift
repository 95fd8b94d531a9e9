// The shortest run of the best candidates that is enough, without sorting: a radix search over the logits' bits.
// A nucleus can be most of a vocabulary (a hot temperature, an unsure model), and sorting 256k candidates takes tens of
// milliseconds; three passes that fill bins take one or two, whatever the logits are.

/// What a run of candidates amounts to.
struct RunTotal {
    var count = 0
    var mass = 0.0

    static func + (one: RunTotal, other: RunTotal) -> RunTotal {
        RunTotal(count: one.count + other.count, mass: one.mass + other.mass)
    }
}

extension Candidates {
    /// Keeps the shortest run of candidates, largest logit first, that is enough; all of them if none is.
    ///
    /// Candidates stay in their present order. Of equal logits those that lie first are kept.
    ///
    /// - Parameters:
    ///   - isEnough: whether a run may end here; once true it stays true for longer runs.
    ///   - mass: what a candidate adds to the run's mass, from its probability.
    mutating func keepShortestRun(isEnough: (RunTotal) -> Bool, mass: (_ probability: Float) -> Float) {
        var better = RunTotal()
        var prefix: UInt32 = 0
        var unread = 32
        for width in [11, 11, 10] {
            fillBins(prefix: prefix, unread: unread, width: width, mass: mass)
            let (bin, suffices) = lastBin(of: 1 << width, after: &better, isEnough: isEnough)
            if unread == 32, !suffices { return }
            // On a deeper level it suffices too, unless the parts' sum was rounded to less than the whole's.
            prefix = prefix << UInt32(width) | UInt32(bin)
            unread -= width
        }
        let bound = prefix
        keep { _, logit, probability in
            let key = Self.sortKey(logit)
            guard key == bound else { return key > bound }
            if isEnough(better) { return false }
            better = better + RunTotal(count: 1, mass: Double(mass(probability)))
            return true
        }
    }

    /// The bin in which the run ends; `better` takes up those above it.
    private func lastBin(
        of binCount: Int, after better: inout RunTotal, isEnough: (RunTotal) -> Bool
    ) -> (bin: Int, suffices: Bool) {
        var last: Int?
        for bin in stride(from: binCount - 1, through: 0, by: -1) where bins[bin].count > 0 {
            if let last { better = better + bins[last] }
            last = bin
            if isEnough(better + bins[bin]) { return (bin, true) }
        }
        return (last ?? 0, false)
    }

    private mutating func fillBins(prefix: UInt32, unread: Int, width: Int, mass: (Float) -> Float) {
        if bins.isEmpty { bins = Array(repeating: RunTotal(), count: 1 << 11) }
        for bin in 0..<(1 << width) { bins[bin] = RunTotal() }
        let shift = UInt32(unread - width)
        let binMask: UInt32 = 1 << UInt32(width) - 1
        for index in 0..<count {
            let key = Self.sortKey(logits[index])
            guard unread == 32 || key >> UInt32(unread) == prefix else { continue }
            let bin = Int(key >> shift & binMask)
            bins[bin].count += 1
            bins[bin].mass += Double(mass(probabilities[index]))
        }
    }

    /// Bits that order as the logits do.
    @inline(__always)
    private static func sortKey(_ logit: Float) -> UInt32 {
        let bits = logit.bitPattern
        return bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    }
}
