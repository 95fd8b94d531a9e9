package import Quantization

extension Vectors {
    package static func rmsNorm(
        _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, epsilon: Float, columns: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        let padded = (columns + 15) / 16 * 16
        // Two sums hide the latency of the addition; the order is fixed by the position in the row.
        var even = Vector()
        var odd = Vector()
        var i = 0
        while i &+ 32 <= padded {
            let a = load(x, i)
            let b = load(x, i &+ 16)
            even = multiplyAdd16(a, a, even)
            odd = multiplyAdd16(b, b, odd)
            i &+= 32
        }
        if i < padded {
            let a = load(x, i)
            even = multiplyAdd16(a, a, even)
        }
        let factor = Vector(repeating: 1 / (sum(even + odd) / Float(columns) + epsilon).squareRoot())
        i = 0
        while i < padded {
            storeVector(output, i, load(x, i) * factor * load(weight, i))
            i &+= 16
        }
    }

    package static func headNorm(
        _ x: UnsafeMutablePointer<Float>, _ weight: UnsafePointer<Float>, epsilon: Float, count: Int
    ) {
        let whole = count / 16 * 16
        var squares = Vector()
        var i = 0
        while i < whole {
            let a = load(x, i)
            squares = multiplyAdd16(a, a, squares)
            i &+= 16
        }
        var total = sum(squares)
        for i in whole..<count { total += x[i] * x[i] }
        let factor = 1 / (total / Float(count) + epsilon).squareRoot()
        let factors = Vector(repeating: factor)
        i = 0
        while i < whole {
            storeVector(x, i, load(x, i) * factors * load(weight, i))
            i &+= 16
        }
        for i in whole..<count { x[i] = x[i] * factor * weight[i] }
    }

    package static func layerNorm(
        _ x: UnsafePointer<Float>, _ norm: LayerNormWeights, columns: Int, into output: UnsafeMutablePointer<Float>
    ) {
        let padded = (columns + 15) / 16 * 16
        var sums = Vector()
        var i = 0
        while i < padded {
            sums += load(x, i)
            i &+= 16
        }
        let mean = Vector(repeating: sum(sums) / Float(columns))
        // The variance about the mean, in a second walk: a difference of two large sums would cancel.
        var squares = Vector()
        i = 0
        while i < padded {
            var d = load(x, i) - mean
            if i &+ 16 > columns { d = d.replacing(with: 0, where: laneNumbers .>= Float(columns &- i)) }
            squares = multiplyAdd16(d, d, squares)
            i &+= 16
        }
        let factor = Vector(repeating: 1 / (sum(squares) / Float(columns) + norm.epsilon).squareRoot())
        i = 0
        while i < padded {
            storeVector(output, i, (load(x, i) - mean) * factor * load(norm.weight, i))
            i &+= 16
        }
        if let bias = norm.bias { add(output, bias, count: padded) }
    }
}
