import Compute
import Platform
import Testing

/// Attention against its formula, and against itself in other cuts, bit for bit.
@Suite("Attention")
struct AttentionTests {
    static let gang = ThreadGang(threadCount: 3)

    static let fixtures: [AttentionFixture] = [
        AttentionFixture(lengths: [1, 2, 15, 16, 17]),
        AttentionFixture(lengths: [63, 64, 65, 130]),
        AttentionFixture(lengths: [70, 3], headCount: 1, keyValueHeadCount: 1, keyLength: 64, valueLength: 64),
        AttentionFixture(lengths: [90], headCount: 6, keyValueHeadCount: 1, keyLength: 128, valueLength: 128),
        AttentionFixture(lengths: [40, 70], headCount: 8, keyValueHeadCount: 8, keyLength: 80, valueLength: 80),
        AttentionFixture(lengths: [35], headCount: 14, keyValueHeadCount: 2, keyLength: 24, valueLength: 40),
        AttentionFixture(lengths: [20], headCount: 71, keyValueHeadCount: 1, keyLength: 8, valueLength: 4),
        AttentionFixture(lengths: [140, 20], window: 1),
        AttentionFixture(lengths: [200, 80], window: 37),
        AttentionFixture(lengths: [300], window: 128, softCap: 5),
        AttentionFixture(lengths: [100], softCap: 50, sharpness: 30),
        AttentionFixture(lengths: [70, 140], hasSinks: true),
        AttentionFixture(lengths: [600], headCount: 2, keyValueHeadCount: 1, sharpness: 20),
        AttentionFixture(lengths: [700], headCount: 1, keyValueHeadCount: 1, window: 520),
    ]

    /// Tokens that see those after them, all or as many as in half a window.
    static let encoders: [AttentionFixture] = [
        AttentionFixture(lengths: [1, 2, 15, 16, 17], ahead: nil),
        AttentionFixture(lengths: [63, 64, 65, 130], ahead: nil),
        AttentionFixture(
            lengths: [3, 90], headCount: 3, keyValueHeadCount: 3, keyLength: 24, valueLength: 24, ahead: nil),
        AttentionFixture(lengths: [600, 5], headCount: 2, keyValueHeadCount: 1, ahead: nil, sharpness: 20),
        AttentionFixture(lengths: [40, 130], window: 6, ahead: 5),
        AttentionFixture(lengths: [700], headCount: 1, keyValueHeadCount: 1, window: 101, ahead: 100),
        AttentionFixture(lengths: [200], window: 1, ahead: nil, softCap: 5, hasSinks: true),
        AttentionFixture(lengths: [100], window: 40, ahead: 1),
    ]

    /// float32's rounding in dot products of up to 128 terms, times the sharpest softmax above.
    static let tolerance = 2e-5

    /// Softmax weights in steps of 1/255: 64 rounding errors of up to half a step add up to 8/√12 steps if their signs
    /// are random.
    static let weightRounding = 8 / 12.0.squareRoot() / 255

    /// Eight bits against float32: codes are off by up to half of 1/127, three times over (query, key, value); what
    /// that makes of a score grows with the scores.
    static func eightBits(_ fixture: AttentionFixture) -> Double { (1.5 + 0.5 * Double(fixture.sharpness)) / 127 }

    /// What caches hold in service.
    static let cached: [CacheElement] = [.float16, .int8]

    @Test("Equals its formula", arguments: fixtures + encoders, CacheElement.allCases)
    func formula(fixture: AttentionFixture, element: CacheElement) throws {
        var fixture = fixture
        fixture.element = element
        let expected = fixture.expected
        for features in Bench.featureSets {
            let found = try fixture.run(fixture.oneStep, gang: Self.gang, features: features)
            #expect(distance(found, expected) < (element == .int8 ? Self.eightBits(fixture) : Self.tolerance))
        }
    }

    @Test("In eight bits equals its formula on rounded numbers", arguments: fixtures + encoders)
    func roundedFormula(fixture: AttentionFixture) throws {
        var fixture = fixture
        fixture.element = .int8
        let expected = fixture.expectedRounded
        for features in Bench.featureSets {
            let found = try fixture.run(fixture.oneStep, gang: Self.gang, features: features)
            #expect(distance(found, expected) < Self.weightRounding)
        }
    }

    @Test("Does not depend on threads, pages, chunks or other sequences", arguments: fixtures, cached)
    func invariance(fixture: AttentionFixture, element: CacheElement) throws {
        var fixture = fixture
        fixture.element = element
        let expected = try fixture.run(fixture.oneStep, gang: ThreadGang(threadCount: 1))
        for (seed, longest) in [(1, 1), (2, 20), (3, 200)] {
            let steps = fixture.randomSteps(seed: UInt64(seed), longest: longest)
            let found = try fixture.run(steps, gang: Self.gang, pageSeed: UInt64(seed) * 17)
            let isEqual = found == expected
            #expect(isEqual, "pieces of up to \(longest)")
        }
    }

    @Test("In an encoder does not depend on threads, pages or other sequences", arguments: encoders, cached)
    func encoderInvariance(fixture: AttentionFixture, element: CacheElement) throws {
        var fixture = fixture
        fixture.element = element
        let expected = try fixture.run(fixture.oneStep, gang: ThreadGang(threadCount: 1))
        let apart = fixture.oneStep[0].map { [$0] }
        for (steps, seed) in [(fixture.oneStep, 3), (apart, 5), ([fixture.oneStep[0].reversed()], 7)] {
            let found = try fixture.run(steps, gang: Self.gang, pageSeed: UInt64(seed))
            let isEqual = found == expected
            #expect(isEqual)
        }
    }

    @Test("A long context in one row at a time, cut into segments", arguments: cached)
    func longDecode(element: CacheElement) throws {
        var fixture = AttentionFixture(
            lengths: [1100], headCount: 2, keyValueHeadCount: 1, keyLength: 16, valueLength: 16)
        fixture.element = element
        let whole = try fixture.run(fixture.oneStep, gang: Self.gang)
        let steps: [AttentionFixture.Step] =
            [[(0, 0..<1090)]] + (1090..<1100).map { [(0, $0..<$0 + 1)] }
        let found = try fixture.run(steps, gang: Self.gang)
        let isEqual = found == whole
        #expect(isEqual)
        #expect(distance(found, fixture.expected) < (element == .int8 ? Self.eightBits(fixture) : Self.tolerance))
    }

    @Test("Numbers that a page held before do not matter", arguments: cached)
    func stalePages(element: CacheElement) throws {
        var fixture = AttentionFixture(lengths: [128, 70])
        fixture.isPoisoned = true
        fixture.element = element
        let steps: [AttentionFixture.Step] = [[(1, 0..<4)], [(1, 4..<66)], [(1, 66..<67)], [(1, 67..<70)]]
        let clean = try fixture.run(steps, gang: Self.gang)
        var encoder = fixture
        encoder.ahead = nil
        let steppedOver = try encoder.run([[(0, 0..<128)], [(1, 0..<70)]], gang: Self.gang)
        #expect(steppedOver.suffix(70).joined().allSatisfy { $0.isFinite })
        let stale = try fixture.run([[(0, 0..<128)]] + steps, gang: Self.gang)
        #expect(stale[0].allSatisfy { $0.isNaN })
        let isEqual = clean.suffix(70) == stale.suffix(70)
        #expect(isEqual)
        #expect(clean.suffix(70).joined().allSatisfy { $0.isFinite })
    }
}
