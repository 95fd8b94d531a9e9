/// Why there is no encrypted connection.
package enum SecureError: Error, Equatable, Sendable {
    /// The machine lacks the library: what to install.
    case unavailable(reason: String)
    /// The other side could not prove who it is.
    case untrusted(reason: String)
    case cannotConnect(reason: String)
    case timedOut
}

/// An encrypted connection that libcurl made.
///
/// - Note: one thread at a time may use it.
@safe package final class SecureSession: Sendable {
    /// What to connect to, and how.
    package struct Options: Sendable {
        /// Host and port, as in a URL.
        package var authority: String
        /// False: whoever answers is believed.
        package var verifies = true
        /// A file of certificates to trust instead of the system's.
        package var certificateFile: String?
        /// A folder of certificates to trust instead of the system's.
        package var certificateFolder: String?
        /// The URL of a proxy, nil for none.
        package var proxy: String?
        package var connectTime: Duration = .seconds(10)

        package init(authority: String) { self.authority = authority }
    }

    let descriptor: Int32
    private nonisolated(unsafe) let handle: CurlLibrary.Handle
    private let library: CurlLibrary

    private static let ok: Int32 = 0
    private static let timedOut: Int32 = 28
    private static let unverifiedPeer: Int32 = 60
    private static let tryAgain: Int32 = 81
    private static let badCertificateFile: Int32 = 77
    private static let errorByteCount = 256
    private static let http11 = 2

    /// Connects. Blocks until the connection stands or has failed.
    ///
    /// - Parameter library: nil where the machine has none.
    package static func connect(
        _ options: Options, library: CurlLibrary? = .shared
    ) throws(SecureError) -> SecureSession {
        guard let library else {
            throw .unavailable(
                reason: "https needs libcurl, which is not on this machine: install it (Debian and Ubuntu: libcurl4, "
                    + "Fedora and Alpine: libcurl) and try again")
        }
        guard let handle = unsafe library.makeHandle() else { throw .cannotConnect(reason: "out of memory") }
        unsafe set(options, library, handle)
        var words = [UInt8](repeating: 0, count: errorByteCount)
        let code = unsafe words.withUnsafeMutableBytes { buffer in
            unsafe library.setErrorBuffer(buffer.baseAddress, of: handle)
            defer { unsafe library.setErrorBuffer(nil, of: handle) }
            return unsafe library.perform(handle)
        }
        if code == ok, let descriptor = unsafe library.descriptor(of: handle) {
            return unsafe SecureSession(descriptor: descriptor, handle: handle, library: library)
        }
        unsafe library.destroyHandle(handle)
        let text = String(decoding: words.prefix { $0 != 0 }, as: UTF8.self)
        let reason = text.isEmpty ? library.text(code) : text
        switch code {
        case timedOut: throw .timedOut
        case unverifiedPeer: throw .untrusted(reason: reason)
        case badCertificateFile: throw .untrusted(reason: reason)
        default: throw .cannotConnect(reason: reason)
        }
    }

    private static func set(_ options: Options, _ library: CurlLibrary, _ handle: CurlLibrary.Handle) {
        unsafe library.set(.url, "https://\(options.authority)/", of: handle)
        unsafe library.set(.noSignal, 1, of: handle)
        unsafe library.set(.connectOnly, 1, of: handle)
        unsafe library.set(.connectTimeoutMilliseconds, Int(options.connectTime / .milliseconds(1)), of: handle)
        // What is spoken over the connection is HTTP/1.1: no other protocol may be agreed on.
        unsafe library.set(.httpVersion, http11, of: handle)
        unsafe library.set(.sslEnableALPN, 0, of: handle)
        unsafe library.set(.sslVerifyPeer, options.verifies ? 1 : 0, of: handle)
        unsafe library.set(.sslVerifyHost, options.verifies ? 2 : 0, of: handle)
        if let file = options.certificateFile {
            unsafe library.set(.caFile, file, of: handle)
            unsafe library.set(.proxyCAFile, file, of: handle)
        }
        if let folder = options.certificateFolder { unsafe library.set(.caFolder, folder, of: handle) }
        // Which proxy is used has been decided: libcurl's own look at the environment is turned off.
        unsafe library.set(.proxy, options.proxy ?? "", of: handle)
        unsafe library.set(.noProxy, "", of: handle)
        unsafe library.set(.httpProxyTunnel, 1, of: handle)
    }

    private init(descriptor: Int32, handle: CurlLibrary.Handle, library: CurlLibrary) {
        self.descriptor = descriptor
        unsafe self.handle = handle
        self.library = library
    }

    deinit { unsafe library.destroyHandle(handle) }

    /// Reads what is there, at most the buffer's length, to its start.
    func receive(into buffer: inout [UInt8]) -> Socket.Outcome {
        var count = 0
        let code = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe library.receive(handle, bytes.baseAddress, bytes.count, &count)
        }
        if code == Self.tryAgain { return .wouldBlock }
        guard code == Self.ok else { return .failed }
        return count > 0 ? .moved(count) : .ended
    }

    /// Sends bytes of an array from an offset on. After `wouldBlock` the same bytes have to be sent again.
    func send(_ bytes: [UInt8], from offset: Int) -> Socket.Outcome {
        var count = 0
        let code = unsafe bytes.withUnsafeBytes { buffer in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
            return unsafe library.send(handle, rest.baseAddress, rest.count, &count)
        }
        if code == Self.tryAgain { return .wouldBlock }
        guard code == Self.ok else { return .failed }
        return count > 0 ? .moved(count) : .wouldBlock
    }
}
