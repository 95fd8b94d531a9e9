/// A set of Unicode scalars as a set of scalar classes: one bit for each class of `UnicodeTables`.
///
/// Class 0 is the class of UTF-8 continuation bytes and a member of every set, so that scanning bytes while they
/// belong to a set always ends on the border of a scalar.
struct ScalarSet: Equatable, Sendable {
    let mask: UInt64

    func contains(_ scalarClass: UInt8) -> Bool {
        mask &>> UInt64(truncatingIfNeeded: scalarClass) & 1 != 0
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool { contains(UnicodeTables.scalarClass(of: scalar.value)) }

    var isEmpty: Bool { mask & ~1 == 0 }

    /// The set without members: no scalar has the class of continuation bytes.
    static let none = ScalarSet(mask: 1)

    /// Whitespace that ends a line.
    static let lineBreaks = lineFeed | carriageReturn

    static func | (left: ScalarSet, right: ScalarSet) -> ScalarSet { ScalarSet(mask: left.mask | right.mask) }

    static func & (left: ScalarSet, right: ScalarSet) -> ScalarSet { ScalarSet(mask: left.mask & right.mask) }

    /// All scalars but those of a set: `[^…]`.
    static prefix func ! (set: ScalarSet) -> ScalarSet { ScalarSet(mask: all.mask & ~set.mask | 1) }
}
