#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file of a known size whose ranges come in any order, also at the same time.
package final class PartialFile: Sendable {
    package let path: String
    private let descriptor: Int32

    /// Opens or makes a file and gives it a size; what is in it stays.
    ///
    /// - Throws: `notWritable`.
    package init(path: String, byteCount: Int) throws(PlatformError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0, ftruncate(descriptor, off_t(byteCount)) == 0 else { throw failure }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Writes bytes to a place.
    ///
    /// - Throws: `notWritable`, such as where the disk is full.
    package func write(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(PlatformError) {
        let failed = unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return true }
                written += count
            }
            return false
        }
        if failed { throw failure }
    }

    /// Waits until what is written is on the device.
    ///
    /// - Throws: `notWritable`.
    package func flush() throws(PlatformError) {
        guard fsync(descriptor) == 0 else { throw failure }
    }

    private var failure: PlatformError { .notWritable(path: path, reason: unsafe String(cString: strerror(errno))) }
}
