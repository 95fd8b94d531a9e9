import Compute
import Foundation
import Platform
import Quantization
import Testing

/// Every operation against its formula in double precision, for every instruction set, with awkward shapes.
@Suite("Operations")
struct OperationTests {
    /// float32's rounding, with room for sums of some hundred terms and for the polynomials of exponentials.
    static let tolerance = 3e-6

    static let shapes = [(1, 16), (1, 5), (3, 40), (7, 64), (19, 129), (65, 48)]

    private func check(
        _ features: CPUFeatures, scale: Float = 1,
        _ operation: (Bench, inout ForwardPass, Activation) -> Activation,
        expected: ([Double]) -> [Double], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for (rows, columns) in Self.shapes {
            var random = RandomNumbers(seed: UInt64(rows * 1000 + columns))
            let x = random.rows(rows, columns, scale: scale)
            let bench = Bench(features: features)
            let table = try bench.matrix(x)
            let found = try bench.run(rows: rows) { pass in
                let x = pass.embed(table)
                pass.finish(logits: operation(bench, &pass, x))
            }
            let reference = x.map { expected($0.map(Double.init)) }
            #expect(distance(found, reference) < Self.tolerance, "\(rows) × \(columns)", sourceLocation: sourceLocation)
        }
    }

    @Test("Embedding, scaling, adding and multiplying", arguments: Bench.featureSets)
    func arithmetic(features: CPUFeatures) throws {
        try check(features, { _, pass, x in pass.scale(x, by: 3) }, expected: { $0.map { $0 * 3 } })
        try check(
            features, { _, pass, x in pass.add(x, pass.outputRows(x)) }, expected: { $0.map { $0 + $0 } })
        try check(
            features, { _, pass, x in pass.multiply(x, pass.outputRows(x)) }, expected: { $0.map { $0 * $0 } })
    }

    @Test("Soft cap", arguments: Bench.featureSets)
    func softCap(features: CPUFeatures) throws {
        for scale: Float in [0.01, 1, 100, 1e6] {
            try check(
                features, scale: scale, { _, pass, x in pass.softCap(x, 30) },
                expected: { $0.map { 30 * tanh($0 / 30) } })
        }
    }

