package import Compute
package import GGUF
package import Quantization

/// Why a file cannot become a model.
package enum ModelError: Error, CustomStringConvertible {
    case unknownArchitecture(name: String, known: [String])
    case metadata(GGUFError)
    case invalidHyperparameter(key: String, expected: String, found: String)
    case missingTensor(name: String, architecture: String)
    case wrongShape(tensor: String, expected: [Int], found: [Int])
    case invalidWeight(tensor: String, expected: String, found: String)
    case unsupported(what: String, found: String)
    case compute(ComputeError, tensor: String)
    case quantization(QuantizationError, tensor: String)
    /// The weights as a whole cannot be loaded.
    case loading(ComputeError)

    package var description: String {
        switch self {
        case .unknownArchitecture(let name, let known):
            "architecture '\(name)' is not supported; supported are \(known.joined(separator: ", "))"
        case .metadata(let error): "\(error)"
        case .invalidHyperparameter(let key, let expected, let found):
            "metadata key '\(key)': expected \(expected), found \(found)"
        case .missingTensor(let name, let architecture):
            "tensor '\(name)' is missing, which architecture '\(architecture)' needs"
        case .wrongShape(let tensor, let expected, let found):
            "tensor '\(tensor)': expected shape \(expected), found \(found)"
        case .invalidWeight(let tensor, let expected, let found):
            "tensor '\(tensor)': expected \(expected), found \(found)"
        case .unsupported(let what, let found): "\(what): '\(found)' is not supported"
        case .compute(let error, let tensor): "tensor '\(tensor)': \(error)"
        case .quantization(let error, let tensor): "tensor '\(tensor)': \(error)"
        case .loading(let error): "\(error)"
        }
    }
}
