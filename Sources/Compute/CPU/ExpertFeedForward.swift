import Platform
import Quantization

// Rows are grouped by expert, so that each expert's weights are read once per step and its rows share one product. The
// results are summed row by row in the order of the row's own choice, so they do not depend on the grouping.

/// Memory of expert layers. A *slot* is one chosen expert of one row; slots lie expert after expert.
@safe final class ExpertMemory {
    let plan: WorkspacePlan.ExpertPlan
    private let gathered: AlignedBuffer
    private let packedBuffer: AlignedBuffer
    private let gateBuffer: AlignedBuffer
    private let upBuffer: AlignedBuffer
    /// Row of every slot, in order of experts.
    private(set) var rowOfSlot: [Int32]
    /// Slot of every row and rank.
    private(set) var slotOfChoice: [Int32]
    /// First slot of every expert, and one past the last slot.
    private(set) var firstSlot: [Int32]
    /// Experts that have rows.
    private(set) var active: [Int32]

    init(_ plan: WorkspacePlan.ExpertPlan, formats: Set<ActivationFormat>, rows: Int) throws(PlatformError) {
        self.plan = plan
        let slots = rows * plan.usedCount
        let width = Activation.stride(columns: max(plan.embeddingLength, plan.feedForwardLength))
        let packedBytes = formats.map { $0.bytesPerToken(columns: width) }.max() ?? 0
        gathered = try AlignedBuffer(count: slots * Activation.stride(columns: plan.embeddingLength) * 4)
        packedBuffer = try AlignedBuffer(count: slots * (packedBytes + 64))
        gateBuffer = try AlignedBuffer(count: slots * Activation.stride(columns: plan.feedForwardLength) * 4)
        upBuffer = try AlignedBuffer(count: slots * Activation.stride(columns: plan.feedForwardLength) * 4)
        rowOfSlot = [Int32](repeating: 0, count: slots)
        slotOfChoice = [Int32](repeating: 0, count: slots)
        firstSlot = [Int32](repeating: 0, count: plan.expertCount + 1)
        active = []
        active.reserveCapacity(plan.expertCount)
    }

    var byteCount: Int { gathered.count + packedBuffer.count + gateBuffer.count + upBuffer.count }

    /// Rows of a layer by slot; the results of `down` replace the gathered inputs.
    var inputs: UnsafeMutablePointer<Float> { unsafe gathered.floats }
    var gates: UnsafeMutablePointer<Float> { unsafe gateBuffer.floats }
    var ups: UnsafeMutablePointer<Float> { unsafe upBuffer.floats }

    /// Slots of an expert.
    func slots(_ expert: Int) -> Range<Int> { Int(firstSlot[expert])..<Int(firstSlot[expert + 1]) }

    /// Sorts the choices of all rows by expert, rows in order.
    func group(_ choices: UnsafePointer<Float>, _ view: Activation, expertCount: Int) {
        precondition(view.rows * view.columns <= rowOfSlot.count && expertCount < firstSlot.count)
        for expert in 0...expertCount { firstSlot[expert] = 0 }
        for row in 0..<view.rows {
            for rank in 0..<view.columns { firstSlot[unsafe Int(choices[row * view.stride + rank]) + 1] += 1 }
        }
        active.removeAll(keepingCapacity: true)
        for expert in 0..<expertCount {
            if firstSlot[expert + 1] > 0 { active.append(Int32(expert)) }
            firstSlot[expert + 1] += firstSlot[expert]
        }
        for row in 0..<view.rows {
            for rank in 0..<view.columns {
                let expert = unsafe Int(choices[row * view.stride + rank])
                let slot = firstSlot[expert]
                firstSlot[expert] += 1
                rowOfSlot[Int(slot)] = Int32(row)
                slotOfChoice[row * view.columns + rank] = slot
            }
        }
        // Every start has moved to its end, which is the next one's start.
        for expert in (0..<expertCount).reversed() { firstSlot[expert + 1] = firstSlot[expert] }
        firstSlot[0] = 0
    }

    /// Where the packed rows of an expert lie.
    func packed(_ expert: Int, _ format: ActivationFormat, columns: Int, tokenTile: Int) -> PackedActivations {
        let slots = slots(expert)
        let bytes = (format.bytesPerToken(columns: columns) + 63) / 64 * 64
        return unsafe PackedActivations(
            format: format, tokenCount: slots.count, columns: columns, tokenTile: tokenTile,
            base: packedBuffer.base + slots.lowerBound * bytes)
    }
}

extension CPUBackend {
    package func expertFeedForward(
        _ input: Activation, _ chosen: ChosenExperts, _ experts: GatedFeedForward, into output: Activation
    ) {
        guard input.rows > 0 else { return }
        guard let memory = memoryOfStep.experts else { preconditionFailure("no memory reserved for experts") }
        unsafe memory.group(
            UnsafePointer(rows(chosen.experts)), chosen.experts, expertCount: experts.gate.matrixCount)
        let (gate, up, down) = (matrices[experts.gate.index], matrices[experts.up.index], matrices[experts.down.index])
        unsafe pack(memory, gate, source: rows(input), input)
        unsafe multiply(memory, gate, into: memory.gates)
        if kernels.matrix(up.type).activations != kernels.matrix(gate.type).activations {
            unsafe pack(memory, up, source: rows(input), input)
        }
        unsafe multiply(memory, up, into: memory.ups)
        let width = Activation.stride(columns: experts.gate.rows)
        unsafe gang.run(
            ExpertGatePhase(
                operation: .gate(experts.function), vectors: vectors, x: memory.gates, y: memory.ups,
                count: input.rows * chosen.experts.columns * width))
        unsafe pack(memory, down, source: memory.gates, nil)
        unsafe multiply(memory, down, into: memory.inputs)
        unsafe gang.run(
            ExpertSumPhase(
                memory: memory, vectors: vectors, weights: rows(chosen.weights), choices: chosen.weights,
                output: writableRows(output), view: output))
    }

