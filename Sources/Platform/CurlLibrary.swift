internal import Intrinsics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The system's libcurl, opened when the first encrypted connection is made: TLS is not ours to write, and whoever needs
/// none need not have it.
///
/// Of libcurl only connections are used (`CURLOPT_CONNECT_ONLY`): names, proxies, TLS and certificates are its business,
/// HTTP is ours.
@safe package struct CurlLibrary: Sendable {
    typealias Handle = UnsafeMutableRawPointer

    nonisolated(unsafe) let makeHandle: @convention(c) () -> Handle?
    nonisolated(unsafe) let destroyHandle: @convention(c) (Handle) -> Void
    nonisolated(unsafe) let perform: @convention(c) (Handle) -> Int32
    nonisolated(unsafe) let send: @convention(c) (Handle, UnsafeRawPointer?, Int, UnsafeMutablePointer<Int>) -> Int32
    nonisolated(unsafe) let receive:
        @convention(c) (Handle, UnsafeMutableRawPointer?, Int, UnsafeMutablePointer<Int>) -> Int32
    private nonisolated(unsafe) let errorText: @convention(c) (Int32) -> UnsafePointer<CChar>?
    /// Functions of variable arguments, which C calls.
    private nonisolated(unsafe) let setOption: UnsafeMutableRawPointer
    private nonisolated(unsafe) let getInfo: UnsafeMutableRawPointer

    /// The library; nil if the machine has none.
    package static let shared = CurlLibrary(names: standardNames)

    private static let standardNames = [
        "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib", "/usr/lib/libcurl.4.dylib", "libcurl.so",
    ]
    private static let globalInitAll = 3

    /// Opens the first library that is there and has what is needed.
    package init?(names: [String]) {
        for name in names {
            guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            if let opened = unsafe CurlLibrary(opened: library) {
                self = opened
                return
            }
        }
        return nil
    }

    private init?(opened library: UnsafeMutableRawPointer) {
        guard let begin = unsafe dlsym(library, "curl_global_init"),
            let make = unsafe dlsym(library, "curl_easy_init"),
            let destroy = unsafe dlsym(library, "curl_easy_cleanup"),
            let perform = unsafe dlsym(library, "curl_easy_perform"),
            let send = unsafe dlsym(library, "curl_easy_send"),
            let receive = unsafe dlsym(library, "curl_easy_recv"),
            let text = unsafe dlsym(library, "curl_easy_strerror"),
            let setOption = unsafe dlsym(library, "curl_easy_setopt"),
            let getInfo = unsafe dlsym(library, "curl_easy_getinfo")
        else { return nil }
        let globalInit = unsafe unsafeBitCast(begin, to: (@convention(c) (Int) -> Int32).self)
        guard globalInit(Self.globalInitAll) == 0 else { return nil }
        unsafe makeHandle = unsafeBitCast(make, to: (@convention(c) () -> Handle?).self)
        unsafe destroyHandle = unsafeBitCast(destroy, to: (@convention(c) (Handle) -> Void).self)
        unsafe self.perform = unsafeBitCast(perform, to: (@convention(c) (Handle) -> Int32).self)
        unsafe self.send = unsafeBitCast(
            send, to: (@convention(c) (Handle, UnsafeRawPointer?, Int, UnsafeMutablePointer<Int>) -> Int32).self)
        unsafe self.receive = unsafeBitCast(
            receive,
            to: (@convention(c) (Handle, UnsafeMutableRawPointer?, Int, UnsafeMutablePointer<Int>) -> Int32).self)
        unsafe errorText = unsafeBitCast(text, to: (@convention(c) (Int32) -> UnsafePointer<CChar>?).self)
        unsafe self.setOption = setOption
        unsafe self.getInfo = getInfo
    }

    /// An option's number in libcurl's stable interface.
    enum Option: Int32 {
        case sslVerifyPeer = 64
        case sslVerifyHost = 81
        case httpVersion = 84
        case noSignal = 99
        case httpProxyTunnel = 61
        case connectOnly = 141
        case connectTimeoutMilliseconds = 156
        case sslEnableALPN = 226
        case url = 10002
        case proxy = 10004
        case errorBuffer = 10010
        case caFile = 10065
        case caFolder = 10097
        case noProxy = 10177
        case proxyCAFile = 10246
    }

    /// Sets an option that is a number. One that this libcurl does not know is left out.
    func set(_ option: Option, _ value: Int, of handle: Handle) {
        _ = unsafe isa_curl_set_number(setOption, handle, option.rawValue, value)
    }

    /// Sets an option that is a text, which libcurl copies.
    func set(_ option: Option, _ value: String, of handle: Handle) {
        _ = unsafe value.withCString { unsafe isa_curl_set_pointer(setOption, handle, option.rawValue, $0) }
    }

    /// Sets where libcurl writes what went wrong: 256 bytes that stay until it is set to nil.
    func setErrorBuffer(_ buffer: UnsafeMutableRawPointer?, of handle: Handle) {
        _ = unsafe isa_curl_set_pointer(setOption, handle, Option.errorBuffer.rawValue, buffer)
    }

    /// The descriptor of a handle's connection; nil if it has none.
    func descriptor(of handle: Handle) -> Int32? {
        var descriptor: Int32 = -1
        guard unsafe isa_curl_socket(getInfo, handle, &descriptor) == 0, descriptor >= 0 else { return nil }
        return descriptor
    }

    /// libcurl's words for a code.
    func text(_ code: Int32) -> String {
        guard let text = unsafe errorText(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
