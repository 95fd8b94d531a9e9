package import Platform
import Quantization

/// A model on the CPU: weights packed in panels, a paged cache and a workspace, worked on by a gang of threads.
///
/// Every operation is a phase of chunks of the gang, or runs on the caller's thread where a phase would cost more than
/// it saves. One step at a time: the backend belongs to whoever runs the model.
@safe package final class CPUBackend: Backend {
    let gang: ThreadGang
    let kernels: MatrixKernelSet
    @unsafe let vectors: any VectorKernels.Type
    package private(set) var memory = BackendMemory()

    /// What holds some of the weights packed already.
    private let packedFile: PackedFile?
    /// Matrices that have a handle and are not loaded yet.
    private var unloaded: [WeightSource] = []
    private(set) var matrices: [LoadedMatrix] = []
    private(set) var loadedVectors: [LoadedVector] = []
    private(set) var ropes: [LoadedRoPE] = []
    /// What `reserve` has set aside.
    private(set) var reserved: Reserved?
    private(set) var batch = Batch()

    /// - Parameters:
    ///   - gang: the threads of the process; models take turns.
    ///   - packed: a file from which matrices are mapped that it holds; others are packed at load.
    ///   - features: instruction sets to choose kernels from.
    package init(
        gang: ThreadGang, packed: PackedFile? = nil,
        features: CPUFeatures = .available(mask: CPUFeatures.environmentMask)
    ) {
        self.gang = gang
        packedFile = packed
        kernels = KernelSelection.select(features)
        unsafe vectors = KernelSelection.selectVectors(features)
    }

    /// A second cache and workspace over weights that another backend has loaded.
    ///
    /// Steps of the two may run at the same time, on two threads: their phases take turns.
    package convenience init(gang: ThreadGang, sharing weights: CPUWeights) throws(ComputeError) {
        self.init(gang: gang)
        matrices = weights.matrices
        loadedVectors = weights.vectors
        // A RoPE also holds the angles of a step.
        for rope in weights.ropes { ropes.append(try LoadedRoPE(rope)) }
    }

    /// What has been loaded, for further backends to compute with.
    package var weights: CPUWeights {
        CPUWeights(matrices: matrices, vectors: loadedVectors, ropes: ropes.map(\.rope))
    }

    /// Memory of a model's steps.
    @safe final class Reserved {
        let plan: WorkspacePlan
        let cache: CacheLayout
        let pageCount: Int
        let workspace: AlignedBuffer
        let pages: AlignedBuffer
        let packed: PackedViews
        let places: RowPlaces
        let attention: AttentionMemory
        let experts: ExpertMemory?

        init(
            _ plan: WorkspacePlan, cache: CacheLayout, pageCount: Int, backend: CPUBackend
        ) throws(PlatformError) {
            self.plan = plan
            self.cache = cache
            self.pageCount = pageCount
            workspace = try AlignedBuffer(count: max(plan.floatCount, 16) * 4)
            pages = try AlignedBuffer(count: pageCount * cache.pageBytes)
            let formats = Set(backend.matrices.map { backend.kernels.matrix($0.type).activations })
            packed = try PackedViews(formats, rows: plan.limits.rows, columns: plan.inputColumns)
            places = try RowPlaces(rows: plan.limits.rows)
            attention = try unsafe AttentionMemory(
                plan, threadCount: backend.gang.threadCount, queryTile: backend.vectors.queryTile)
            experts = try plan.experts.map { experts throws(PlatformError) in
                try ExpertMemory(experts, formats: formats, rows: plan.limits.rows)
            }
        }

        var workspaceBytes: Int {
            workspace.count + packed.byteCount + attention.byteCount + (experts?.byteCount ?? 0)
        }
    }

    // MARK: Setting up

    package func load(_ source: WeightSource) throws(ComputeError) -> WeightHandle {
        try source.validate()
        unloaded.append(source)
        return WeightHandle(
            index: matrices.count + unloaded.count - 1, rows: source.rows, columns: source.columns,
            matrixCount: source.matrixCount)
    }

    package func finishLoading(progress: @escaping @Sendable (Int) -> Void) throws(ComputeError) {
        var (spans, byteCount) = ([PackingSpan](), 0)
        let mapped = unloaded.map { source -> LoadedMatrix? in
            let shape = PackedShape(source)
            if let matrix = packedFile?.matrix(source, shape) { return matrix }
            spans.append(PackingSpan(source, shape, at: byteCount))
            byteCount += shape.byteCount
            return nil
        }
        let arena = try WeightArena(byteCount: byteCount)
        var places = spans.makeIterator()
        for (matrix, source) in zip(mapped, unloaded) {
            if let matrix {
                memory.mappedBytes += matrix.byteCount
                matrices.append(matrix)
                progress(source.bytes.count)
            } else if let span = places.next() {
                unsafe matrices.append(LoadedMatrix(span.shape, at: arena.buffer.base + span.offset, of: arena))
            }
        }
        unloaded.removeAll()
        memory.weightBytes += byteCount
        unsafe gang.run(PackingPhase(spans, destination: arena.buffer.base, progress: progress))
    }

    package func load(vector: [Float]) throws(ComputeError) -> VectorHandle {
        let loaded = try LoadedVector(vector)
        loadedVectors.append(loaded)
        memory.weightBytes += loaded.byteCount
        return VectorHandle(index: loadedVectors.count - 1, count: vector.count)
    }

    package func load(rope: RoPE) throws(ComputeError) -> RoPEHandle {
        ropes.append(try LoadedRoPE(rope))
        return RoPEHandle(index: ropes.count - 1, rotaryLength: rope.rotaryLength)
    }

    package func reserve(_ plan: WorkspacePlan, cache: CacheLayout, pageCount: Int) throws(ComputeError) {
        if !unloaded.isEmpty { try finishLoading { _ in } }
        do {
            let reserved = try Reserved(plan, cache: cache, pageCount: pageCount, backend: self)
            for rope in ropes { try rope.reserve(rows: plan.limits.rows) }
            memory.cacheBytes = reserved.pages.count
            memory.workspaceBytes = reserved.workspaceBytes
            self.reserved = reserved
        } catch { throw .platform(error) }
    }

    // MARK: A step

    package func begin(_ batch: Batch) {
        let memory = memoryOfStep
        let limits = memory.plan.limits
        precondition(batch.rowCount <= limits.rows && batch.sequences.count <= limits.sequences)
        precondition(batch.logitRows.count <= limits.logitRows)
        self.batch.assign(batch)
        memory.packed.forgetAll()
        memory.places.update(batch, pageCount: memory.pageCount)
        for rope in ropes { rope.isCurrent = false }
    }

    package func end() { batch.removeAll() }

    /// What `reserve` has set aside; asking before is a bug.
    var memoryOfStep: Reserved {
        guard let reserved else { preconditionFailure("a step was begun before memory was reserved") }
        return reserved
    }

    /// The rows of a view of the workspace.
    func rows(_ x: Activation) -> UnsafeMutablePointer<Float> {
        let memory = memoryOfStep
        precondition(x.offset >= 0 && x.offset + x.floatCount <= memory.plan.floatCount, "view outside the workspace")
        return unsafe memory.workspace.floats + x.offset
    }

    /// The rows of a view that an operation is about to write.
    func writableRows(_ x: Activation) -> UnsafeMutablePointer<Float> {
        memoryOfStep.packed.forget(x)
        return unsafe rows(x)
    }

    func vector(_ handle: VectorHandle) -> UnsafePointer<Float> {
        unsafe UnsafePointer(loadedVectors[handle.index].floats)
    }

    package func withRow<Result>(
        _ row: Int, of x: Activation, _ body: (inout MutableSpan<Float>) -> Result
    ) -> Result {
        precondition(row >= 0 && row < x.rows, "row outside the view")
        let buffer = unsafe UnsafeMutableBufferPointer(start: writableRows(x) + row * x.stride, count: x.columns)
        var span = unsafe MutableSpan(_unsafeElements: buffer)
        return body(&span)
    }

    package func embed(_ table: WeightHandle, by number: RowNumber, into output: Activation) {
        let target = unsafe writableRows(output)
        let matrix = matrices[table.index]
        switch number {
        case .token:
            unsafe gang.run(
                EmbeddingPhase(matrix: matrix, numbers: batch.tokens, output: target, stride: output.stride))
        case .position:
            unsafe gang.run(
                EmbeddingPhase(matrix: matrix, numbers: batch.positions, output: target, stride: output.stride))
        case .tokenType:
            unsafe gang.run(
                TokenTypePhase(matrix: matrix, sequences: batch.sequences, output: target, stride: output.stride))
        }
    }

    package func gatherLogitRows(of input: Activation, into output: Activation) {
        let target = unsafe writableRows(output)
        let source = unsafe rows(input)
        for (index, row) in batch.logitRows.enumerated() {
            unsafe (target + index * output.stride).update(from: source + row * input.stride, count: input.stride)
        }
    }
}

