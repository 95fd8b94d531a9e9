#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A numeric internet address. An IPv4 address inside IPv6 (`::ffff:1.2.3.4`) is held as IPv4.
package enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    /// Reads `127.0.0.1`, `::1` or `fe80::1`, without brackets, port or zone.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
        } else if unsafe inet_pton(AF_INET6, text, &six) == 1 {
            self.init(six)
        } else {
            return nil
        }
    }

    init(_ address: in6_addr) {
        let words = unsafe withUnsafeBytes(of: address) { bytes in
            unsafe (
                UInt64(bigEndian: bytes.load(as: UInt64.self)),
                UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
        let isMapped = words.0 == 0 && words.1 >> 32 == 0xFFFF
        self = isMapped ? .v4(UInt32(truncatingIfNeeded: words.1)) : .v6(high: words.0, low: words.1)
    }

    /// 127.0.0.0/8 and `::1`.
    package var isLoopback: Bool {
        switch self {
        case .v4(let bits): bits >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// Addresses of private networks: 10/8, 172.16/12, 192.168/16 and fc00::/7 (RFC 1918, RFC 4193).
    package var isPrivate: Bool {
        switch self {
        case .v4(let bits): bits >> 24 == 10 || bits >> 20 == 0xAC1 || bits >> 16 == 0xC0A8
        case .v6(let high, _): high >> 57 == 0x7E
        }
    }

    /// 0.0.0.0 and `::`.
    package var isUnspecified: Bool { self == .v4(0) || self == .v6(high: 0, low: 0) }

    /// What counts as one peer: the address, or the /64 network of an IPv6 address, which one machine owns whole.
    package var peerKey: IPAddress {
        switch self {
        case .v4: self
        case .v6(let high, _): isLoopback ? self : .v6(high: high, low: 0)
        }
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch self {
        case .v4(let bits):
            var address = in_addr(s_addr: bits.bigEndian)
            unsafe inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        case .v6:
            var address = inSix
            unsafe inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The IPv6 form, also of an IPv4 address.
    var inSix: in6_addr {
        var words: (UInt64, UInt64)
        switch self {
        case .v4(let bits): words = (0, 0xFFFF << 32 | UInt64(bits))
        case .v6(let high, let low): words = (high, low)
        }
        words = (words.0.bigEndian, words.1.bigEndian)
        var address = in6_addr()
        unsafe withUnsafeMutableBytes(of: &address) { target in
            unsafe withUnsafeBytes(of: words) { unsafe target.copyMemory(from: $0) }
        }
        return address
    }
}

/// Where a socket listens or connects to.
package enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    case internet(IPAddress, port: UInt16)
    case unix(path: String)

    package var ip: IPAddress? {
        if case .internet(let address, _) = self { address } else { nil }
    }

    package var port: UInt16? {
        if case .internet(_, let port) = self { port } else { nil }
    }

    /// `127.0.0.1:80`, `[::1]:80` or `unix:/path`.
    package var description: String {
        switch self {
        case .internet(.v4(let bits), let port): "\(IPAddress.v4(bits)):\(port)"
        case .internet(let address, let port): "[\(address)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// Looks a name or a numeric address up. Blocks as long as the resolver does: not for threads that serve others.
    package static func resolve(host: String, port: UInt16) throws(SocketError) -> [SocketAddress] {
        if let numeric = IPAddress(host) { return [.internet(numeric, port: port)] }
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Socket.streamType
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { throw .unknownHost(host, reason: unsafe String(cString: gai_strerror(code))) }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let raw = unsafe current.pointee.ai_addr {
                let address = unsafe SocketAddress(raw, length: current.pointee.ai_addrlen)
                if case .internet(let ip, _) = address, !addresses.contains(.internet(ip, port: port)) {
                    addresses.append(.internet(ip, port: port))
                }
            }
            unsafe entry = unsafe current.pointee.ai_next
        }
        return addresses
    }
}

// MARK: The C library's form

extension SocketAddress {
    /// Bytes that fit into `sun_path` with its final zero.
    static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    var family: Int32 {
        switch self {
        case .internet(.v4, _): AF_INET
        case .internet(.v6, _): AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Reads what the system wrote; nil for families that we do not know.
    ///
    /// - Parameter raw: points at `length` readable bytes, aligned as `sockaddr`; only read during the call.
    init?(_ raw: UnsafePointer<sockaddr>, length: socklen_t) {
        let family = unsafe Int32(raw.pointee.sa_family)
        switch family {
        case AF_INET where Int(length) >= MemoryLayout<sockaddr_in>.size:
            let address = unsafe UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in.self)
            self = .internet(
                .v4(UInt32(bigEndian: address.sin_addr.s_addr)), port: UInt16(bigEndian: address.sin_port))
        case AF_INET6 where Int(length) >= MemoryLayout<sockaddr_in6>.size:
            let address = unsafe UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in6.self)
            self = .internet(IPAddress(address.sin6_addr), port: UInt16(bigEndian: address.sin6_port))
        case AF_UNIX:
            let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
            let bytes = unsafe UnsafeRawBufferPointer(start: raw, count: Int(length)).dropFirst(offset)
            self = unsafe .unix(path: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
        default: return nil
        }
    }

    /// Runs `body` with the address as the system wants it. The pointer is valid during the call only.
    ///
    /// - Precondition: a path has at most `longestPath` bytes.
    func withRaw<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        let length: Int
        switch self {
        case .internet(.v4(let bits), let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = bits.bigEndian
            length = Self.store(address, in: &storage)
        case .internet(let ip, let port):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = ip.inSix
            length = Self.store(address, in: &storage)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in
                unsafe target.copyBytes(from: path.utf8.prefix(Self.longestPath))
            }
            length = Self.store(address, in: &storage)
        }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(length)) }
        }
    }

    private static func store<Value>(_ value: Value, in storage: inout sockaddr_storage) -> Int {
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe withUnsafeBytes(of: value) { unsafe target.copyBytes(from: $0) }
        }
        return MemoryLayout<Value>.size
    }
}
