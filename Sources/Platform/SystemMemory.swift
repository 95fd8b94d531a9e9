#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How much memory the machine has for this process, and how much the process has used.
package enum SystemMemory {
    /// Bytes that this process may use at all: the machine's memory, or less where a control group limits it.
    package static var limitBytes: Int {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let machine = pages > 0 ? pages * sysconf(Int32(_SC_PAGESIZE)) : Int.max
        return min(machine, ControlGroup.current.memoryLimit ?? Int.max)
    }

    /// The most memory that the process ever had resident.
    package static var peakBytes: Int {
        var usage = rusage()
        #if os(Linux)
            let failed = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) != 0
            return failed ? 0 : Int(usage.ru_maxrss) * 1024
        #else
            return unsafe getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : 0
        #endif
    }
}