/// Decodes some rows of a table per chunk.
@safe private struct EmbeddingPhase: Phase {
    let matrix: LoadedMatrix
    let numbers: [Int32]
    let output: UnsafeMutablePointer<Float>
    let stride: Int

    private static let rowsPerChunk = 8
    var chunkCount: Int { (numbers.count + Self.rowsPerChunk - 1) / Self.rowsPerChunk }

    func run(chunk: Int, thread: Int) {
        for row in chunk * Self.rowsPerChunk..<min((chunk + 1) * Self.rowsPerChunk, numbers.count) {
            let target = unsafe output + row * stride
            unsafe matrix.decodeRow(Int(numbers[row]), into: target)
            for column in matrix.columns..<stride { unsafe target[column] = 0 }
        }
    }
}

/// Writes the token types' rows of one sequence per chunk.
@safe private struct TokenTypePhase: Phase {
    let matrix: LoadedMatrix
    let sequences: [SequenceSlice]
    let output: UnsafeMutablePointer<Float>
    let stride: Int

    var chunkCount: Int { sequences.count }

    func run(chunk: Int, thread: Int) {
        let slice = sequences[chunk]
        for (position, row) in zip(slice.firstPosition..., slice.rows) {
            let isSecond = slice.options.secondTextStart.map { position >= $0 } ?? false
            let target = unsafe output + row * stride
            unsafe matrix.decodeRow(isSecond ? min(1, matrix.rows - 1) : 0, into: target)
            for column in matrix.columns..<stride { unsafe target[column] = 0 }
        }
    }
}
