#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the system refused to do with a socket, with the address and its own words.
package enum SocketError: Error, Equatable, Sendable, CustomStringConvertible {
    case cannotListen(String, reason: String)
    /// The machine does not have such addresses.
    case addressUnavailable(String, reason: String)
    case cannotConnect(String, reason: String)
    case unknownHost(String, reason: String)
    case tooManyFiles
    case system(operation: String, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let address, let reason), .addressUnavailable(let address, let reason):
            "cannot listen on \(address): \(reason)"
        case .cannotConnect(let address, let reason): "cannot connect to \(address): \(reason)"
        case .unknownHost(let host, let reason): "\(host): \(reason)"
        case .tooManyFiles: "too many open files"
        case .system(let operation, let reason): "\(operation): \(reason)"
        }
    }

    /// The system's own words.
    package var reason: String {
        switch self {
        case .cannotListen(_, let reason), .addressUnavailable(_, let reason), .cannotConnect(_, let reason),
            .unknownHost(_, let reason), .system(_, let reason):
            reason
        case .tooManyFiles: description
        }
    }

    static func system(_ operation: String) -> SocketError {
        .system(operation: operation, reason: unsafe String(cString: strerror(errno)))
    }
}

/// A stream socket that never blocks, closed when it goes away; with or without TLS over it.
package struct Socket: ~Copyable, Sendable {
    let descriptor: Int32
    private let session: SecureSession?
    /// The other end, of an accepted connection.
    package let peer: SocketAddress?

    #if canImport(Glibc)
        static let streamType = Int32(SOCK_STREAM.rawValue)
        private static let noSignal = Int32(MSG_NOSIGNAL)
        private static let shutWriting = Int32(SHUT_WR)
    #else
        static let streamType = SOCK_STREAM
        private static let shutWriting = SHUT_WR
        #if os(Linux)
            private static let noSignal = MSG_NOSIGNAL
        #else
            private static let noSignal: Int32 = 0
        #endif
    #endif

    /// What a read, a write or an accept came to.
    package enum Outcome: Equatable, Sendable {
        case moved(Int)
        /// Nothing can be done now; the poller tells when.
        case wouldBlock
        /// The other side sends no more.
        case ended
        /// The connection is broken.
        case failed
    }

    /// Takes over an open descriptor and makes it non-blocking.
    private init(adopting descriptor: Int32, peer: SocketAddress? = nil) {
        self.descriptor = descriptor
        self.peer = peer
        session = nil
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #if !os(Linux)
            set(SO_NOSIGPIPE, to: 1)
        #endif
    }

    /// Takes over a connection over TLS, which closes its own descriptor.
    package init(_ session: SecureSession) {
        descriptor = session.descriptor
        peer = nil
        self.session = session
    }

    deinit { if session == nil { close(descriptor) } }

    private static func open(for address: SocketAddress) throws(SocketError) -> Socket {
        let descriptor = socket(address.family, streamType, 0)
        if descriptor >= 0 { return Socket(adopting: descriptor) }
        switch errno {
        case EMFILE, ENFILE: throw .tooManyFiles
        case EAFNOSUPPORT:
            throw .addressUnavailable("\(address)", reason: unsafe String(cString: strerror(EAFNOSUPPORT)))
        default: throw .system("socket")
        }
    }

    // MARK: Making connections

    /// A socket that listens. An unspecified IPv6 address takes IPv4 connections too; port 0 means any free port.
    ///
    /// A file that an ended server left at a Unix socket's path is replaced; one that somebody listens on is not.
    ///
    /// - Parameter unixMode: who may connect to a Unix socket.
    /// - Throws: `addressUnavailable` if the machine has no such address, `cannotListen` for other reasons.
    package static func listening(on address: SocketAddress, unixMode: UInt16 = 0o600) throws(SocketError) -> Socket {
        if case .unix(let path) = address {
            guard !path.isEmpty, path.utf8.count <= SocketAddress.longestPath else {
                throw .cannotListen(
                    "\(address)", reason: "the path has to have 1 to \(SocketAddress.longestPath) bytes")
            }
            removeStaleSocket(at: path)
        }
        let socket = try open(for: address)
        socket.set(SO_REUSEADDR, to: 1)
        if address.family == AF_INET6 {
            socket.set(IPV6_V6ONLY, level: Int32(IPPROTO_IPV6), to: address.ip?.isUnspecified == true ? 0 : 1)
        }
        // Linux makes the file with the socket's mode, so that it is never open to more; others are told afterwards.
        if case .unix = address { fchmod(socket.descriptor, mode_t(unixMode)) }
        let bound = unsafe address.withRaw { unsafe bind(socket.descriptor, $0, $1) }
        if case .unix(let path) = address, bound == 0 { unsafe chmod(path, mode_t(unixMode)) }
        guard bound == 0, listen(socket.descriptor, 1024) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            if errno == EADDRNOTAVAIL { throw .addressUnavailable("\(address)", reason: reason) }
            throw .cannotListen("\(address)", reason: reason)
        }
        return socket
    }

    /// A socket whose connection is under way: once it is writable, `connectionFailure` tells how it went.
    package static func connecting(to address: SocketAddress) throws(SocketError) -> Socket {
        if case .unix(let path) = address, path.utf8.count > SocketAddress.longestPath {
            throw .cannotConnect("\(address)", reason: "the path has more than \(SocketAddress.longestPath) bytes")
        }
        let socket = try open(for: address)
        socket.setNoDelay()
        let code = unsafe address.withRaw { unsafe connect(socket.descriptor, $0, $1) }
        guard code == 0 || errno == EINPROGRESS || errno == EINTR else {
            throw .cannotConnect("\(address)", reason: unsafe String(cString: strerror(errno)))
        }
        return socket
    }

    /// Why connecting failed, nil if it did not.
    package var connectionFailure: String? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return "unknown" }
        return code == 0 ? nil : unsafe String(cString: strerror(code))
    }

    /// The next connection that waits at a listening socket, nil if none does.
    ///
    /// - Throws: `tooManyFiles` if the process has no descriptor left: the connection goes on waiting.
    package func accept() throws(SocketError) -> Socket? {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let (accepted, address) = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    #if canImport(Glibc)
                        let accepted = unsafe Glibc.accept(descriptor, raw, &length)
                    #elseif canImport(Musl)
                        let accepted = unsafe Musl.accept(descriptor, raw, &length)
                    #else
                        let accepted = unsafe Darwin.accept(descriptor, raw, &length)
                    #endif
                    return unsafe (accepted, accepted >= 0 ? SocketAddress(raw, length: length) : nil)
                }
            }
            if accepted >= 0 {
                let socket = Socket(adopting: accepted, peer: address)
                if address?.ip != nil {
                    socket.setNoDelay()
                    socket.noticeVanishedPeer()
                }
                return socket
            }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO: continue
            case EAGAIN, EWOULDBLOCK: return nil
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: throw .tooManyFiles
            default: throw .system("accept")
            }
        }
    }

    /// Where this end of the socket is: tells the port that the system chose.
    package var localAddress: SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                guard unsafe getsockname(descriptor, raw, &length) == 0 else { return nil }
                return unsafe SocketAddress(raw, length: length)
            }
        }
    }

    // MARK: Moving bytes

    /// Whether bytes may have been taken from the system that nobody has read yet: no poller tells of them, so reading
    /// has to go on until it would block.
    package var readsAhead: Bool { session != nil }

    /// Reads what is there, at most the buffer's length, to its start.
    package func receive(into buffer: inout [UInt8]) -> Outcome {
        if let session { return session.receive(into: &buffer) }
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed
        }
    }

    /// Sends bytes of an array from an offset on, as many as the system takes.
    package func send(_ bytes: [UInt8], from offset: Int) -> Outcome {
        if let session { return session.send(bytes, from: offset) }
        while true {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
                #if canImport(Glibc)
                    return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Self.noSignal)
                #elseif canImport(Musl)
                    return unsafe Musl.send(descriptor, rest.baseAddress, rest.count, Self.noSignal)
                #else
                    return unsafe Darwin.send(descriptor, rest.baseAddress, rest.count, Self.noSignal)
                #endif
            }
            if count >= 0 { return .moved(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed
        }
    }

    /// Says that no more bytes will be sent; reading goes on. Under TLS the other side learns it with the end of both.
    package func finishSending() { if session == nil { shutdown(descriptor, Self.shutWriting) } }

    /// Fixes the system's send buffer, which otherwise grows to megabytes for a slow reader.
    package func setSendBuffer(bytes: Int) { set(SO_SNDBUF, to: Int32(clamping: bytes)) }

    /// Small writes go out at once: a streamed token must not wait for the next.
    private func setNoDelay() { set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1) }

    /// Has the system ask a silent peer whether it is still there: a machine that lost power says no goodbye. A broken
    /// connection is noticed within about a minute.
    private func noticeVanishedPeer() {
        set(SO_KEEPALIVE, to: 1)
        #if os(Linux)
            set(TCP_KEEPIDLE, level: Int32(IPPROTO_TCP), to: 30)
            set(TCP_KEEPINTVL, level: Int32(IPPROTO_TCP), to: 10)
            set(TCP_KEEPCNT, level: Int32(IPPROTO_TCP), to: 3)
            set(TCP_USER_TIMEOUT, level: Int32(IPPROTO_TCP), to: 60_000)
        #endif
    }

    private func set(_ option: Int32, level: Int32 = SOL_SOCKET, to value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Unix sockets

    /// Removes a Unix socket's file.
    package static func removeFile(at path: String) { unsafe unlink(path) }

    /// Removes the file of a Unix socket that nobody listens on.
    private static func removeStaleSocket(at path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        guard let probe = try? open(for: .unix(path: path)) else { return }
        let code = unsafe SocketAddress.unix(path: path).withRaw { unsafe connect(probe.descriptor, $0, $1) }
        if code != 0, errno == ECONNREFUSED { removeFile(at: path) }
    }
}
