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

    package init(index: Int, rows: Int, columns: Int, matrixCount: Int) {
        self.index = index
        self.rows = rows
        self.columns = columns
        self.matrixCount = matrixCount
    }
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
