#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Owned, zeroed memory from the operating system, aligned to at least 64 bytes and, when large, to 2 MB huge pages.
///
/// Memory comes from an anonymous mapping, so untouched pages cost nothing and all are zero at first.
@safe package struct AlignedBuffer: ~Copyable, @unchecked Sendable {
    // Sendable: the buffer owns its mapping alone; sharing it is the holder's contract, as with any value.
    /// Number of usable bytes.
    package let count: Int
    /// - Note: `count` bytes, 64-byte aligned (2 MB aligned from 2 MB up), readable and writable.
    @unsafe package let base: UnsafeMutableRawPointer
    private let mapping: UnsafeMutableRawPointer
    private let mappingCount: Int

    private static let hugePage = 2 << 20

    /// Allocates `count` zeroed bytes.
    ///
    /// - Throws: `outOfMemory`.
    package init(count: Int) throws(PlatformError) {
        precondition(count >= 0)
        let isLarge = count >= Self.hugePage
        let (padded, overflow) = max(count, 64).addingReportingOverflow(isLarge ? 2 * Self.hugePage : 0)
        guard !overflow,
            let address = unsafe mmap(nil, padded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe address != MAP_FAILED
        else { throw .outOfMemory(bytes: count) }
        self.count = count
        unsafe mapping = address
        mappingCount = padded
        guard isLarge else {
            unsafe base = address
            return
        }
        let offset = (Self.hugePage - Int(bitPattern: address) % Self.hugePage) % Self.hugePage
        unsafe base = address + offset
        #if os(Linux)
            unsafe madvise(base, (count + Self.hugePage - 1) / Self.hugePage * Self.hugePage, MADV_HUGEPAGE)
        #endif
    }

    deinit { unsafe munmap(mapping, mappingCount) }
}
