import Compute
import Platform
import Quantization
import Tensors
import Testing

/// Every set that this CPU runs.
let availableSets = KernelSelection.sets(CPUFeatures.available(mask: CPUFeatures.environmentMask))

/// What a kernel of a format really multiplies with: the activations after packing.
func emulated(_ values: [Float], columns: Int, format: ActivationFormat) -> [Float] {
    switch format {
    case .float32: return values
    case .bfloat16: return values.map { BFloat16.float(BFloat16.bits($0)) }
    case .int8Per16, .int8Per32, .int8Per256:
        var result = values
        for start in stride(from: 0, to: values.count, by: format.columnsPerBlock) {
            let block = start..<start + format.columnsPerBlock
            let largest = values[block].reduce(0) { max($0, abs($1)) }
            let scale = largest / 127
            for i in block where largest > 0 {
                result[i] = scale * (values[i] * (127 / largest)).rounded(.toNearestOrEven)
            }
        }
        return result
    }
}

/// A dot product in double precision and the sum of its magnitudes, which scales rounding errors.
func reference(_ weights: [Float], _ activations: ArraySlice<Float>) -> (sum: Double, magnitude: Double) {
    var sum = 0.0
    var magnitude = 0.0
    for (w, x) in zip(weights, activations) {
        sum += Double(w) * Double(x)
        magnitude += abs(Double(w) * Double(x))
    }
    return (sum, magnitude)
}

/// Relative rounding error of a float32 sum of so many terms with random signs: ε/2 a step, √n steps, and a
/// safety factor of 8; `magnitude` bounds every partial sum.
func roundingBound(terms: Int, magnitude: Double) -> Double {
    8 * Double(terms).squareRoot() * 0x1p-24 * magnitude + 1e-30
}

