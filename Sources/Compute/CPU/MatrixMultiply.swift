import Platform
import Quantization

// How a product is cut. A chunk is a run of panels (so weights are read once, in order) times all tokens; how it goes
// through them is the kernel's business, which knows its registers and caches. Chunks are small enough that a thread
// which is interrupted holds up little, and large enough that the hardware's prefetching is not restarted all the
// time. The result does not depend on any of it: kernels compute a row the same way however the product is cut.

private enum Tiling {
    /// Chunks per thread that a phase should have.
    static let chunksPerThread = 6
    /// Weights of a chunk, at least.
    static let bytesPerChunk = 48 << 10
}

extension CPUBackend {
    package func linear(
        _ input: Activation, _ weight: WeightHandle, bias: VectorHandle?, into output: Activation
    ) {
        guard input.rows > 0 else { return }
        let matrix = matrices[weight.index]
        let kernel = kernels.matrix(matrix.type)
        let activations = packed(input, as: kernel.activations)
        let biases = unsafe bias.map { unsafe vector($0) }
        unsafe gang.run(
            ProductPhase(
                threadCount: gang.threadCount, matrix: matrix, kernel: kernel, activations: activations, bias: biases,
                vectors: vectors, output: ProductOutput(base: writableRows(output), stride: output.stride)))
    }

    /// A view in packed form; packed now, unless it is remembered.
    private func packed(_ view: Activation, as format: ActivationFormat) -> PackedActivations {
        let packer = kernels.activations(format)
        let (packed, isCurrent) = memoryOfStep.packed.entry(view, format, tokenTile: packer.tokenTile)
        if !isCurrent {
            unsafe gang.run(
                ActivationPackingPhase(packer: packer, source: rows(view), stride: view.stride, packed: packed))
        }
        return packed
    }
}

/// The last view that was packed in each format.
@safe final class PackedViews {
    private final class Entry {
        let buffer: AlignedBuffer
        var view: Activation?

        init(byteCount: Int) throws(PlatformError) { buffer = try AlignedBuffer(count: byteCount) }
    }

    private var entries: [Entry?]

    init(_ formats: Set<ActivationFormat>, rows: Int, columns: Int) throws(PlatformError) {
        entries = [Entry?](repeating: nil, count: ActivationFormat.allCases.count)
        for format in formats {
            entries[format.rawValue] = try Entry(byteCount: rows * format.bytesPerToken(columns: columns))
        }
    }

    var byteCount: Int { entries.reduce(0) { $0 + ($1?.buffer.count ?? 0) } }

    /// Where a view is packed, or is to be packed.
    func entry(
        _ view: Activation, _ format: ActivationFormat, tokenTile: Int
    ) -> (packed: PackedActivations, isCurrent: Bool) {
        guard let entry = entries[format.rawValue] else { preconditionFailure("\(format) was not reserved") }
        let packed = unsafe PackedActivations(
            format: format, tokenCount: view.rows, columns: view.columns, tokenTile: tokenTile, base: entry.buffer.base)
        precondition(packed.byteCount <= entry.buffer.count)
        defer { entry.view = view }
        return (packed, entry.view == view)
    }

    /// The view is about to change.
    func forget(_ view: Activation) {
        for entry in entries {
            if let entry, let packed = entry.view, packed.overlaps(view) { entry.view = nil }
        }
    }

    func forgetAll() {
        for entry in entries { entry?.view = nil }
    }
}

/// Packs some token panels per chunk.
@safe struct ActivationPackingPhase: Phase {
    let packer: ActivationKernel
    let source: UnsafePointer<Float>
    let stride: Int
    let packed: PackedActivations

    private var panels: Int { (packed.tokenCount + packed.tokenTile - 1) / packed.tokenTile }
    private var chunkPanels: Int { max(1, 16384 / (packed.columns * packed.tokenTile)) }
    var chunkCount: Int { (panels + chunkPanels - 1) / chunkPanels }

    func run(chunk: Int, thread: Int) {
        let first = chunk * chunkPanels * packed.tokenTile
        let tokens = first..<min(first + chunkPanels * packed.tokenTile, packed.tokenCount)
        unsafe packer.pack(
            ActivationPacking(source: source, sourceStride: stride, tokens: tokens, destination: packed))
    }
}

/// Some panels of a matrix times all tokens, per chunk.
@safe private struct ProductPhase: Phase {
    let threadCount: Int
    let matrix: LoadedMatrix
    let kernel: MatrixKernel
    let activations: PackedActivations
    let bias: UnsafePointer<Float>?
    let vectors: any VectorKernels.Type
    let output: ProductOutput

    var chunkCount: Int {
        panelChunks(matrix, threadCount: threadCount, tokenCount: activations.tokenCount)
    }

    func run(chunk: Int, thread: Int) {
        let panels = piece(chunk, of: chunkCount, count: matrix.panelCount, unit: 2)
        multiply(
            MatrixProduct(
                weights: matrix.packed(), panels: panels, activations: activations,
                tokens: 0..<activations.tokenCount, output: output),
            of: matrix, with: kernel)
        guard let bias = unsafe bias else { return }
        for token in 0..<activations.tokenCount {
            let row = unsafe output.base + token * output.stride + panels.lowerBound * rowsPerPanel
            unsafe vectors.add(row, bias + panels.lowerBound * rowsPerPanel, count: panels.count * rowsPerPanel)
        }
    }
}

/// Number of pieces that the panels of a product are cut into; borders lie at even panels.
func panelChunks(_ matrix: LoadedMatrix, threadCount: Int, tokenCount: Int) -> Int {
    let pairs = (matrix.panelCount + 1) / 2
    let bytes = matrix.panelCount * matrix.panelBytes
    // With many tokens a panel is much work, whatever its size.
    let least = tokenCount > 16 ? 1 : max(1, Tiling.bytesPerChunk / (2 * matrix.panelBytes))
    let most = min(pairs, threadCount * Tiling.chunksPerThread)
    return bytes == 0 ? 0 : max(1, min(most, pairs / least))
}

/// Computes panels of a product, and zeroes the padding of its rows.
func multiply(_ product: MatrixProduct, of matrix: LoadedMatrix, with kernel: MatrixKernel) {
    kernel.multiply(product)
    guard product.panels.upperBound == matrix.panelCount, matrix.rows % rowsPerPanel != 0 else { return }
    for token in product.tokens {
        let row = unsafe product.output.base + token * product.output.stride
        for column in matrix.rows..<matrix.panelCount * rowsPerPanel { unsafe row[column] = 0 }
    }
}
