#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The process's own output and error streams, written without a buffer.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Whether a person looks at it, not a file or another program.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Whether standard input is somebody's keyboard.
    package static var isInputTerminal: Bool { isatty(0) == 1 }

    /// Writes all bytes.
    ///
    /// - Throws: `closedPipe` if nobody reads any more (see `ignoreClosedPipes`), else `notWritable`.
    package func write(_ bytes: RawSpan) throws(PlatformError) {
        guard let failure = writeWhole(bytes, to: rawValue) else { return }
        if failure == EPIPE { throw .closedPipe }
        throw .notWritable(path: "\(self)", reason: unsafe String(cString: strerror(failure)))
    }

    /// From now on a write to a closed pipe is an error to handle, not the end of the process.
    package static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }
}
