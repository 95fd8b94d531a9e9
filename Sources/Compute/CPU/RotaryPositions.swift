import Platform
import Quantization

/// A RoPE with its frequencies in place, and the cosines and sines of the current step.
@safe final class LoadedRoPE {
    let rope: RoPE
    private let frequencies: LoadedVector
    private let longFrequencies: LoadedVector?
    /// `[rows][cosines, sines]`
    private var table: AlignedBuffer?
    /// Whether the table holds the current step.
    var isCurrent = false

    init(_ rope: RoPE) throws(ComputeError) {
        self.rope = rope
        frequencies = try LoadedVector(rope.frequencies.values)
        longFrequencies = try rope.longFrequencies.map { long throws(ComputeError) in try LoadedVector(long.values) }
    }

    /// Floats from one row's cosines to its sines.
    private var stride: Int { Activation.stride(columns: frequencies.count) }

    func reserve(rows: Int) throws(PlatformError) { table = try AlignedBuffer(count: rows * 2 * stride * 4) }

    func row(_ row: Int) -> RotationRow {
        guard let base = unsafe table?.floats else { preconditionFailure("no memory reserved for rotary positions") }
        let start = unsafe base + row * 2 * stride
        return unsafe RotationRow(cosines: start, sines: start + stride)
    }

    /// Computes the row of a position.
    func compute(row index: Int, position: Int32, isLong: Bool, _ vectors: any VectorKernels.Type) {
        let set = isLong ? rope.longFrequencies ?? rope.frequencies : rope.frequencies
        let values = isLong ? longFrequencies ?? frequencies : frequencies
        unsafe vectors.rotation(
            position: Float(position), UnsafePointer(values.floats), magnitude: set.magnitude, count: values.count,
            into: row(index))
    }
}

extension CPUBackend {
    package func rope(_ x: Activation, headLength: Int, _ handle: RoPEHandle) {
        let rope = ropes[handle.index]
        if !rope.isCurrent {
            for slice in batch.sequences {
                for row in slice.rows {
                    unsafe rope.compute(
                        row: row, position: batch.positions[row], isLong: slice.options.usesLongRoPE, vectors)
                }
            }
            rope.isCurrent = true
        }
        unsafe gang.run(
            RotationPhase(vectors: vectors, rope: rope, view: x, x: writableRows(x), headLength: headLength))
    }
}

@safe private struct RotationPhase: Phase {
    let vectors: any VectorKernels.Type
    let rope: LoadedRoPE
    let view: Activation
    let x: UnsafeMutablePointer<Float>
    let headLength: Int

    private var chunkRows: Int { rowsPerChunk(columns: view.columns) }
    var chunkCount: Int { (view.rows + chunkRows - 1) / chunkRows }

    func run(chunk: Int, thread: Int) {
        let pairs = rope.rope.frequencies.values.count
        for row in chunk * chunkRows..<min((chunk + 1) * chunkRows, view.rows) {
            let rotation = rope.row(row)
            for head in 0..<view.columns / headLength {
                let start = unsafe x + row * view.stride + head * headLength
                switch rope.rope.style {
                case .interleaved: unsafe vectors.rotateInterleaved(start, by: rotation, pairs: pairs)
                case .halves: unsafe vectors.rotateHalves(start, by: rotation, pairs: pairs)
                }
            }
        }
    }
}
