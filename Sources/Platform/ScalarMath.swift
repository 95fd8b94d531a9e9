#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Elementary functions on scalars: the C library's, fenced here so that no other module imports it.
package enum ScalarMath {
    /// Natural logarithm.
    package static func log(_ x: Float) -> Float { logf(x) }

    /// Binary logarithm.
    package static func log2(_ x: Float) -> Float { log2f(x) }

    /// `base` to the power of `exponent`.
    package static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }

    /// Natural logarithm in double precision.
    package static func log(_ x: Double) -> Double {
        #if canImport(Glibc)
            Glibc.log(x)
        #elseif canImport(Musl)
            Musl.log(x)
        #else
            Darwin.log(x)
        #endif
    }

    /// `base` to the power of `exponent` in double precision.
    package static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}
