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
    /// Cores that the scheduler lets the process run on, at least 1: those of its affinity mask, or fewer where a
    /// control group has a quota.
    package static var available: Int { limited(affinity: affinity, by: .current) }

    /// The smaller of a number of cores and what a control group allows.
    package static func limited(affinity: Int, by group: ControlGroup) -> Int {
        max(1, min(affinity, group.coreLimit ?? affinity))
    }

    private static var affinity: Int {
        #if os(Linux)
            let count = Int(isa_affinity_count())
            if count > 0 { return count }
        #endif
        return Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}

extension ControlGroup {
    /// That of this process, by the files of the system.
    static var current: ControlGroup {
        ControlGroup { path in
            guard let file = unsafe fopen(path, "r") else { return nil }
            defer { unsafe fclose(file) }
            // All of these files are short.
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }
}
