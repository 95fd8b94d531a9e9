#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the operating system knows of a file or folder.
package struct FileStatus: Equatable, Sendable {
    package enum Kind: Sendable { case file, folder, other }

    package let kind: Kind
    package let byteCount: Int
    /// When the contents last changed.
    package let modified: FileTime
}

/// A moment as file systems keep it.
package struct FileTime: Equatable, Comparable, Sendable {
    /// Since 1970-01-01 00:00 UTC.
    package let seconds: Int
    /// 0 to 999,999,999.
    package let nanoseconds: Int

    package init(seconds: Int, nanoseconds: Int = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    init(modificationOf status: stat) {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// The present.
    package static var now: FileTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return FileTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// The moment so many whole seconds earlier.
    package static func - (time: FileTime, age: Duration) -> FileTime {
        FileTime(seconds: time.seconds - Int(age.components.seconds), nanoseconds: time.nanoseconds)
    }

    package static func < (one: FileTime, other: FileTime) -> Bool {
        (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
    }
}

/// Files and folders by their paths. Symbolic links are followed, as by any program that opens them.
package enum FileSystem {
    /// What is at a path; nil if nothing is.
    ///
    /// - Throws: `notReadable` where the operating system will not tell.
    package static func status(of path: String) throws(PlatformError) -> FileStatus? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .notReadable(path: path, reason: lastErrorText())
        }
        let kind: FileStatus.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        return FileStatus(
            kind: kind, byteCount: Int(status.st_size), modified: FileTime(modificationOf: status))
    }

    /// Names of what a folder holds, sorted by their bytes; none if there is no such folder. Names that are not UTF-8
    /// are left out: no path that this program makes can lead to them.
    ///
    /// - Throws: `notReadable`.
    package static func names(in folder: String) throws(PlatformError) -> [String] {
        guard let directory = unsafe opendir(folder) else {
            if errno == ENOENT { return [] }
            throw .notReadable(path: folder, reason: lastErrorText())
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The whole of a file that is expected to be small.
    ///
    /// - Throws: `notFound`, `isDirectory`, `notReadable`; the last too if the file has more than `limit` bytes.
    package static func contents(of path: String, limit: Int) throws(PlatformError) -> [UInt8] {
        guard let status = try status(of: path) else { throw .notFound(path: path) }
        guard status.kind != .folder else { throw .isDirectory(path: path) }
        guard status.kind == .file else { throw .notReadable(path: path, reason: "not a regular file") }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .notFound(path: path) : .notReadable(path: path, reason: lastErrorText())
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(max(status.byteCount, 0), limit) + 1)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .notReadable(path: path, reason: lastErrorText()) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else {
                throw .notReadable(path: path, reason: "has more than \(limit) bytes")
            }
        }
    }

    /// Makes a folder and those above it; does nothing if it is there.
    ///
    /// - Throws: `notWritable`.
    package static func createFolder(_ path: String) throws(PlatformError) {
        if let status = try status(of: path) {
            guard status.kind != .folder else { return }
            throw .notWritable(path: path, reason: "is a file, expected a folder")
        }
        if let parent = parent(of: path) { try createFolder(parent) }
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .notWritable(path: path, reason: lastErrorText())
        }
    }

    /// Removes a file; false if there was none.
    ///
    /// - Throws: `notWritable`.
    @discardableResult
    package static func removeFile(_ path: String) throws(PlatformError) -> Bool {
        if unsafe unlink(path) == 0 { return true }
        guard errno != ENOENT else { return false }
        throw .notWritable(path: path, reason: lastErrorText())
    }

    /// Removes a folder if it is empty; false if it is not, or cannot be removed, or is none.
    @discardableResult
    package static func removeEmptyFolder(_ path: String) -> Bool { unsafe rmdir(path) == 0 }

    /// Gives a file another path on the same file system, in place of what is there.
    ///
    /// - Throws: `notFound` if there is no such file, else `notWritable`.
    package static func rename(_ path: String, to target: String) throws(PlatformError) {
        #if canImport(Glibc)
            let result = unsafe Glibc.rename(path, target)
        #elseif canImport(Musl)
            let result = unsafe Musl.rename(path, target)
        #else
            let result = unsafe Darwin.rename(path, target)
        #endif
        guard result != 0 else { return }
        if errno == ENOENT, try status(of: path) == nil { throw .notFound(path: path) }
        throw .notWritable(path: target, reason: lastErrorText())
    }

    /// Sets a file's time of modification to the present.
    ///
    /// - Throws: `notWritable`.
    package static func touch(_ path: String) throws(PlatformError) {
        guard unsafe utimes(path, nil) == 0 else { throw .notWritable(path: path, reason: lastErrorText()) }
    }

    /// Bytes that this user can still write to the file system of a folder; nil where the system does not say.
    package static func freeByteCount(in folder: String) -> Int? {
        var facts = statvfs()
        guard unsafe statvfs(folder, &facts) == 0 else { return nil }
        let (count, overflows) = Int(clamping: facts.f_bavail).multipliedReportingOverflow(by: Int(facts.f_frsize))
        return overflows ? nil : count
    }

    /// Makes the names in a folder survive a power failure, where the file system can.
    package static func flushFolder(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The path of the folder that holds a path; nil for a root and for a single name.
    private static func parent(of path: String) -> String? {
        let bytes = Array(path.utf8)
        guard let nameEnd = bytes.lastIndex(where: { $0 != slash }),
            let cut = bytes[...nameEnd].lastIndex(of: slash),
            let parentEnd = bytes[..<cut].lastIndex(where: { $0 != slash })
        else { return nil }
        return String(decoding: bytes[...parentEnd], as: UTF8.self)
    }

    private static let slash = UInt8(ascii: "/")

    private static func lastErrorText() -> String { unsafe String(cString: strerror(errno)) }
}

/// The sole right to something that several processes share, as long as the value lives.
///
/// It is a lock on a file (`flock`), which the operating system takes back when the process ends, however it ends.
package struct FileLock: ~Copyable {
    private let descriptor: Int32

    private static let retryMilliseconds = 10

    /// Takes the lock if nobody has it; nil if somebody does.
    ///
    /// - Throws: `notWritable`.
    package static func attempt(path: String) throws(PlatformError) -> FileLock? {
        let descriptor = try opened(path)
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
        let code = errno
        close(descriptor)
        guard code != EWOULDBLOCK, code != EINTR else { return nil }
        throw .notWritable(path: path, reason: unsafe String(cString: strerror(code)))
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    private static func opened(_ path: String) throws(PlatformError) -> Int32 {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .notWritable(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        return descriptor
    }

    /// Waits for the lock; makes the file if it is not there.
    ///
    /// - Throws: `notWritable`, with another reason if the lock was not to be had in `patience`.
    package init(path: String, patience: Duration = .seconds(30)) throws(PlatformError) {
        let descriptor = try Self.opened(path)
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else {
                let reason =
                    errno == EWOULDBLOCK
                    ? "another process holds the lock" : unsafe String(cString: strerror(errno))
                close(descriptor)
                throw .notWritable(path: path, reason: reason)
            }
            usleep(UInt32(Self.retryMilliseconds * 1000))
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
