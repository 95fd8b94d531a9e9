#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The terminal that standard input comes from.
///
/// Whatever mode it was put in, it has its own back when this value goes away.
package struct Terminal: ~Copyable {
    /// How the terminal treats keys.
    package enum Mode: Sendable {
        /// As it was found: lines, echo, signals.
        case lines
        /// Every byte at once, nothing shown, no signals: for an editor.
        case keys
        /// Nothing shown, but Ctrl-C interrupts: while something else is written.
        case silent
    }

    /// What waiting for keys came to.
    package enum Input: Equatable, Sendable {
        case bytes([UInt8])
        /// Nothing came in time.
        case timeOut
        /// A signal came: the window may have another size, somebody may want the process to end.
        case signal
        /// The terminal is gone.
        case ended
    }

    private let original: termios
    private var mode = Mode.lines

    /// Nil if standard input is no terminal.
    package init?() {
        var settings = termios()
        guard unsafe tcgetattr(0, &settings) == 0 else { return nil }
        original = settings
        SignalBell.install()
        signal(SIGWINCH) { _ in SignalBell.ring() }
    }

    deinit { Self.apply(original) }

    /// Changes how keys are treated from now on.
    package mutating func set(_ newMode: Mode) {
        mode = newMode
        var settings = original
        if newMode != .lines {
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
            settings.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON)
        }
        if newMode == .keys { settings.c_lflag &= ~tcflag_t(ISIG) }
        Self.apply(settings)
    }

    private static func apply(_ settings: termios) {
        var settings = settings
        while unsafe tcsetattr(0, TCSADRAIN, &settings) != 0, errno == EINTR {}
    }

    /// Waits for keys, blocking the thread.
    ///
    /// - Parameter milliseconds: how long; nil is forever.
    package func read(milliseconds: Int32? = nil) -> Input {
        var requests = [
            pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
            pollfd(fd: SignalBell.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let ready = unsafe poll(&requests, 2, milliseconds ?? -1)
        if ready == 0 { return .timeOut }
        guard ready > 0 else { return errno == EINTR ? .signal : .ended }
        if requests[1].revents != 0 {
            SignalBell.silence()
            return .signal
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Self.read(0, $0.baseAddress, $0.count) }
        if count < 0 { return errno == EINTR || errno == EAGAIN ? .signal : .ended }
        return count == 0 ? .ended : .bytes(Array(buffer[..<count]))
    }

    private static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.read(descriptor, buffer, count)
        #elseif canImport(Musl)
            unsafe Musl.read(descriptor, buffer, count)
        #else
            unsafe Darwin.read(descriptor, buffer, count)
        #endif
    }

    /// Stops the process as Ctrl-Z does; returns when it is continued, in the same mode.
    package mutating func suspend() {
        let wanted = mode
        set(.lines)
        // A signal to the process may come a little later; one to this thread, which Dispatch has shielded from
        // signals, stops it before it goes on.
        var stop = sigset_t()
        var earlier = sigset_t()
        unsafe sigemptyset(&stop)
        unsafe sigaddset(&stop, SIGTSTP)
        unsafe pthread_sigmask(SIG_UNBLOCK, &stop, &earlier)
        raise(SIGTSTP)
        unsafe pthread_sigmask(SIG_SETMASK, &earlier, nil)
        set(wanted)
    }

    /// Columns and rows of the terminal that output goes to; 80 × 24 where nobody says.
    package static var size: (columns: Int, rows: Int) {
        for descriptor: Int32 in [1, 2, 0] {
            var window = winsize()
            guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { continue }
            return (Int(window.ws_col), window.ws_row > 0 ? Int(window.ws_row) : 24)
        }
        return (80, 24)
    }
}

/// Programs that the user's shell starts in the foreground, at this process's terminal.
package enum ForegroundProgram {
    /// Runs a line of shell and waits; returns the exit code, or nil if it could not run or a signal ended it.
    package static func run(_ line: String) -> Int32? {
        let status = unsafe system(line)
        return status != -1 && status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
    }
}
