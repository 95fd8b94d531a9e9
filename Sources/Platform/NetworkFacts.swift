#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the machine says about itself and its network.
package enum NetworkFacts {
    /// The machine's own name; empty if it has none.
    package static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The addresses of the machine's network interfaces.
    package static var interfaceAddresses: [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return [] }
        defer { unsafe freeifaddrs(list) }
        var addresses: [IPAddress] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let raw = unsafe current.pointee.ifa_addr {
                let isSix = unsafe Int32(raw.pointee.sa_family) == AF_INET6
                let length = isSix ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
                if let ip = unsafe SocketAddress(raw, length: socklen_t(length))?.ip { addresses.append(ip) }
            }
            unsafe entry = unsafe current.pointee.ifa_next
        }
        return addresses
    }

    /// Lets the process open as many files and sockets as the system allows it, and returns how many that are.
    @discardableResult
    package static func raiseOpenFileLimit() -> Int {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return 0 }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(resource, &limit)
        unsafe getrlimit(resource, &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
