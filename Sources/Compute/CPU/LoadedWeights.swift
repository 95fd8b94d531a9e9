import Platform
import Quantization

/// A model's weights in memory, which any number of backends may compute with; they stay as long as one does.
package struct CPUWeights: Sendable {
    let matrices: [LoadedMatrix]
    let vectors: [LoadedVector]
    let ropes: [RoPE]
}

/// How a matrix, or several of one shape, lie packed: in panels of sixteen rows, one matrix behind the other.
struct PackedShape: Sendable {
    let type: QuantizationType
    let layout: any PanelLayout
    let rows: Int
    let columns: Int
    let matrixCount: Int
    /// Panels of one matrix.
    let panelCount: Int
    let panelBytes: Int

    /// - Precondition: the source is valid, so that its packed form is at most sixteen times as large.
    init(_ source: WeightSource) {
        type = source.type
        layout = source.type.panelLayout
        (rows, columns, matrixCount) = (source.rows, source.columns, source.matrixCount)
        panelCount = layout.panelCount(rows: rows)
        panelBytes = layout.byteCount(columns: columns)
    }

    /// Panels of all matrices.
    var allPanels: Int { panelCount * matrixCount }
    /// Bytes of all matrices; a multiple of 64.
    var byteCount: Int { allPanels * panelBytes }
}

/// A matrix, or several of one shape, packed: in memory of the process's own, or in a mapped file.
@safe final class LoadedMatrix: Sendable {
    let shape: PackedShape
    /// Keeps what `base` points into.
    private let owner: any AnyObject & Sendable
    /// - Note: 64-byte aligned, `shape.byteCount` bytes, readable while the owner lives, constant once packed.
    private nonisolated(unsafe) let base: UnsafeRawPointer

    init(_ shape: PackedShape, at base: UnsafeRawPointer, of owner: any AnyObject & Sendable) {
        self.shape = shape
        self.owner = owner
        unsafe self.base = base
    }

    var type: QuantizationType { shape.type }
    var rows: Int { shape.rows }
    var columns: Int { shape.columns }
    var panelCount: Int { shape.panelCount }
    var panelBytes: Int { shape.panelBytes }
    var byteCount: Int { shape.byteCount }

    /// First panel of one of the matrices.
    func packed(_ matrix: Int = 0) -> PackedMatrix {
        unsafe PackedMatrix(type: type, base: base + matrix * panelCount * panelBytes)
    }

    /// Decodes one row of the first matrix into `columns` floats.
    func decodeRow(_ row: Int, into weights: UnsafeMutablePointer<Float>) {
        precondition(row >= 0 && row < rows, "row outside of the matrix")
        unsafe shape.layout.unpackRow(
            row % rowsPerPanel, of: base + row / rowsPerPanel * panelBytes, columns: columns, into: weights)
    }
}

/// The memory of all matrices that a model packs: one piece, so that huge pages are filled to the last.
final class WeightArena: Sendable {
    let buffer: AlignedBuffer

    /// - Throws: `platform`.
    init(byteCount: Int) throws(ComputeError) {
        do { buffer = try AlignedBuffer(count: byteCount) } catch { throw .platform(error) }
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
