package import Platform
package import Quantization

/// Why weights, cache or workspace cannot be set up.
///
/// A step itself cannot fail: everything that it needs is allocated and checked before.
package enum ComputeError: Error, Equatable, CustomStringConvertible {
    /// The bytes of a matrix are not those that its type and shape need.
    case wrongByteCount(type: QuantizationType, rows: Int, columns: Int, matrixCount: Int, found: Int)
    /// A dimension that must be positive, or fit whole blocks, is not or does not.
    case invalidShape(what: String, expected: String, found: Int)
    /// The process may not use more memory.
    case overBudget(bytes: Int, available: Int)
    case packedFile(path: String, PackedFileProblem)
    case platform(PlatformError)

    package var description: String {
        switch self {
        case .wrongByteCount(let type, let rows, let columns, let matrixCount, let found):
            "expected the bytes of \(matrixCount) × \(rows) × \(columns) weights of type \(type.name), found \(found) bytes"
        case .invalidShape(let what, let expected, let found): "\(what): expected \(expected), found \(found)"
        case .overBudget(let bytes, let available): "\(bytes) bytes of memory wanted, \(available) left in the budget"
        case .packedFile(let path, let problem): "\(path): \(problem)"
        case .platform(let error): error.description
        }
    }
}