@Suite struct MatrixKernelTests {
    static let tokenCounts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 64]

    static func columnCounts(_ type: QuantizationType) -> [Int] {
        type.weightsPerBlock == 1 ? [1, 2, 13, 67, 521] : [1, 2, 5].map { $0 * type.weightsPerBlock }
    }

    @Test(arguments: availableSets.indices, QuantizationType.allCases)
    func matchesReference(set: Int, type: QuantizationType) throws {
        let kernels = availableSets[set]
        let format = kernels.matrix(type).activations
        for columns in Self.columnCounts(type) {
            let matrix = try TestMatrix.random(type, rows: 37, columns: columns, seed: 7)
            let rows = (0..<matrix.rows).map { matrix.row($0) }
            for tokens in Self.tokenCounts {
                let values = TestActivations.values(tokens: tokens, columns: columns, seed: UInt64(tokens))
                let seen = emulated(values, columns: columns, format: format)
                let activations = try TestActivations(
                    values, tokens: tokens, columns: columns, format: format, kernels: kernels)
                let output = try multiply(matrix, activations, kernels)
                for token in 0..<tokens {
                    for row in 0..<matrix.rows {
                        let expected = reference(rows[row], seen[token * columns..<(token + 1) * columns])
                        let error = abs(Double(output[token][row]) - expected.sum)
                        // Minimum-based types subtract two sums that are larger than their difference.
                        let bound = 4 * roundingBound(terms: columns + 16, magnitude: expected.magnitude)
                        #expect(
                            error <= bound,
                            "\(kernels.name) \(type.name) K=\(columns) token \(token)/\(tokens) row \(row): \(output[token][row]) instead of \(expected.sum)"
                        )
                        if error > bound { return }
                    }
                }
            }
        }
    }

    /// Quantising activations moves each by at most half a step; nothing else may be lost.
    @Test(arguments: availableSets.indices, QuantizationType.allCases)
    func isNearUnquantisedProduct(set: Int, type: QuantizationType) throws {
        let kernels = availableSets[set]
        let format = kernels.matrix(type).activations
        let columns = type.weightsPerBlock == 1 ? 300 : 2 * type.weightsPerBlock
        let matrix = try TestMatrix.random(type, rows: 16, columns: columns, seed: 11)
        let values = TestActivations.values(tokens: 3, columns: columns, seed: 12)
        let activations = try TestActivations(values, tokens: 3, columns: columns, format: format, kernels: kernels)
        let output = try multiply(matrix, activations, kernels)
        for token in 0..<3 {
            let x = values[token * columns..<(token + 1) * columns]
            let step: Double
            switch format {
            case .float32: step = 0
            case .bfloat16: step = 0x1p-8 * Double(x.reduce(0) { max($0, abs($1)) })
            case .int8Per16, .int8Per32, .int8Per256: step = Double(x.reduce(0) { max($0, abs($1)) }) / 127
            }
            for row in 0..<16 {
                let weights = matrix.row(row)
                let expected = reference(weights, x)
                let bound =
                    weights.reduce(0) { $0 + abs(Double($1)) } * step / 2
                    + 4 * roundingBound(terms: columns + 16, magnitude: expected.magnitude)
                #expect(abs(Double(output[token][row]) - expected.sum) <= bound)
            }
        }
    }

    /// A row's bits do not depend on what is computed with it.
    @Test(arguments: availableSets.indices, QuantizationType.allCases)
    func rowsAreIndependent(set: Int, type: QuantizationType) throws {
        let kernels = availableSets[set]
        let format = kernels.matrix(type).activations
        let columns = type.weightsPerBlock == 1 ? 259 : 3 * type.weightsPerBlock
        let matrix = try TestMatrix.random(type, rows: 75, columns: columns, seed: 3)
        let tokens = 41
        let values = TestActivations.values(tokens: tokens, columns: columns, seed: 5)
        let alone = try (0..<tokens).map { token in
            let one = try TestActivations(
                Array(values[token * columns..<(token + 1) * columns]), tokens: 1, columns: columns, format: format,
                kernels: kernels)
            return try multiply(matrix, one, kernels)[0].map(\.bitPattern)
        }
        for count in [2, 3, 5, 6, 11, 12, 13, 24, 41] {
            let some = try TestActivations(
                Array(values.prefix(count * columns)), tokens: count, columns: columns, format: format,
                kernels: kernels, panelsAtOnce: count % 3 + 1)
            for (panels, tokenPanels) in [(1000, 1000), (1, 1), (2, 3), (3, 1)] {
                let output = try multiply(
                    matrix, some, kernels, panelsAtOnce: panels, tokenPanelsAtOnce: tokenPanels)
                for token in 0..<count {
                    #expect(
                        output[token].map(\.bitPattern) == alone[token],
                        "\(count) tokens, pieces \(panels) × \(tokenPanels)")
                }
            }
        }
    }

    /// The largest sums that the integer types can form: codes and activations all at one end.
    @Test(arguments: availableSets.indices, [QuantizationType.q8_0, .q4_0, .q4_K, .q6_K])
    func extremesDoNotSaturate(set: Int, type: QuantizationType) throws {
        let kernels = availableSets[set]
        let format = kernels.matrix(type).activations
        let columns = 2 * max(type.weightsPerBlock, format.columnsPerBlock)
        for code in [UInt8(0x00), 0x7F, 0x80, 0x81, 0xFF] {
            var bytes = [UInt8](repeating: code, count: 16 * columns / type.weightsPerBlock * type.bytesPerBlock)
            var random = RandomSource(state: 1)
            for block in 0..<bytes.count / type.bytesPerBlock {
                type.tame(&bytes, at: block * type.bytesPerBlock, &random)
            }
            let matrix = try TestMatrix(type, rows: 16, columns: columns, bytes: bytes)
            for sign in [Float(1), -1] {
                let values = [Float](repeating: sign * 127, count: 5 * columns)
                let activations = try TestActivations(
                    values, tokens: 5, columns: columns, format: format, kernels: kernels)
                let output = try multiply(matrix, activations, kernels)
                for row in 0..<16 {
                    let expected = reference(matrix.row(row), values[0..<columns])
                    let bound = 4 * roundingBound(terms: columns + 16, magnitude: expected.magnitude)
                    #expect(
                        abs(Double(output[4][row]) - expected.sum) <= bound, "\(kernels.name) \(type.name) code \(code)"
                    )
                }
            }
        }
    }

    /// Anything may stand in a file or come out of a layer: nothing traps, and NaN is not hidden.
    @Test(arguments: availableSets.indices, QuantizationType.allCases)
    func survivesSpecialValues(set: Int, type: QuantizationType) throws {
        let kernels = availableSets[set]
        let format = kernels.matrix(type).activations
        let columns = type.weightsPerBlock == 1 ? 64 : 2 * type.weightsPerBlock
        let matrix = try TestMatrix.random(type, rows: 16, columns: columns, seed: 9)
        var values = TestActivations.values(tokens: 9, columns: columns, seed: 10)
        for (token, special) in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0]
            .enumerated()
        {
            values[token * columns + 3] = special
            if special == 0 { for i in 0..<columns { values[token * columns + i] = 0 } }
        }
        let activations = try TestActivations(values, tokens: 9, columns: columns, format: format, kernels: kernels)
        let output = try multiply(matrix, activations, kernels)
        for row in 0..<16 {
            #expect(!output[0][row].isFinite)
            #expect(!output[1][row].isFinite || matrix.row(row)[3] == 0)
            #expect(output[5][row] == 0)
            #expect(output[6][row].isFinite && output[8][row].isFinite)
        }
        // Bytes that no encoder writes: every scale NaN or infinite, every code random.
        var random = RandomSource(state: 99)
        let wild = (0..<matrix.bytes.count).map { _ in
            random.bits() % 3 == 0 ? 0xFF : UInt8(truncatingIfNeeded: random.bits())
        }
        _ = try multiply(TestMatrix(type, rows: 16, columns: columns, bytes: wild), activations, kernels)
    }
}
