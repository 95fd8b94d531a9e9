import Platform
import Quantization
import Tensors

/// A matrix in GGUF bytes, its panels, and what the reference codec makes of it.
final class TestMatrix {
    let type: QuantizationType
    let rows: Int
    let columns: Int
    let bytesPerRow: Int
    let bytes: [UInt8]
    private let panels: AlignedBuffer

    init(_ type: QuantizationType, rows: Int, columns: Int, bytes: [UInt8]) throws {
        self.type = type
        self.rows = rows
        self.columns = columns
        self.bytes = bytes
        bytesPerRow = columns / type.weightsPerBlock * type.bytesPerBlock
        let layout = type.panelLayout
        let panelBytes = layout.byteCount(columns: columns)
        panels = try AlignedBuffer(count: layout.panelCount(rows: rows) * panelBytes)
        for panel in 0..<layout.panelCount(rows: rows) {
            bytes.withUnsafeBytes { source in
                layout.pack(
                    PanelSource(
                        base: source.baseAddress! + panel * 16 * bytesPerRow, rowStride: bytesPerRow,
                        rowCount: min(16, rows - panel * 16), columns: columns),
                    into: panels.base + panel * panelBytes)
            }
        }
    }

    /// Random codes under scales of a usual size.
    static func random(_ type: QuantizationType, rows: Int, columns: Int, seed: UInt64) throws -> TestMatrix {
        var random = RandomSource(state: seed)
        let count = rows * columns / type.weightsPerBlock
        var bytes = (0..<count * type.bytesPerBlock).map { _ in UInt8(truncatingIfNeeded: random.bits() >> 32) }
        for block in 0..<count { type.tame(&bytes, at: block * type.bytesPerBlock, &random) }
        return try TestMatrix(type, rows: rows, columns: columns, bytes: bytes)
    }

    var packed: PackedMatrix { PackedMatrix(type: type, base: panels.base) }
    var panelCount: Int { type.panelLayout.panelCount(rows: rows) }

    func panel(_ index: Int) -> UnsafeRawPointer {
        UnsafeRawPointer(panels.base + index * type.panelLayout.byteCount(columns: columns))
    }

    /// One row as the reference codec decodes it.
    func row(_ row: Int) -> [Float] {
        var weights = [Float](repeating: 0, count: columns)
        bytes.withUnsafeBytes { source in
            weights.withUnsafeMutableBufferPointer {
                type.traits.format.decode(
                    source.baseAddress! + row * bytesPerRow, blockCount: columns / type.weightsPerBlock,
                    into: $0.baseAddress!)
            }
        }
        return weights
    }
}

extension QuantizationType {
    /// Offsets of half-precision scales within a block, for types that have them.
    var halfScales: [Int] {
        switch self {
        case .q4_0, .q8_0, .q5_0, .iq4_nl, .iq4_xs, .iq2_xxs, .iq2_xs, .iq3_xxs, .iq1_s, .iq3_s, .iq2_s, .q1_0, .q2_0:
            [0]
        case .q4_1, .q5_1, .q4_K, .q5_K, .q8_1: [0, 2]
        case .q6_K: [208]
        case .q2_K: [80, 82]
        case .q3_K: [108]
        case .tq1_0: [52]
        case .tq2_0: [64]
        default: []
        }
    }

    /// Replaces random scales by positive ones of about 0.01, and random numbers by such of about 1.
    func tame(_ bytes: inout [UInt8], at block: Int, _ random: inout RandomSource) {
        func set(_ value: UInt64, _ offset: Int, _ count: Int) {
            for i in 0..<count { bytes[block + offset + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i)) }
        }
        switch self {
        case .f32: set(UInt64(random.float().bitPattern), 0, 4)
        case .f16: set(UInt64(Half.bits(random.float())), 0, 2)
        case .bf16: set(UInt64(BFloat16.bits(random.float())), 0, 2)
        case .f64: set(Double(random.float()).bitPattern, 0, 8)
        case .q8_K: set(UInt64((0.01 * abs(random.float())).bitPattern), 0, 4)
        case .mxfp4: set(120, 0, 1)
        case .nvfp4: for i in 0..<4 { set(0x30 + random.bits() % 16, i, 1) }
        case .iq1_m:
            // The half-precision scale is spread over the upper quarters of four words.
            let scale = Half.bits(0.01)
            for i in 0..<4 {
                bytes[block + 49 + 2 * i] = bytes[block + 49 + 2 * i] & 15 | UInt8(scale >> (4 * i) & 15) << 4
            }
        default:
            for offset in halfScales { set(UInt64(Half.bits(0.001 + 0.01 * abs(random.float()))), offset, 2) }
        }
    }
}

