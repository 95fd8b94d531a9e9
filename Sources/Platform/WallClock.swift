#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The time of day. For waiting and measuring there is `ContinuousClock`.
package enum WallClock {
    /// Seconds since 1970-01-01 00:00 UTC, without leap seconds.
    package static var secondsSinceEpoch: Int { time(nil) }
}
