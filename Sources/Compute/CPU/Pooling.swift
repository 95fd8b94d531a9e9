import Quantization

extension CPUBackend {
    package func pool(_ input: Activation, into output: Activation) {
        unsafe gang.run(
            PoolPhase(
                vectors: vectors, sequences: batch.sequences, input: rows(input), output: writableRows(output),
                stride: input.stride))
    }
}

/// The mean of one sequence's rows per chunk.
@safe private struct PoolPhase: Phase {
    let vectors: any VectorKernels.Type
    let sequences: [SequenceSlice]
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let stride: Int

    var chunkCount: Int { sequences.count }

    func run(chunk: Int, thread: Int) {
        let rows = sequences[chunk].rows
        let mean = unsafe output + chunk * stride
        unsafe mean.update(from: input + rows.lowerBound * stride, count: stride)
        for row in rows.dropFirst() { unsafe vectors.add(mean, input + row * stride, count: stride) }
        unsafe vectors.scale(mean, by: 1 / Float(rows.count), count: stride)
    }
}