    @Test("Gates", arguments: Bench.featureSets)
    func gates(features: CPUFeatures) throws {
        for scale: Float in [0.01, 1, 10, 1000] {
            try check(
                features, scale: scale, { _, pass, x in pass.swiGLU(x, pass.outputRows(x)) },
                expected: { $0.map { $0 / (1 + exp(-$0)) * $0 } })
            try check(
                features, scale: scale, { _, pass, x in pass.geGLU(x, pass.outputRows(x)) },
                expected: {
                    $0.map { $0 / 2 * (1 + tanh(0.7978845608028654 * ($0 + 0.044715 * $0 * $0 * $0))) * $0 }
                })
            try check(
                features, scale: scale, { _, pass, x in pass.gate(x, pass.outputRows(x), .geluErf) },
                expected: { $0.map { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) * $0 } })
        }
    }

    @Test("Functions without a gate", arguments: Bench.featureSets, GateFunction.allCases)
    func activations(features: CPUFeatures, function: GateFunction) throws {
        for scale: Float in [0.01, 1, 10, 1000] {
            try check(
                features, scale: scale, { _, pass, x in pass.activate(x, function) },
                expected: { $0.map { Reference.apply(function, $0) } })
        }
    }

    @Test("Layer norm, apart and in place", arguments: Bench.featureSets, [false, true])
    func layerNorm(features: CPUFeatures, hasBias: Bool) throws {
        for (rows, columns) in Self.shapes where columns > 1 {
            var random = RandomNumbers(seed: UInt64(rows * 78 + columns))
            let (weight, bias) = (random.rows(1, columns)[0], random.rows(1, columns)[0])
            // Rows far from zero: their variance is a small part of their square.
            let x = random.rows(rows, columns, scale: 2).map { row in row.map { $0 + 50 } }
            let bench = Bench(features: features)
            let table = try bench.matrix(x)
            let norm = LayerNorm(
                weight: try bench.backend.load(vector: weight),
                bias: hasBias ? try bench.backend.load(vector: bias) : nil, epsilon: 1e-3)
            for inPlace in [false, true] {
                let found = try bench.run(rows: rows) { pass in
                    let x = pass.embed(table)
                    let y = inPlace ? pass.layerNorm(inPlace: x, norm) : pass.layerNorm(x, norm)
                    pass.finish(logits: y)
                }
                let expected = x.map { Reference.layerNorm($0, weight, hasBias ? bias : nil, epsilon: 1e-3) }
                // The mean is rounded at 50: as much of the deviations, which are about 1.
                #expect(distance(found, expected) < 10 * Self.tolerance, "\(rows) × \(columns)")
            }
        }
    }

    @Test("Embedding by position and token type, and the mean of each sequence", arguments: Bench.featureSets)
    func sequences(features: CPUFeatures) throws {
        var random = RandomNumbers(seed: 9)
        let (positions, types) = (random.rows(70, 21), random.rows(2, 21))
        let bench = Bench(features: features)
        let (positionTable, typeTable) = (try bench.matrix(positions), try bench.matrix(types))
        let oneType = try bench.matrix([types[0]])
        func body(_ table: WeightHandle) -> (inout ForwardPass) -> Void {
            { pass in
                let x = pass.add(pass.embed(positionTable, by: .position), pass.embed(table, by: .tokenType))
                pass.finish(embeddings: pass.pool(x))
            }
        }
        try bench.reserve(rows: 100, pageCount: 2, body(typeTable))
        let pages = PageTable([PageID(index: 0), PageID(index: 1)])
        var batch = Batch()
        batch.append([0, 0, 0], at: 0, pages: pages, logits: .all)
        batch.append(
            repeatElement(0, count: 70), of: SequenceOptions(secondTextStart: 5), at: 0, pages: pages, logits: .all)
        batch.append([0], of: SequenceOptions(secondTextStart: 0), at: 4, pages: pages, logits: .all)
        for (table, second) in [(typeTable, 1), (oneType, 0)] {
            var pass = ForwardPass(bench.backend, batch: batch)
            body(table)(&pass)
            let found = (0..<3).map { row in
                pass.withEmbedding(row) { span in (0..<span.count).map { span[$0] } }
            }
            let expected = [(0..<3, 0), (0..<70, 65), (4..<5, 1)].map { range, seconds in
                (0..<21).map { column in
                    let sum = range.reduce(0) { $0 + Double(positions[$1][column]) }
                    let count = Double(range.count)
                    let share = Double(seconds) / count
                    return sum / count + Double(types[0][column]) * (1 - share) + Double(types[second][column]) * share
                }
            }
            #expect(distance(found, expected) < Self.tolerance)
        }
    }

    @Test("RMS norm", arguments: Bench.featureSets)
    func norm(features: CPUFeatures) throws {
        for (rows, columns) in Self.shapes {
            var random = RandomNumbers(seed: UInt64(rows * 77 + columns))
            let (x, weight) = (random.rows(rows, columns, scale: 5), random.rows(1, columns)[0])
            let bench = Bench(features: features)
            let table = try bench.matrix(x)
            let vector = try bench.backend.load(vector: weight)
            let found = try bench.run(rows: rows) { pass in
                let x = pass.embed(table)
                pass.finish(logits: pass.rmsNorm(x, vector, epsilon: 1e-5))
            }
            #expect(distance(found, x.map { Reference.rmsNorm($0, weight, epsilon: 1e-5) }) < Self.tolerance)
        }
    }

    @Test("RMS norm of heads", arguments: Bench.featureSets)
    func headNorm(features: CPUFeatures) throws {
        for headLength in [8, 16, 24, 64, 80, 128] {
            var random = RandomNumbers(seed: UInt64(headLength))
            let (x, weight) = (random.rows(5, headLength * 3), random.rows(1, headLength)[0])
            let bench = Bench(features: features)
            let table = try bench.matrix(x)
            let vector = try bench.backend.load(vector: weight)
            let found = try bench.run(rows: 5) { pass in
                let x = pass.embed(table)
                pass.finish(logits: pass.headNorm(x, vector, epsilon: 1e-6))
            }
            let expected = x.map { row in
                (0..<3).flatMap { head in
                    Reference.rmsNorm(
                        Array(row[head * headLength..<(head + 1) * headLength]), weight, epsilon: 1e-6)
                }
            }
            #expect(distance(found, expected) < Self.tolerance, "\(headLength)")
        }
    }

    @Test("Matrix product with bias", arguments: Bench.featureSets)
    func linear(features: CPUFeatures) throws {
        for (rows, columns, outputs) in [(1, 16, 16), (1, 33, 50), (5, 40, 7), (37, 64, 100), (70, 129, 31)] {
            var random = RandomNumbers(seed: UInt64(rows + columns * outputs))
            let (x, w, bias) = (
                random.rows(rows, columns), random.rows(outputs, columns), random.rows(1, outputs)[0]
            )
            let bench = Bench(features: features)
            let (table, weight) = (try bench.matrix(x), try bench.matrix(w))
            let vector = try bench.backend.load(vector: bias)
            let found = try bench.run(rows: rows) { pass in
                let x = pass.embed(table)
                let y = pass.add(pass.linear(x, weight), pass.linear(x, weight, bias: vector))
                pass.finish(logits: y)
            }
            let expected = x.map { row in
                zip(w, bias).map { 2 * Reference.dot(row, $0) + Double($1) }
            }
            #expect(distance(found, expected) < Self.tolerance, "\(rows) × \(columns) × \(outputs)")
        }
    }

    @Test("A packed view is packed again once it has changed")
    func packedViews() throws {
        var random = RandomNumbers(seed: 5)
        let (x, w) = (random.rows(4, 32), random.rows(48, 32))
        let bench = Bench()
        let (table, weight) = (try bench.matrix(x), try bench.matrix(w))
        let found = try bench.run(rows: 4) { pass in
            let x = pass.embed(table)
            let before = pass.linear(x, weight)
            let after = pass.linear(pass.scale(x, by: 2), weight)
            pass.finish(logits: pass.add(before, after))
        }
        #expect(distance(found, x.map { row in w.map { 3 * Reference.dot(row, $0) } }) < Self.tolerance)
    }

    @Test("Rotary positions", arguments: Bench.featureSets, [RoPE.Style.interleaved, .halves])
    func rope(features: CPUFeatures, style: RoPE.Style) throws {
        for (headLength, rotaryLength) in [(8, 8), (16, 8), (64, 64), (80, 80), (128, 64), (128, 128)] {
            var random = RandomNumbers(seed: UInt64(headLength + rotaryLength))
            let rows = 9
            let x = random.rows(rows, headLength * 2)
            let frequencies = (0..<rotaryLength / 2).map { Float(pow(10_000, -2 * Double($0) / Double(rotaryLength))) }
            let bench = Bench(features: features)
            let table = try bench.matrix(x)
            let rope = try bench.backend.load(
                rope: RoPE(style: style, frequencies: RoPE.Frequencies(values: frequencies, magnitude: 1.25)))
            let body = { (pass: inout ForwardPass) in
                let x = pass.embed(table)
                pass.finish(logits: pass.rope(x, headLength: headLength, rope))
            }
            try bench.reserve(rows: rows, pageCount: 1, body)
            for firstPosition in [0, 1000, 120_000] {
                var batch = Batch()
                let pages = PageTable(
                    [PageID](repeating: PageID(index: 0), count: PagePool.pageCount(tokens: firstPosition + rows)))
                batch.append((0..<Int32(rows)).map { $0 }, at: firstPosition, pages: pages, logits: .all)
                let found = bench.run(batch, body)
                let expected = x.enumerated().map { row, values in
                    Reference.rope(
                        values, position: firstPosition + row, frequencies, magnitude: 1.25, headLength, style)
                }
                #expect(distance(found, expected) < Self.tolerance, "\(headLength)/\(rotaryLength) at \(firstPosition)")
            }
        }
    }
}

