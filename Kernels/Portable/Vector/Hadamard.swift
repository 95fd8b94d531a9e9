// The Walsh–Hadamard transform, orthonormal and so its own inverse.

/// Transforms `count` floats in place: one transform after the other for the binary digits of the count, the largest
/// first (80 = 64 + 16).
@inline(__always)
func rotate(_ x: UnsafeMutablePointer<Float>, count: Int) {
    var first = 0
    while first < count {
        let length = 1 &<< (Int.bitWidth &- 1 &- (count &- first).leadingZeroBitCount)
        if length >= 16 { rotateVectors(x + first, length) } else { rotateFew(x + first, length) }
        first += length
    }
}

/// A power of two from 16 on.
private func rotateVectors(_ x: UnsafeMutablePointer<Float>, _ length: Int) {
    var half = length / 2
    while half >= 16 {
        var i = 0
        while i < length {
            for j in stride(from: i, to: i &+ half, by: 16) {
                let (a, b) = (load(x, j), load(x, j &+ half))
                storeVector(x, j, a + b)
                storeVector(x, j &+ half, a - b)
            }
            i &+= 2 &* half
        }
        half /= 2
    }
    let factor = Vector(repeating: 1 / Float(length).squareRoot())
    for i in stride(from: 0, to: length, by: 16) { storeVector(x, i, rotateLanes(load(x, i)) * factor) }
}

/// Four times sums and differences of neighbours: each turn moves a digit of the lane's number to the top, so that after
/// four all have been there and the lanes are in order again.
@inline(__always)
private func rotateLanes(_ x: Vector) -> Vector {
    var x = x
    for _ in 0..<4 { x = Vector(lowHalf: x.evenHalf + x.oddHalf, highHalf: x.evenHalf - x.oddHalf) }
    return x
}

/// A power of two below 16.
private func rotateFew(_ x: UnsafeMutablePointer<Float>, _ length: Int) {
    var half = length / 2
    while half > 0 {
        for i in 0..<length where i & half == 0 {
            let (a, b) = (x[i], x[i &+ half])
            x[i] = a + b
            x[i &+ half] = a - b
        }
        half /= 2
    }
    let factor = 1 / Float(length).squareRoot()
    for i in 0..<length { x[i] *= factor }
}
