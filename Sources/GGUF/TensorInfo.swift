package import Platform
package import Quantization

/// One tensor of a file: its name, shape and type, and where its bytes are.
package struct TensorInfo: Sendable {
    package let name: String
    /// Dimensions in the file's order, innermost first: a matrix of `rows` × `columns` is `[columns, rows]`.
    package let shape: [Int]
    package let type: QuantizationType
    /// The weights: exactly as many bytes as shape and type need.
    package let bytes: ByteRange

    /// Number of weights; never zero, never too large for `Int`.
    package var weightCount: Int { shape.reduce(1, *) }
    /// Weights in a row: the innermost dimension.
    package var rowLength: Int { shape.first ?? 1 }
    /// Number of rows: the product of all other dimensions.
    package var rowCount: Int { shape.dropFirst().reduce(1, *) }
}
