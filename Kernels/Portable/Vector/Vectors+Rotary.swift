package import Quantization

extension Vectors {
    package static func rotation(
        position: Float, _ frequencies: UnsafePointer<Float>, magnitude: Float, count: Int, into table: RotationRow
    ) {
        // The angle is rounded to float32 as every reference does, its cosine and sine are good to double precision.
        for i in 0..<count {
            let (cosine, sine) = cosineAndSine(Double(position * frequencies[i]))
            table.cosines[i] = Float(cosine) * magnitude
            table.sines[i] = Float(sine) * magnitude
        }
    }

    package static func rotateHalves(_ head: UnsafeMutablePointer<Float>, by rotation: RotationRow, pairs: Int) {
        let whole = pairs / 16 * 16
        var i = 0
        while i < whole {
            let a = load(head, i)
            let b = load(head, pairs &+ i)
            let c = load(rotation.cosines, i)
            let s = load(rotation.sines, i)
            storeVector(head, i, a * c - b * s)
            storeVector(head, pairs &+ i, b * c + a * s)
            i &+= 16
        }
        for i in whole..<pairs { turn(head + i, head + (pairs + i), rotation, i) }
    }

    package static func rotateInterleaved(
        _ head: UnsafeMutablePointer<Float>, by rotation: RotationRow, pairs: Int
    ) {
        let whole = pairs / 16 * 16
        var i = 0
        while i < whole {
            let both = UnsafeRawPointer(head + 2 &* i).loadUnaligned(as: SIMD32<Float>.self)
            let a = both.evenHalf
            let b = both.oddHalf
            let c = load(rotation.cosines, i)
            let s = load(rotation.sines, i)
            var turned = both
            turned.evenHalf = a * c - b * s
            turned.oddHalf = b * c + a * s
            UnsafeMutableRawPointer(head + 2 &* i).storeBytes(of: turned, as: SIMD32<Float>.self)
            i &+= 16
        }
        for i in whole..<pairs { turn(head + 2 * i, head + (2 * i + 1), rotation, i) }
    }

    @inline(__always)
    private static func turn(
        _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ rotation: RotationRow, _ i: Int
    ) {
        let (x, y) = (a.pointee, b.pointee)
        a.pointee = x * rotation.cosines[i] - y * rotation.sines[i]
        b.pointee = y * rotation.cosines[i] + x * rotation.sines[i]
    }

    /// Cosine and sine of an angle below 10⁶, by reduction to ±π/4 and the polynomials of fdlibm.
    @inline(__always)
    private static func cosineAndSine(_ angle: Double) -> (Double, Double) {
        let shifted = angle * 0.636_619_772_367_581_34 + 0x1.8p52
        let n = shifted - 0x1.8p52
        // π/2 in two parts; n times the first is exact below 2²⁰ quarter turns.
        let r = (angle - n * 1.570_796_326_734_125_6) - n * 6.077_100_506_506_192_2e-11
        let z = r * r
        var s = 1.589_690_995_211_55e-10
        s = s * z - 2.505_076_025_340_686_3e-8
        s = s * z + 2.755_731_370_707_006_8e-6
        s = s * z - 1.984_126_982_985_795e-4
        s = s * z + 8.333_333_333_322_49e-3
        s = s * z - 1.666_666_666_666_663_2e-1
        let sine = r + r * z * s
        var c = -1.135_964_755_778_819_5e-11
        c = c * z + 2.087_572_321_298_175e-9
        c = c * z - 2.755_731_435_139_066_3e-7
        c = c * z + 2.480_158_728_947_673e-5
        c = c * z - 1.388_888_888_887_411e-3
        c = c * z + 4.166_666_666_666_66e-2
        let cosine = 1 - z / 2 + z * z * c
        switch shifted.bitPattern & 3 {
        case 0: return (cosine, sine)
        case 1: return (-sine, cosine)
        case 2: return (-cosine, -sine)
        default: return (sine, -cosine)
        }
    }
}
