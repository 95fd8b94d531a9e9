import Quantization

extension CPUBackend {
    package func rmsNorm(_ input: Activation, _ weight: VectorHandle, epsilon: Float, into output: Activation) {
        unsafe gang.run(
            RMSNormPhase(
                vectors: vectors, view: input, input: rows(input), weight: vector(weight), epsilon: epsilon,
                output: writableRows(output)))
    }

    package func layerNorm(_ input: Activation, _ norm: LayerNorm, into output: Activation) {
        let weights = unsafe LayerNormWeights(
            weight: vector(norm.weight), bias: norm.bias.map { unsafe vector($0) }, epsilon: norm.epsilon)
        unsafe gang.run(
            LayerNormPhase(
                vectors: vectors, view: input, input: rows(input), norm: weights, output: writableRows(output)))
    }

    package func headNorm(_ x: Activation, _ weight: VectorHandle, epsilon: Float) {
        unsafe gang.run(
            HeadNormPhase(
                vectors: vectors, view: x, x: writableRows(x), weight: vector(weight), headLength: weight.count,
                epsilon: epsilon))
    }
}

/// Rows that one chunk of cheap work per row takes.
func rowsPerChunk(columns: Int) -> Int { max(1, 8192 / columns) }

@safe private struct RMSNormPhase: Phase {
    let vectors: any VectorKernels.Type
    let view: Activation
    let input: UnsafePointer<Float>
    let weight: UnsafePointer<Float>
    let epsilon: Float
    let output: UnsafeMutablePointer<Float>

    private var chunkRows: Int { rowsPerChunk(columns: view.columns) }
    var chunkCount: Int { (view.rows + chunkRows - 1) / chunkRows }

    func run(chunk: Int, thread: Int) {
        for row in chunk * chunkRows..<min((chunk + 1) * chunkRows, view.rows) {
            let start = row * view.stride
            unsafe vectors.rmsNorm(
                input + start, weight, epsilon: epsilon, columns: view.columns, into: output + start)
        }
    }
}

@safe private struct LayerNormPhase: Phase {
    let vectors: any VectorKernels.Type
    let view: Activation
    let input: UnsafePointer<Float>
    let norm: LayerNormWeights
    let output: UnsafeMutablePointer<Float>

    private var chunkRows: Int { rowsPerChunk(columns: view.columns) }
    var chunkCount: Int { (view.rows + chunkRows - 1) / chunkRows }

    func run(chunk: Int, thread: Int) {
        for row in chunk * chunkRows..<min((chunk + 1) * chunkRows, view.rows) {
            let start = row * view.stride
            unsafe vectors.layerNorm(input + start, norm, columns: view.columns, into: output + start)
        }
    }
}

@safe private struct HeadNormPhase: Phase {
    let vectors: any VectorKernels.Type
    let view: Activation
    let x: UnsafeMutablePointer<Float>
    let weight: UnsafePointer<Float>
    let headLength: Int
    let epsilon: Float

    private var chunkRows: Int { rowsPerChunk(columns: view.columns) }
    var chunkCount: Int { (view.rows + chunkRows - 1) / chunkRows }

    func run(chunk: Int, thread: Int) {
        for row in chunk * chunkRows..<min((chunk + 1) * chunkRows, view.rows) {
            for head in 0..<view.columns / headLength {
                let start = row * view.stride + head * headLength
                unsafe vectors.headNorm(x + start, weight, epsilon: epsilon, count: headLength)
            }
        }
    }
}
