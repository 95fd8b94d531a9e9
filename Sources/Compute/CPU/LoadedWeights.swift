import Platform
import Quantization

/// A model's weights in memory, which any number of backends may compute with; they stay as long as one does.
package struct CPUWeights: Sendable {
    let matrices: [LoadedMatrix]
    let vectors: [LoadedVector]
    let ropes: [RoPE]
}

/// A matrix, or several of one shape, packed in panels of sixteen rows.
@safe final class LoadedMatrix: Sendable {
    let type: QuantizationType
    let layout: any PanelLayout
    let rows: Int
    let columns: Int
    let matrixCount: Int
    let panelCount: Int
    let panelBytes: Int
    private let buffer: AlignedBuffer

    /// Packs the matrix on all threads straight from its source, whose pages are released on the way.
    init(_ source: WeightSource, gang: ThreadGang) throws(ComputeError) {
        try source.validate()
        type = source.type
        layout = source.type.panelLayout
        (rows, columns, matrixCount) = (source.rows, source.columns, source.matrixCount)
        panelCount = layout.panelCount(rows: rows)
        panelBytes = layout.byteCount(columns: columns)
        do { buffer = try AlignedBuffer(count: panelBytes * panelCount * matrixCount) } catch {
            throw .platform(error)
        }
        unsafe gang.run(PackingPhase(source: source, matrix: self, destination: buffer.base))
    }

    var byteCount: Int { buffer.count }

    /// First panel of one of the matrices.
    func packed(_ matrix: Int = 0) -> PackedMatrix {
        unsafe PackedMatrix(type: type, base: buffer.base + matrix * panelCount * panelBytes)
    }

    /// Decodes one row of the first matrix into `columns` floats.
    func decodeRow(_ row: Int, into weights: UnsafeMutablePointer<Float>) {
        precondition(row >= 0 && row < rows, "row outside of the matrix")
        unsafe layout.unpackRow(
            row % rowsPerPanel, of: buffer.base + row / rowsPerPanel * panelBytes, columns: columns, into: weights)
    }
}

/// Packs some panels per chunk.
@safe private struct PackingPhase: Phase {
    let source: WeightSource
    let matrix: LoadedMatrix
    let destination: UnsafeMutableRawPointer

    private static let bytesPerChunk = 1 << 20

    private var panelsPerChunk: Int { max(1, Self.bytesPerChunk / matrix.panelBytes) }
    private var allPanels: Int { matrix.panelCount * matrix.matrixCount }
    var chunkCount: Int { (allPanels + panelsPerChunk - 1) / panelsPerChunk }

    func run(chunk: Int, thread: Int) {
        let rowBytes = source.bytes.count / (source.rows * source.matrixCount)
        let panels = chunk * panelsPerChunk..<min((chunk + 1) * panelsPerChunk, allPanels)
        var released = 0..<0
        for panel in panels {
            let (index, panelOfMatrix) = panel.quotientAndRemainder(dividingBy: matrix.panelCount)
            let firstRow = panelOfMatrix * rowsPerPanel
            let count = min(rowsPerPanel, source.rows - firstRow)
            let offset = source.bytes.range.lowerBound + (index * source.rows + firstRow) * rowBytes
            let rows = unsafe PanelSource(
                base: source.bytes.owner.baseAddress + offset, rowStride: rowBytes, rowCount: count,
                columns: source.columns)
            unsafe matrix.layout.pack(rows, into: destination + panel * matrix.panelBytes)
            released = (released.isEmpty ? offset : released.lowerBound)..<offset + count * rowBytes
        }
        source.bytes.owner.release(released)
    }
}

/// A vector of floats, padded with zeros to a multiple of 16.
@safe final class LoadedVector: Sendable {
    let count: Int
    private let buffer: AlignedBuffer

    init(_ values: [Float]) throws(ComputeError) {
        count = values.count
        do { buffer = try AlignedBuffer(count: Activation.stride(columns: values.count) * 4) } catch {
            throw .platform(error)
        }
        for (index, value) in values.enumerated() { unsafe floats[index] = value }
    }

    var byteCount: Int { buffer.count }
    var floats: UnsafeMutablePointer<Float> { unsafe buffer.floats }
}

extension AlignedBuffer {
    /// The buffer as floats.
    var floats: UnsafeMutablePointer<Float> { unsafe base.assumingMemoryBound(to: Float.self) }
}
