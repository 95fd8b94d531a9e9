/// A value flowing through one step: rows of float32 somewhere in the backend's workspace.
///
/// *Shape*: `[rows, columns]`, a row starting every `stride` floats. The stride is a multiple of 16 and the floats
/// between `columns` and `stride` are zero: every operation reads and writes whole vectors.
package struct Activation: Sendable, Equatable {
    /// First float in the workspace; a multiple of 16.
    package let offset: Int
    package let rows: Int
    package let columns: Int
    package let stride: Int
    /// The layer that made it and at whose end it dies; nil if it was made before the first.
    package let layer: Int?

    package init(offset: Int, rows: Int, columns: Int, layer: Int? = nil) {
        self.offset = offset
        self.rows = rows
        self.columns = columns
        self.stride = Self.stride(columns: columns)
        self.layer = layer
    }

    /// Floats from one row to the next.
    package static func stride(columns: Int) -> Int { (columns + 15) / 16 * 16 }

    /// Floats that the rows take.
    package var floatCount: Int { rows * stride }

    /// Whether the two share memory.
    package func overlaps(_ other: Activation) -> Bool {
        offset < other.offset + other.floatCount && other.offset < offset + floatCount
    }
}
