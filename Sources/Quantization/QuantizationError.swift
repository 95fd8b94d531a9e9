/// Why bytes and weights do not fit together.
package enum QuantizationError: Error, Equatable, CustomStringConvertible {
    /// The weights do not fill whole blocks.
    case partialBlock(type: QuantizationType, weights: Int)
    /// The bytes are not those of so many weights.
    case wrongByteCount(type: QuantizationType, weights: Int, expected: Int, found: Int)
    /// Weights can be read from this type but not be quantised to it.
    case notEncodable(type: QuantizationType)

    package var description: String {
        switch self {
        case .partialBlock(let type, let weights):
            "\(weights) weights do not fill whole blocks of \(type.name): expected a multiple of \(type.weightsPerBlock)"
        case .wrongByteCount(let type, let weights, let expected, let found):
            "\(weights) weights of type \(type.name): expected \(expected) bytes, found \(found)"
        case .notEncodable(let type):
            "weights cannot be quantised to \(type.name)"
        }
    }
}