/// The formulas, in double precision and without cleverness.
enum Reference {
    static func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }

    static func rmsNorm(_ x: [Float], _ weight: [Float], epsilon: Double) -> [Double] {
        let mean = dot(x, x) / Double(x.count)
        return zip(x, weight).map { Double($0) / (mean + epsilon).squareRoot() * Double($1) }
    }

    static func layerNorm(_ x: [Float], _ weight: [Float], _ bias: [Float]?, epsilon: Double) -> [Double] {
        let mean = x.reduce(0) { $0 + Double($1) } / Double(x.count)
        let variance = x.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(x.count)
        return x.indices.map {
            (Double(x[$0]) - mean) / (variance + epsilon).squareRoot() * Double(weight[$0]) + Double(bias?[$0] ?? 0)
        }
    }

    static func apply(_ function: GateFunction, _ x: Double) -> Double {
        switch function {
        case .silu: x / (1 + exp(-x))
        case .geluTanh: x / 2 * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
        case .geluErf: x / 2 * (1 + erf(x / 2.0.squareRoot()))
        }
    }

    static func rope(
        _ x: [Float], position: Int, _ frequencies: [Float], magnitude: Double, _ headLength: Int, _ style: RoPE.Style
    ) -> [Double] {
        var result = x.map(Double.init)
        for head in 0..<x.count / headLength {
            for (pair, frequency) in frequencies.enumerated() {
                let angle = Double(Float(position) * frequency)
                let (a, b) =
                    style == .halves ? (pair, pair + frequencies.count) : (2 * pair, 2 * pair + 1)
                let (i, j) = (head * headLength + a, head * headLength + b)
                let (x, y) = (result[i], result[j])
                result[i] = (x * cos(angle) - y * sin(angle)) * magnitude
                result[j] = (y * cos(angle) + x * sin(angle)) * magnitude
            }
        }
        return result
    }

    static func tanh(_ x: Double) -> Double { Foundation.tanh(x) }

    /// The orthonormal Walsh–Hadamard transform by its matrix, whose entries are `(−1)^popcount(row & column) / √n`, one
    /// for each binary digit of the length, largest first.
    static func rotated(_ x: [Double]) -> [Double] {
        guard !x.isEmpty else { return [] }
        let length = 1 << (Int.bitWidth - 1 - x.count.leadingZeroBitCount)
        let first = (0..<length).map { (row: Int) -> Double in
            var sum = 0.0
            for column in 0..<length { sum += (row & column).nonzeroBitCount % 2 == 0 ? x[column] : -x[column] }
            return sum / Double(length).squareRoot()
        }
        return first + rotated(Array(x[length...]))
    }

    static func softmax(_ x: [Double]) -> [Double] {
        let maximum = x.max() ?? 0
        let e = x.map { exp($0 - maximum) }
        let sum = e.reduce(0, +)
        return e.map { $0 / sum }
    }
}
