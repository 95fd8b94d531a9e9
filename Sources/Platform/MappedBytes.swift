#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Immutable bytes that live outside Swift's heap: a file mapped read-only, or memory of the binary itself.
///
/// The bytes stay valid as long as the object lives. A mapped file that another process shortens would
/// fault on access; that is the one hazard of mapping, shared with every engine that maps its weights.
@safe package final class MappedBytes: Sendable {
    /// Number of bytes.
    package let count: Int
    /// Where the bytes came from, for messages.
    package let path: String
    /// What the file at `path` was when it was mapped; nil for bytes that no path leads to.
    package let identity: FileIdentity?
    /// - Note: never null, `count` readable bytes, never written while the object lives.
    private nonisolated(unsafe) let base: UnsafeRawPointer
    private let isMapped: Bool

    /// Maps a whole file read-only.
    ///
    /// - Throws: `notFound`, `isDirectory` or `notReadable`.
    package convenience init(contentsOf path: String) throws(PlatformError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.openError(path) }
        defer { close(descriptor) }
        try self.init(descriptor: descriptor, path: path, isNamed: true)
    }

    private init(descriptor: Int32, path: String, isNamed: Bool) throws(PlatformError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .notReadable(path: path, reason: Self.lastErrorText())
        }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .notReadable(path: path, reason: "not a regular file")
        }
        self.path = path
        identity = isNamed ? FileIdentity(status) : nil
        count = Int(status.st_size)
        guard count > 0 else {
            unsafe base = Self.emptyBase
            isMapped = false
            return
        }
        guard let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), unsafe address != MAP_FAILED
        else { throw .notReadable(path: path, reason: Self.lastErrorText()) }
        unsafe base = UnsafeRawPointer(address)
        isMapped = true
    }

    /// Reads everything that a descriptor gives (a pipe, say) into an unnamed temporary file, and maps that.
    ///
    /// - Parameter name: stands for the path in messages.
    /// - Throws: `notReadable`, or `notWritable` if the temporary folder is full.
    package static func spooling(_ descriptor: Int32, name: String) throws(PlatformError) -> MappedBytes {
        guard let file = unsafe tmpfile() else {
            throw .notWritable(path: "temporary file", reason: lastErrorText())
        }
        defer { unsafe fclose(file) }
        let target = unsafe fileno(file)
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .notReadable(path: name, reason: lastErrorText()) }
            if count == 0 { break }
            let failure = chunk.withBytes { writeWhole($0.extracting(0..<count), to: target) }
            if let failure {
                throw .notWritable(path: "temporary file", reason: unsafe String(cString: strerror(failure)))
            }
        }
        return try MappedBytes(descriptor: target, path: name, isNamed: false)
    }

    /// Borrows memory that is never freed, such as an array compiled into the binary.
    ///
    /// - Precondition: `bytes` stays valid and unchanged for the rest of the process.
    package init(borrowing bytes: UnsafeRawBufferPointer, name: String) {
        path = name
        identity = nil
        count = bytes.count
        unsafe base = bytes.baseAddress ?? Self.emptyBase
        isMapped = false
    }

    deinit {
        if isMapped { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// Runs `body` on all bytes.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe UnsafeRawBufferPointer(start: base, count: count).bytes)
    }

    /// Tells the kernel that a range will not be needed again soon, so that its pages can go.
    ///
    /// Only whole pages inside the range are released; reading them later fetches them from the file again.
    package func release(_ range: Range<Int>) {
        guard isMapped else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let lower = (range.lowerBound + page - 1) / page * page
        let upper = range.upperBound / page * page
        guard lower < upper, range.lowerBound >= 0, upper <= count else { return }
        unsafe madvise(UnsafeMutableRawPointer(mutating: base + lower), upper - lower, MADV_DONTNEED)
    }

    /// Tells the kernel that the bytes are read from front to back, again and again: it reads far ahead, and first
    /// drops what was just read.
    package func expectSequentialReads() {
        guard isMapped else { return }
        unsafe madvise(UnsafeMutableRawPointer(mutating: base), count, MADV_SEQUENTIAL)
    }

    /// Base address for the fenced modules (kernels pack straight from the mapping).
    ///
    /// - Note: valid while the object lives; `count` bytes.
    @unsafe package var baseAddress: UnsafeRawPointer { unsafe base }

    private static var emptyBase: UnsafeRawPointer {
        unsafe UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
    }

    private static func openError(_ path: String) -> PlatformError {
        errno == ENOENT || errno == ENOTDIR ? .notFound(path: path) : .notReadable(path: path, reason: lastErrorText())
    }

    private static func lastErrorText() -> String { unsafe String(cString: strerror(errno)) }
}

/// What tells a file from another, or from what it was before it was changed.
package struct FileIdentity: Equatable, Sendable {
    package let byteCount: Int
    /// When the contents last changed.
    package let modified: FileTime
    /// Its number in its file system (inode).
    package let number: UInt64

    fileprivate init(_ status: stat) {
        byteCount = Int(status.st_size)
        modified = FileTime(modificationOf: status)
        number = UInt64(status.st_ino)
    }
}

/// A range of mapped bytes together with their owner: what a tensor in a file is.
package struct ByteRange: Sendable {
    package let owner: MappedBytes
    package let range: Range<Int>

    /// - Precondition: `range` lies within the owner's bytes.
    package init(owner: MappedBytes, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= owner.count, "byte range outside its owner")
        self.owner = owner
        self.range = range
    }

    package var count: Int { range.count }

    /// Runs `body` on the bytes of the range.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try owner.withBytes { bytes throws(Failure) in try body(bytes.extracting(range)) }
    }
}
