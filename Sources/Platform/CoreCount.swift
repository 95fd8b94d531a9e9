internal import Intrinsics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How many cores this process may use.
package enum CoreCount {
    /// Cores that the scheduler lets the process run on, at least 1: its affinity mask, not the machine's size.
    package static var available: Int {
        #if os(Linux)
            let count = Int(isa_affinity_count())
            if count > 0 { return count }
        #endif
        return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}
