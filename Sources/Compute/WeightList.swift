/// Remembers which matrices a model loads, in order, and loads nothing.
package final class WeightList: WeightLoader {
    package private(set) var sources: [WeightSource] = []
    private var vectorCount = 0
    private var ropeCount = 0

    package init() {}

    package func load(_ source: WeightSource) throws(ComputeError) -> WeightHandle {
        try source.validate()
        sources.append(source)
        return WeightHandle(
            index: sources.count - 1, rows: source.rows, columns: source.columns, matrixCount: source.matrixCount)
    }

    package func load(vector: [Float]) throws(ComputeError) -> VectorHandle {
        vectorCount += 1
        return VectorHandle(index: vectorCount - 1, count: vector.count)
    }

    package func load(rope: RoPE) throws(ComputeError) -> RoPEHandle {
        ropeCount += 1
        return RoPEHandle(index: ropeCount - 1, rotaryLength: rope.rotaryLength)
    }

    package func finishLoading(progress: @escaping @Sendable (Int) -> Void) throws(ComputeError) {}
}
