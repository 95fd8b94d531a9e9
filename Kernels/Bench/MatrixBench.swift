import Foundation
import Platform
import Quantization

/// A large matrix of one type: one packed panel, repeated.
final class BenchMatrix: Sendable {
    let type: QuantizationType
    let columns: Int
    let panelBytes: Int
    let panelCount: Int
    let memory: BenchMemory

    init(_ type: QuantizationType, columns: Int, byteCount: Int) throws {
        self.type = type
        self.columns = columns
        let layout = type.panelLayout
        panelBytes = layout.byteCount(columns: columns)
        panelCount = byteCount / panelBytes
        memory = try BenchMemory(byteCount: panelCount * panelBytes)
        let bytesPerRow = columns / type.weightsPerBlock * type.bytesPerBlock
        // Bytes of 0x11 are small, finite numbers in every type.
        let row = [UInt8](repeating: 0x11, count: bytesPerRow)
        row.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            layout.pack(
                PanelSource(base: base, rowStride: 0, rowCount: rowsPerPanel, columns: columns), into: memory.base)
        }
        for panel in 1..<panelCount {
            (memory.base + panel * panelBytes).copyMemory(from: memory.base, byteCount: panelBytes)
        }
    }

    var packed: PackedMatrix { PackedMatrix(type: type, base: memory.base) }
}

/// Activations of so many tokens, packed, and room for the product.
final class BenchTokens: Sendable {
    private let count: Int
    private let columns: Int
    private let rows: Int
    private let format: ActivationFormat
    private let tokenTile: Int
    private let packedBytes: AlignedBuffer
    private let outputBytes: AlignedBuffer

    init(_ count: Int, columns: Int, rows: Int, format: ActivationFormat, kernels: MatrixKernelSet) throws {
        let kernel = kernels.activations(format)
        self.count = count
        self.columns = columns
        self.rows = rows
        self.format = format
        tokenTile = kernel.tokenTile
        packedBytes = try AlignedBuffer(count: count * format.bytesPerToken(columns: columns))
        outputBytes = try AlignedBuffer(count: count * rows * 4)
        let values = (0..<count * columns).map { Float($0 % 17) - 8 }
        values.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            kernel.pack(
                ActivationPacking(source: base, sourceStride: columns, tokens: 0..<count, destination: packed))
        }
    }

    var packed: PackedActivations {
        PackedActivations(
            format: format, tokenCount: count, columns: columns, tokenTile: tokenTile, base: packedBytes.base)
    }

    var output: ProductOutput {
        ProductOutput(base: outputBytes.base.assumingMemoryBound(to: Float.self), stride: rows)
    }
}

/// A run of products over the next panels of a matrix, shared out over threads; returns its seconds.
func multiply(
    _ matrix: BenchMatrix, _ tokens: BenchTokens, _ kernel: MatrixKernel, panels: Range<Int>, threads: Int
) -> Double {
    let count = panels.count / threads
    return onThreads(threads) { thread in
        let start = panels.lowerBound + thread * count
        // The output has room for the panels of one run: shift it so that the first panel writes column 0.
        let output = ProductOutput(
            base: tokens.output.base - panels.lowerBound * rowsPerPanel, stride: tokens.output.stride)
        kernel.multiply(
            MatrixProduct(
                weights: matrix.packed, panels: start..<start + count, activations: tokens.packed,
                tokens: 0..<tokens.packed.tokenCount, output: output))
    }
}