    /// Packs the rows of every expert for a matrix.
    ///
    /// - Parameter view: the shape of rows that are to be gathered; nil if the source lies by slot.
    private func pack(
        _ memory: ExpertMemory, _ matrix: LoadedMatrix, source: UnsafeMutablePointer<Float>, _ view: Activation?
    ) {
        let format = kernels.matrix(matrix.type).activations
        unsafe gang.run(
            ExpertPackingPhase(
                memory: memory, packer: kernels.activations(format), format: format, columns: matrix.columns,
                source: source, view: view))
    }

    private func multiply(_ memory: ExpertMemory, _ matrix: LoadedMatrix, into output: UnsafeMutablePointer<Float>) {
        let kernel = kernels.matrix(matrix.type)
        unsafe gang.run(
            ExpertProductPhase(
                memory: memory, matrix: matrix, kernel: kernel,
                tokenTile: kernels.activations(kernel.activations).tokenTile, output: output,
                piecesPerExpert: panelChunks(
                    matrix, threadCount: max(1, gang.threadCount / memory.active.count), tokenCount: 1)))
    }
}

/// Gathers and packs the rows of one expert per chunk.
@safe private struct ExpertPackingPhase: Phase {
    let memory: ExpertMemory
    let packer: ActivationKernel
    let format: ActivationFormat
    let columns: Int
    let source: UnsafeMutablePointer<Float>
    let view: Activation?

    var chunkCount: Int { memory.active.count }

    func run(chunk: Int, thread: Int) {
        let expert = Int(memory.active[chunk])
        let slots = memory.slots(expert)
        let stride = Activation.stride(columns: columns)
        var first = unsafe source + slots.lowerBound * stride
        if let view = view {
            unsafe first = memory.inputs + slots.lowerBound * stride
            for slot in slots {
                let row = unsafe source + Int(memory.rowOfSlot[slot]) * view.stride
                unsafe (memory.inputs + slot * stride).update(from: row, count: stride)
            }
        }
        let packed = memory.packed(expert, format, columns: columns, tokenTile: packer.tokenTile)
        unsafe packer.pack(
            ActivationPacking(source: first, sourceStride: stride, tokens: 0..<slots.count, destination: packed))
    }
}

/// Some panels of one expert times its rows, per chunk.
@safe private struct ExpertProductPhase: Phase {
    let memory: ExpertMemory
    let matrix: LoadedMatrix
    let kernel: MatrixKernel
    let tokenTile: Int
    let output: UnsafeMutablePointer<Float>
    let piecesPerExpert: Int

    var chunkCount: Int { memory.active.count * piecesPerExpert }

    func run(chunk: Int, thread: Int) {
        let (index, part) = chunk.quotientAndRemainder(dividingBy: piecesPerExpert)
        let expert = Int(memory.active[index])
        let slots = memory.slots(expert)
        let stride = Activation.stride(columns: matrix.rows)
        let packed = memory.packed(
            expert, kernel.activations, columns: matrix.columns, tokenTile: tokenTile)
        unsafe multiply(
            MatrixProduct(
                weights: matrix.packed(expert),
                panels: piece(part, of: piecesPerExpert, count: matrix.panelCount, unit: 2), activations: packed,
                tokens: 0..<slots.count, output: ProductOutput(base: output + slots.lowerBound * stride, stride: stride)
            ),
            of: matrix, with: kernel)
    }
}

/// The gate function over all slots.
@safe private struct ExpertGatePhase: Phase {
    let operation: ElementOperation
    let vectors: any VectorKernels.Type
    let x: UnsafeMutablePointer<Float>
    let y: UnsafePointer<Float>
    let count: Int

    private static let floatsPerChunk = 8192
    var chunkCount: Int { (count + Self.floatsPerChunk - 1) / Self.floatsPerChunk }

    func run(chunk: Int, thread: Int) {
        let first = chunk * Self.floatsPerChunk
        let count = min(Self.floatsPerChunk, count - first)
        unsafe operation.apply(x + first, y + first, count: count, vectors)
    }
}

/// Sums the experts of some rows per chunk, best first.
@safe private struct ExpertSumPhase: Phase {
    let memory: ExpertMemory
    let vectors: any VectorKernels.Type
    let weights: UnsafePointer<Float>
    let choices: Activation
    let output: UnsafeMutablePointer<Float>
    let view: Activation

    private var chunkRows: Int { rowsPerChunk(columns: view.columns * choices.columns) }
    var chunkCount: Int { (view.rows + chunkRows - 1) / chunkRows }

    func run(chunk: Int, thread: Int) {
        for row in chunk * chunkRows..<min((chunk + 1) * chunkRows, view.rows) {
            let target = unsafe output + row * view.stride
            unsafe target.update(repeating: 0, count: view.stride)
            for rank in 0..<choices.columns {
                let slot = Int(memory.slotOfChoice[row * choices.columns + rank])
                unsafe vectors.add(
                    target, weights[row * choices.stride + rank], times: memory.inputs + slot * view.stride,
                    count: view.stride)
            }
        }
    }
}
