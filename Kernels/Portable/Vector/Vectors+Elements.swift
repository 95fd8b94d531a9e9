extension Vectors {
    /// Runs `body` on sixteen floats at a time.
    @inline(__always)
    private static func forEach(_ count: Int, _ body: (Int) -> Void) {
        var i = 0
        while i < count {
            body(i)
            i &+= 16
        }
    }

    package static func add(_ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, load(x, $0) + load(y, $0)) }
    }

    package static func multiply(_ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, load(x, $0) * load(y, $0)) }
    }

    package static func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
        forEach(count) { storeVector(x, $0, load(x, $0) * factor) }
    }

    package static func add(
        _ x: UnsafeMutablePointer<Float>, _ factor: Float, times y: UnsafePointer<Float>, count: Int
    ) {
        let factors = Vector(repeating: factor)
        forEach(count) { storeVector(x, $0, multiplyAdd16(factors, load(y, $0), load(x, $0))) }
    }

    package static func softCap(_ x: UnsafeMutablePointer<Float>, cap: Float, count: Int) {
        forEach(count) { storeVector(x, $0, capped(load(x, $0), cap)) }
    }

    package static func silu(_ x: UnsafeMutablePointer<Float>, times y: UnsafePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, silu(load(x, $0)) * load(y, $0)) }
    }

    package static func silu(_ x: UnsafeMutablePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, silu(load(x, $0))) }
    }

    @inline(__always)
    private static func silu(_ v: Vector) -> Vector { v / (Vector(repeating: 1) + exponential(-v)) }

    package static func geluTanh(_ x: UnsafeMutablePointer<Float>, times y: UnsafePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, geluTanh(load(x, $0)) * load(y, $0)) }
    }

    package static func geluTanh(_ x: UnsafeMutablePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, geluTanh(load(x, $0))) }
    }

    /// x/2 · (1 + tanh z) = x · logistic(2z)
    @inline(__always)
    private static func geluTanh(_ v: Vector) -> Vector {
        let z = v * multiplyAdd16(v * v, Vector(repeating: 0.044_715), Vector(repeating: 1))
        return v * logistic(z * 1.595_769_121_605_731)
    }

    package static func geluErf(_ x: UnsafeMutablePointer<Float>, times y: UnsafePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, geluErf(load(x, $0)) * load(y, $0)) }
    }

    package static func geluErf(_ x: UnsafeMutablePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, geluErf(load(x, $0))) }
    }

    @inline(__always)
    private static func geluErf(_ v: Vector) -> Vector {
        let half = complementaryError(magnitude(v) * 0.707_106_781_186_547_5) * 0.5
        return v * half.replacing(with: Vector(repeating: 1) - half, where: v .> 0)
    }

    package static func sigmoid(_ x: UnsafeMutablePointer<Float>, count: Int) {
        forEach(count) { storeVector(x, $0, logistic(load(x, $0))) }
    }

    package static func softmax(_ x: UnsafeMutablePointer<Float>, columns: Int) {
        let padded = (columns + 15) / 16 * 16
        for i in columns..<padded { x[i] = -.infinity }
        var maxima = Vector(repeating: -.infinity)
        forEach(padded) { maxima = greater(maxima, load(x, $0)) }
        let maximum = Vector(repeating: greatest(maxima))
        var sums = Vector()
        forEach(padded) { i in
            let e = exponential(load(x, i) - maximum)
            sums += i &+ 16 <= columns ? e : e.replacing(with: 0, where: laneNumbers .>= Float(columns - i))
            storeVector(x, i, e)
        }
        let factor = Vector(repeating: 1 / sum(sums))
        forEach(padded) { storeVector(x, $0, load(x, $0) * factor) }
        for i in columns..<padded { x[i] = 0 }
    }

    @inline(__always)
    static func capped(_ x: Vector, _ cap: Float) -> Vector { hyperbolicTangent(x / cap) * cap }
}
