package import Quantization

/// How a number of the cache is read and written.
protocol CacheNumber {
    static var byteCount: Int { get }
    static func load16(_ p: UnsafeRawPointer) -> Vector
    static func store16(_ value: Vector, to p: UnsafeMutableRawPointer)
    /// Writes lane `i` to `p + i · byteStride` for the first `count` lanes.
    static func scatter(_ value: Vector, to p: UnsafeMutableRawPointer, byteStride: Int, count: Int)
}

enum FloatNumber: CacheNumber {
    @inline(__always) static var byteCount: Int { 4 }

    @inline(__always)
    static func load16(_ p: UnsafeRawPointer) -> Vector { p.loadUnaligned(as: Vector.self) }

    @inline(__always)
    static func store16(_ value: Vector, to p: UnsafeMutableRawPointer) { p.storeBytes(of: value, as: Vector.self) }

    @inline(__always)
    static func scatter(_ value: Vector, to p: UnsafeMutableRawPointer, byteStride: Int, count: Int) {
        for i in 0..<count { (p + i &* byteStride).storeBytes(of: value[i], as: Float.self) }
    }
}

enum HalfNumber: CacheNumber {
    @inline(__always) static var byteCount: Int { 2 }

    @inline(__always)
    static func load16(_ p: UnsafeRawPointer) -> Vector { loadHalf16(p) }

    @inline(__always)
    static func store16(_ value: Vector, to p: UnsafeMutableRawPointer) {
        storeHalf16(value, to: p)
    }

    @inline(__always)
    static func scatter(_ value: Vector, to p: UnsafeMutableRawPointer, byteStride: Int, count: Int) {
        var bits = SIMD16<UInt16>()
        withUnsafeMutableBytes(of: &bits) { storeHalf16(value, to: $0.baseAddress.unsafelyUnwrapped) }
        for i in 0..<count { (p + i &* byteStride).storeBytes(of: bits[i], as: UInt16.self) }
    }
}

/// Up to sixteen floats, the rest zero.
@inline(__always)
func loadPartial(_ p: UnsafePointer<Float>, count: Int) -> Vector {
    if count >= 16 { return load(p, 0) }
    var v = Vector()
    for i in 0..<count { v[i] = p[i] }
    return v
}

extension Vectors {
    package static func store(_ entry: CacheEntry) {
        switch entry.shape.numbers {
        case .float32: store(entry, as: FloatNumber.self)
        case .float16: store(entry, as: HalfNumber.self)
        case .int8: storeBytes(entry)
        }
    }

    /// A key goes to one lane of its group of sixteen positions, a value to a row of its own.
    @inline(__always)
    private static func store<Number: CacheNumber>(_ entry: CacheEntry, as number: Number.Type) {
        let (shape, byteStride) = (entry.shape, 16 * Number.byteCount)
        let group = entry.page.keys + entry.position / 16 * shape.keyLength * byteStride
        let lane = group + entry.position % 16 * Number.byteCount
        var i = 0
        while i < shape.keyLength {
            let count = min(16, shape.keyLength - i)
            let part = loadPartial(entry.key + i, count: count)
            Number.scatter(part, to: lane + i * byteStride, byteStride: byteStride, count: count)
            i += 16
        }
        let row = entry.page.values + entry.position * shape.valueStride * Number.byteCount
        i = 0
        while i < shape.valueLength {
            let part = loadPartial(entry.value + i, count: shape.valueLength - i)
            Number.store16(part, to: row + i * Number.byteCount)
            i += 16
        }
    }
}
