/// Why a file of packed weights cannot be used.
package enum PackedFileProblem: Error, Equatable, CustomStringConvertible {
    /// The file ends, or its table does, before what should be there.
    case truncated(what: String, wanted: UInt64, available: Int)
    case notPacked
    case otherVersion(of: String, expected: UInt32, found: UInt32)
    /// Header and table are not what was written.
    case damagedTable
    case invalid(what: String, expected: String, found: UInt64)
    /// The file was made from another model file, or from this one before it changed.
    case stale(source: String, what: String, expected: String, found: String)
    /// The weights of one matrix are not what was written.
    case damagedWeights(offset: Int, byteCount: Int)
    /// The model has no file of its own whose changes could be noticed.
    case sourceWithoutFile(name: String)

    package var description: String {
        switch self {
        case .truncated(let what, let wanted, let available):
            "\(what): expected \(wanted) bytes, found \(available)"
        case .notPacked: "is no file of packed weights"
        case .otherVersion(let what, let expected, let found):
            "was packed with version \(found) of the \(what), expected version \(expected)"
        case .damagedTable: "its table is damaged"
        case .invalid(let what, let expected, let found): "\(what): expected \(expected), found \(found)"
        case .stale(let source, let what, let expected, let found):
            "\(source) has changed since it was packed: \(what) was \(found), is \(expected)"
        case .damagedWeights(let offset, let byteCount):
            "the \(byteCount) bytes of weights at \(offset) are damaged"
        case .sourceWithoutFile(let name): "\(name) is no file whose weights could be kept packed"
        }
    }
}
