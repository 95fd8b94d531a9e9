package import Platform
package import Quantization

/// A matrix as it lies in a model file: row-major blocks of one type.
package struct WeightSource: Sendable {
    package let type: QuantizationType
    /// Output features; what GGUF calls the second dimension.
    package let rows: Int
    /// Input features; what GGUF calls the first dimension.
    package let columns: Int
    /// Matrices that lie one after another: the number of experts, or 1.
    package let matrixCount: Int
    package let bytes: ByteRange

    package init(type: QuantizationType, rows: Int, columns: Int, matrixCount: Int = 1, bytes: ByteRange) {
        self.type = type
        self.rows = rows
        self.columns = columns
        self.matrixCount = matrixCount
        self.bytes = bytes
    }

    /// Checks that shape, type and bytes agree; every dimension comes from a file.
    ///
    /// - Throws: `invalidShape`, `wrongByteCount`.
    package func validate() throws(ComputeError) {
        for (what, count) in [("rows", rows), ("columns", columns), ("matrix count", matrixCount)] {
            guard count > 0 else { throw .invalidShape(what: what, expected: "more than 0", found: count) }
        }
        guard let rowBytes = type.byteCount(weights: columns) else {
            throw .invalidShape(
                what: "columns", expected: "a multiple of \(type.weightsPerBlock)", found: columns)
        }
        let (matrixBytes, overflow1) = rowBytes.multipliedReportingOverflow(by: rows)
        let (total, overflow2) = matrixBytes.multipliedReportingOverflow(by: matrixCount)
        guard !overflow1, !overflow2, total == bytes.count else {
            throw .wrongByteCount(
                type: type, rows: rows, columns: columns, matrixCount: matrixCount, found: bytes.count)
        }
    }
}

/// A matrix, or several of one shape, that a backend has loaded in a form of its own.
package struct WeightHandle: Sendable, Equatable {
    /// The backend's own number for it.
    package let index: Int
    package let rows: Int
    package let columns: Int
    package let matrixCount: Int
    /// What an adapter adds to every product with the matrix.
    package private(set) var addition: LowRankAddition?

    package init(index: Int, rows: Int, columns: Int, matrixCount: Int) {
        self.index = index
        self.rows = rows
        self.columns = columns
        self.matrixCount = matrixCount
    }

    /// The matrix with an adapter: products are `W · x + scale · up · (down · x)`.
    ///
    /// - Parameters:
    ///   - down: `[rank, columns]`.
    ///   - up: `[rows, rank]`.
    package func adding(_ down: WeightHandle, _ up: WeightHandle, scale: Float) -> WeightHandle {
        precondition(matrixCount == 1 && down.columns == columns && up.rows == rows && up.columns == down.rows)
        var adapted = self
        adapted.addition = LowRankAddition(down: down.index, up: up.index, rank: down.rows, scale: scale)
        return adapted
    }

    /// The two matrices of its adapter.
    var factors: (down: WeightHandle, up: WeightHandle)? {
        guard let addition else { return nil }
        let rank = addition.rank
        return (
            WeightHandle(index: addition.down, rows: rank, columns: columns, matrixCount: 1),
            WeightHandle(index: addition.up, rows: rows, columns: rank, matrixCount: 1)
        )
    }
}

/// What an adapter adds to a matrix: the product of a wide and a tall one, by the backend's numbers for them.
package struct LowRankAddition: Sendable, Equatable {
    fileprivate let down: Int
    fileprivate let up: Int
    fileprivate let rank: Int
    let scale: Float
}

/// A vector of float32 that a backend has loaded: norm weights, biases, attention sinks.
package struct VectorHandle: Sendable, Equatable {
    /// The backend's own number for it.
    package let index: Int
    package let count: Int

    package init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }
}
