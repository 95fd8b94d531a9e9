import Quantization

/// The scale of a vector of eight-bit codes, `max|x| / 127`; NaN if not all are finite.
///
/// Below 2⁻¹¹⁰ the reciprocal would overflow; such vectors become zero.
private struct ByteScale {
    let scale: Float
    let inverse: Float

    @inline(__always)
    init(_ x: UnsafePointer<Float>, paddedCount: Int) {
        var greatests = Vector()
        // Zero, or NaN from the first number on that is not finite.
        var zeros = Vector()
        for i in stride(from: 0, to: paddedCount, by: 16) {
            greatests = greater(greatests, magnitude(load(x, i)))
            zeros += load(x, i) * 0
        }
        let greatest = greatest(greatests)
        scale = greatest / 127 + sum(zeros)
        inverse = greatest < 0x1p-110 ? 0 : 127 / greatest
    }
}

/// The nearest integers, ties to even.
@inline(__always)
private func codes(_ x: Vector, _ scale: ByteScale) -> SIMD16<Int32> {
    unsafeBitCast(x * scale.inverse + 0x1.8p23, to: SIMD16<Int32>.self) &- 0x4B40_0000
}

/// Sixteen codes as words of four.
@inline(__always)
private func words(_ codes: SIMD16<Int32>) -> SIMD4<UInt32> {
    unsafeBitCast(lowBytes16(codes), to: SIMD4<UInt32>.self)
}

/// Copies a head's vector, rotates it and pads it with zeros to 16.
@inline(__always)
private func rotated(_ x: UnsafePointer<Float>, count: Int, in scratch: UnsafeMutablePointer<Float>) {
    scratch.update(from: x, count: count)
    for i in count..<(count + 15) & ~15 { scratch[i] = 0 }
    rotate(scratch, count: count)
}

extension HeadShape {
    /// Whether a page holds integers. By pattern: `==` would be a weak symbol of this instruction set.
    @inline(__always)
    var hasCodes: Bool { if case .int8 = numbers { true } else { false } }
}

extension Vectors {
    /// A key goes to a column of words, a value to a column of bytes.
    static func storeBytes(_ entry: CacheEntry) {
        let (shape, x, position) = (entry.shape, entry.scratch, entry.position)
        rotated(entry.key, count: shape.keyLength, in: x)
        let key = ByteScale(x, paddedCount: (shape.keyLength + 15) & ~15)
        let lane = entry.page.keys + (position / 16 * shape.keyWords * 64 + position % 16 * 4)
        for i in stride(from: 0, to: shape.keyWords, by: 4) {
            let words = words(codes(load(x, i * 4), key)) ^ 0x8080_8080
            for j in 0..<min(4, shape.keyWords - i) { (lane + (i + j) * 64).storeBytes(of: words[j], as: UInt32.self) }
        }

        rotated(entry.value, count: shape.valueLength, in: x)
        let value = ByteScale(x, paddedCount: shape.valueStride)
        let column = entry.page.values + (position / 4 * shape.valueStride * 4 + position % 4)
        for i in stride(from: 0, to: shape.valueStride, by: 16) {
            let bytes = lowBytes16(codes(load(x, i), value))
            for j in 0..<16 { (column + (i + j) * 4).storeBytes(of: bytes[j], as: UInt8.self) }
        }
        // Stale scales of values meet weights of zero and must be finite. A NaN scale of the key does for both.
        let keyScales = entry.page.keys + 64 * 4 * shape.keyWords
        let valueScales = entry.page.values + 64 * shape.valueStride
        (keyScales + position * 4).storeBytes(of: key.scale + value.scale * 0, as: Float.self)
        (valueScales + position * 4).storeBytes(of: value.scale.isNaN ? 0 : value.scale, as: Float.self)
    }

    /// Queries as the keys are, their scales times that of the scores.
    static func packByteQueries(_ queries: BlockQueries, into block: AttentionBlock) {
        let (shape, x) = (block.shape, queries.scratch)
        let unit = shape.softCap > 0 ? queries.scale : queries.scale * log2e
        forEachTile(block.queryCount) { first, count in
            let packed = UnsafeMutableRawPointer(block.queries + first * shape.queryWords)
            let scales = packed + shape.head.keyWords * 4 * count
            for m in 0..<count {
                let (row, head) = (first + m).quotientAndRemainder(dividingBy: shape.groupSize)
                rotated(
                    queries.base + (row * queries.rowStride + head * shape.keyLength), count: shape.keyLength, in: x)
                let scale = ByteScale(x, paddedCount: (shape.keyLength + 15) & ~15)
                var sums = SIMD16<Int32>()
                for i in stride(from: 0, to: shape.head.keyWords, by: 4) {
                    let codes = codes(load(x, i * 4), scale)
                    let words = words(codes)
                    sums &+= codes
                    for j in 0..<min(4, shape.head.keyWords - i) {
                        (packed + ((i + j) * count + m) * 4).storeBytes(of: words[j], as: UInt32.self)
                    }
                }
                (scales + m * 4).storeBytes(of: scale.scale * unit, as: Float.self)
                (scales + (count + m) * 4).storeBytes(of: sum(sums), as: Int32.self)
            }
        }
    }
}
