/// Copies out of raw bytes, for modules that may not touch memory themselves.
extension RawSpan {
    /// The bytes read as little-endian integers; trailing bytes that make no whole value are left out.
    ///
    /// *Complexity*: one copy of the bytes.
    @inlinable
    package func littleEndianIntegers<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> [Value] {
        let count = byteCount / MemoryLayout<Value>.size
        let values = unsafe [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[..<(count * MemoryLayout<Value>.size)]))
            }
            initialized = count
        }
        #if _endian(big)
            return values.map(Value.init(littleEndian:))
        #else
            return values
        #endif
    }

    /// The bytes as text, or nil if they are not valid UTF-8.
    package var validatedText: String? {
        unsafe withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Runs `body` on the bytes of the elements, in the byte order of this machine.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe span.withUnsafeBytes { bytes throws(Failure) in try body(unsafe RawSpan(_unsafeBytes: bytes)) }
    }
}
