#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file beside the target, which `finish` flushes and renames. If it is dropped before, by an
/// error or a cancelled task, the temporary file is removed and whatever stood at the path stays as it was.
package struct AtomicFile: ~Copyable {
    /// Where the file will be.
    package let path: String
    /// Bytes written so far.
    package private(set) var count = 0
    private let temporaryPath: String
    private let descriptor: Int32
    private var isFinished = false

    /// - Parameter isPrivate: nobody but the owner may read the file.
    /// - Throws: `isDirectory` or `notWritable`; also where the path names a device or a pipe, which must not be
    ///   replaced by a file.
    package init(path: String, isPrivate: Bool = false) throws(PlatformError) {
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(path: path) }
            throw .notWritable(path: path, reason: "not a regular file")
        }
        let suffix = String(UInt32.random(in: .min ... .max), radix: 16)
        let temporaryPath = "\(path).\(suffix).partial"
        let descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, isPrivate ? 0o600 : 0o666)
        guard descriptor >= 0 else { throw .notWritable(path: path, reason: Self.lastErrorText()) }
        self.path = path
        self.temporaryPath = temporaryPath
        self.descriptor = descriptor
    }

    deinit {
        guard !isFinished else { return }
        close(descriptor)
        unsafe unlink(temporaryPath)
    }

    /// Appends bytes.
    package mutating func write(_ bytes: RawSpan) throws(PlatformError) {
        if let failure = writeWhole(bytes, to: descriptor) {
            throw .notWritable(path: path, reason: unsafe String(cString: strerror(failure)))
        }
        count += bytes.byteCount
    }

    /// Flushes the bytes to the device and gives the file its name.
    ///
    /// - Parameter finalPath: where the file will be if that became clear only while it was written; on the same file
    ///   system as `path`.
    package consuming func finish(at finalPath: String? = nil) throws(PlatformError) {
        guard fsync(descriptor) == 0, unsafe rename(temporaryPath, finalPath ?? path) == 0 else {
            throw .notWritable(path: path, reason: Self.lastErrorText())
        }
        isFinished = true
        close(descriptor)
    }

    private static func lastErrorText() -> String { unsafe String(cString: strerror(errno)) }
}

/// Writes all bytes to a descriptor, however many calls it takes; returns the error number if one fails.
func writeWhole(_ bytes: RawSpan, to descriptor: Int32) -> Int32? {
    unsafe bytes.withUnsafeBytes { buffer in
        var rest = unsafe buffer[...]
        while unsafe !rest.isEmpty {
            let written = unsafe write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return errno }
            unsafe rest = rest.dropFirst(written)
        }
        return nil
    }
}
