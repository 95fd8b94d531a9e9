import Quantization

extension CPUBackend {
    package func routeExperts(_ logits: Activation, _ routing: ExpertRouting, into chosen: ChosenExperts) {
        unsafe gang.run(
            ChoicePhase(
                vectors: vectors, routing: routing, view: logits, logits: writableRows(logits),
                bias: routing.choiceBias.map { unsafe vector($0) }, chosen: chosen,
                experts: writableRows(chosen.experts), weights: writableRows(chosen.weights)))
    }
}

/// Chooses the experts of some rows per chunk.
@safe private struct ChoicePhase: Phase {
    let vectors: any VectorKernels.Type
    let routing: ExpertRouting
    let view: Activation
    let logits: UnsafeMutablePointer<Float>
    let bias: UnsafePointer<Float>?
    let chosen: ChosenExperts
    let experts: UnsafeMutablePointer<Float>
    let weights: UnsafeMutablePointer<Float>

    private var chunkRows: Int { rowsPerChunk(columns: view.columns * routing.usedCount) }
    var chunkCount: Int { (view.rows + chunkRows - 1) / chunkRows }

    func run(chunk: Int, thread: Int) {
        for row in chunk * chunkRows..<min((chunk + 1) * chunkRows, view.rows) {
            let scores = unsafe logits + row * view.stride
            switch routing.gating {
            case .softmax: unsafe vectors.softmax(scores, columns: view.columns)
            case .sigmoid: unsafe vectors.sigmoid(scores, count: view.stride)
            case .softmaxOfChosen: break
            }
            unsafe choose(scores, experts + row * chosen.experts.stride, weights + row * chosen.weights.stride)
        }
    }

    private func choose(
        _ scores: UnsafeMutablePointer<Float>, _ experts: UnsafeMutablePointer<Float>,
        _ weights: UnsafeMutablePointer<Float>
    ) {
        let (count, padded) = (routing.usedCount, chosen.experts.stride)
        unsafe experts.update(repeating: 0, count: padded)
        unsafe weights.update(repeating: 0, count: padded)
        for rank in 0..<count {
            let best = unsafe best(scores, taken: experts, rank)
            unsafe experts[rank] = Float(best)
            unsafe weights[rank] = scores[best]
        }
        if routing.gating == .softmaxOfChosen { unsafe vectors.softmax(weights, columns: count) }
        var factor = routing.scale
        if routing.normalizesWeights {
            var sum: Float = 0
            for rank in 0..<count { unsafe sum += weights[rank] }
            factor /= max(sum, Float.leastNormalMagnitude)
        }
        for rank in 0..<count { unsafe weights[rank] *= factor }
    }

    /// The expert with the greatest score among those that are not taken; of equal ones the first.
    private func best(
        _ scores: UnsafePointer<Float>, taken: UnsafePointer<Float>, _ takenCount: Int
    ) -> Int {
        var best = -1
        var bestScore = -Float.infinity
        for expert in 0..<view.columns {
            var isTaken = false
            for rank in 0..<takenCount where unsafe taken[rank] == Float(expert) { isTaken = true }
            if isTaken { continue }
            let score = unsafe scores[expert] + (bias.map { unsafe $0[expert] } ?? 0)
            if best < 0 || score > bestScore {
                best = expert
                bestScore = score
            }
        }
        return best
    }
}
