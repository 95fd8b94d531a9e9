/// Eight pairs of a scale and a minimum, 6 bits each, in 12 bytes: what Q4_K and Q5_K blocks carry.
///
/// Bytes 0 to 3 hold scales 0 to 3, bytes 4 to 7 minimums 0 to 3 in their low six bits; bytes 8 to 11 hold the low
/// four bits of scales (low half) and minimums (high half) 4 to 7, whose two high bits are the top bits of
/// bytes 0 to 7.
enum GroupScales6 {
    /// The pair of a group.
    ///
    /// - Parameter bytes: 12 readable bytes.
    @inline(__always)
    static func pair(_ group: Int, in bytes: UnsafeRawPointer) -> (scale: UInt8, minimum: UInt8) {
        if group < 4 { return unsafe (bytes.byte(at: group) & 63, bytes.byte(at: group + 4) & 63) }
        let low = unsafe bytes.byte(at: group + 4)
        return unsafe (
            low & 15 | (bytes.byte(at: group - 4) >> 6) << 4,
            low >> 4 | (bytes.byte(at: group) >> 6) << 4
        )
    }

    /// Writes all pairs.
    ///
    /// - Parameter bytes: room for 12 bytes.
    static func store(
        scales: InlineArray<8, UInt8>, minimums: InlineArray<8, UInt8>, to bytes: UnsafeMutableRawPointer
    ) {
        for j in 0..<4 {
            unsafe bytes.set(byte: scales[j] | (scales[j + 4] >> 4) << 6, at: j)
            unsafe bytes.set(byte: minimums[j] | (minimums[j + 4] >> 4) << 6, at: j + 4)
            unsafe bytes.set(byte: scales[j + 4] & 15 | minimums[j + 4] << 4, at: j + 8)
        }
    }
}