/// Float rows of activations with their packed form.
final class TestActivations {
    let tokens: Int
    let columns: Int
    let values: [Float]
    let packed: PackedActivations
    private let buffer: AlignedBuffer

    /// - Parameter panelsAtOnce: token panels that one packing job takes, to try sub-ranges.
    init(
        _ values: [Float], tokens: Int, columns: Int, format: ActivationFormat, kernels: MatrixKernelSet,
        panelsAtOnce: Int = .max / 1024
    ) throws {
        self.tokens = tokens
        self.columns = columns
        self.values = values
        let kernel = kernels.activations(format)
        buffer = try AlignedBuffer(count: tokens * format.bytesPerToken(columns: columns))
        let packed = PackedActivations(
            format: format, tokenCount: tokens, columns: columns, tokenTile: kernel.tokenTile, base: buffer.base)
        self.packed = packed
        values.withUnsafeBufferPointer { source in
            for range in tokenRanges(tokens, tile: kernel.tokenTile, panelsAtOnce: panelsAtOnce) {
                kernel.pack(
                    ActivationPacking(
                        source: source.baseAddress!, sourceStride: columns, tokens: range, destination: packed))
            }
        }
    }

    static func values(tokens: Int, columns: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(state: seed)
        return (0..<tokens * columns).map { _ in random.float() * (random.bits() % 31 == 0 ? 8 : 1) }
    }
}

/// Cuts tokens into ranges of so many panels.
func tokenRanges(_ tokens: Int, tile: Int, panelsAtOnce: Int) -> [Range<Int>] {
    let step = tile * min(panelsAtOnce, tokens)
    return stride(from: 0, to: tokens, by: step).map { $0..<min($0 + step, tokens) }
}

/// Runs a kernel over pieces of a product; rows of the result are `[token][row]` without padding.
func multiply(
    _ matrix: TestMatrix, _ activations: TestActivations, _ kernels: MatrixKernelSet, panelsAtOnce: Int = .max / 1024,
    tokenPanelsAtOnce: Int = .max / 1024
) throws -> [[Float]] {
    let stride = matrix.panelCount * 16
    let guardFloats = 64
    let output = try AlignedBuffer(count: (activations.tokens * stride + 2 * guardFloats) * 4)
    let floats = output.base.assumingMemoryBound(to: Float.self)
    for i in 0..<activations.tokens * stride + 2 * guardFloats { floats[i] = -12345 }
    let kernel = kernels.matrix(matrix.type)
    var panel = 0
    while panel < matrix.panelCount {
        let end = min(panel + min(panelsAtOnce, matrix.panelCount), matrix.panelCount)
        for tokens in tokenRanges(
            activations.tokens, tile: activations.packed.tokenTile, panelsAtOnce: tokenPanelsAtOnce)
        {
            kernel.multiply(
                MatrixProduct(
                    weights: matrix.packed, panels: panel..<end, activations: activations.packed, tokens: tokens,
                    output: ProductOutput(base: floats + guardFloats, stride: stride)))
        }
        panel = end
    }
    for i in 0..<guardFloats {
        precondition(floats[i] == -12345 && floats[guardFloats + activations.tokens * stride + i] == -12345)
    }
    return (0..<activations.tokens).map { token in
        (0..<matrix.rows).map { floats[guardFloats + token * stride + $0] }
    }
}
