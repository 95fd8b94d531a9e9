package import Platform
package import Quantization

/// Where in a GGUF file something went wrong.
package enum GGUFPlace: Error, Equatable, Sendable {
    /// Magic, version and counts.
    case header
    /// The key of the metadata entry with this index.
    case key(index: Int)
    /// The value of a metadata entry.
    case value(key: String)
    /// The name of the tensor with this index.
    case tensorName(index: Int)
    /// The description of a tensor: dimensions, type, offset.
    case tensorInfo(name: String)
    /// The weights of a tensor.
    case tensorBytes(name: String)
}

/// Why a GGUF file cannot be read or written: where, what was expected, what was found.
package enum GGUFError: Error, Equatable, Sendable {
    /// What the operating system refused.
    case file(PlatformError)
    /// An error in the named file.
    indirect case inFile(path: String, GGUFError)

    // The container
    case notGGUF(found: [UInt8])
    case bigEndian
    case unsupportedVersion(UInt32)
    case truncated(GGUFPlace, offset: Int, wanted: UInt64, available: Int)
    case tooMany(GGUFPlace, found: UInt64, limit: Int)
    case textTooLong(GGUFPlace, found: UInt64, limit: Int)
    case invalidText(GGUFPlace, offset: Int)

    // Metadata
    case duplicateKey(String)
    case unknownMetadataType(key: String, found: UInt32)
    case nestedTooDeep(key: String, limit: Int)
    case invalidBool(key: String, found: UInt8)
    case invalidAlignment(found: UInt32)
    case missingKey(String, expected: String)
    case wrongType(key: String, expected: String, found: String)
    case outOfRange(key: String, expected: String, found: String)

    // Tensors
    case duplicateTensor(String)
    case missingTensor(String)
    case tooManyDimensions(tensor: String, found: UInt32, limit: Int)
    case invalidShape(tensor: String, found: [UInt64])
    case partialBlock(tensor: String, type: QuantizationType, rowLength: Int)
    case unsupportedTensorType(tensor: String, found: UInt32)
    case misalignedTensor(tensor: String, offset: UInt64, alignment: Int)
    case overlappingTensors(String, String)

    // Split files
    case splitFileName(path: String, part: Int, count: Int)
    case splitMismatch(key: String, expected: Int, found: Int)

    // Writing
    case tensorSize(tensor: String, expected: Int, found: Int)
    case missingWeights(tensor: String)
    case tooManyWeights(found: Int)
    case quantization(tensor: String, QuantizationError)
}

extension GGUFPlace: CustomStringConvertible {
    package var description: String {
        switch self {
        case .header: "header"
        case .key(let index): "key of metadata entry \(index)"
        case .value(let key): "value of \(quoted(key))"
        case .tensorName(let index): "name of tensor \(index)"
        case .tensorInfo(let name): "description of tensor \(quoted(name))"
        case .tensorBytes(let name): "weights of tensor \(quoted(name))"
        }
    }
}

extension GGUFError {
    /// The error with the path of its file, unless it has one already.
    func located(in path: String) -> GGUFError {
        switch self {
        case .file, .inFile, .splitFileName: self
        default: .inFile(path: path, self)
        }
    }
}

extension GGUFError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .inFile(let path, let error): "\(path): \(error)"
        case .notGGUF, .bigEndian, .unsupportedVersion, .truncated, .tooMany, .textTooLong, .invalidText:
            containerDescription
        case .duplicateKey, .unknownMetadataType, .nestedTooDeep, .invalidBool, .invalidAlignment, .missingKey,
            .wrongType, .outOfRange:
            metadataDescription
        default: tensorDescription
        }
    }

    private var containerDescription: String {
        switch self {
        case .notGGUF(let found):
            "not a GGUF file: it begins with \(quoted(String(decoding: found, as: UTF8.self))), expected 'GGUF'"
        case .bigEndian: "is a big-endian GGUF file; only little-endian files are supported"
        case .unsupportedVersion(let found): "GGUF version \(found) is not supported; expected version 2 or 3"
        case .truncated(let place, let offset, let wanted, let available):
            "truncated: \(place) needs \(wanted) bytes at offset \(offset), the file has \(available) left"
        case .tooMany(let place, let found, let limit):
            "\(place): claims \(found) entries, at most \(limit) are allowed"
        case .textTooLong(let place, let found, let limit):
            "\(place): is \(found) bytes long, at most \(limit) are allowed"
        case .invalidText(let place, let offset): "\(place): is not valid UTF-8 (at offset \(offset))"
        default: ""
        }
    }

    private var metadataDescription: String {
        switch self {
        case .duplicateKey(let key): "metadata key \(quoted(key)) occurs twice"
        case .unknownMetadataType(let key, let found):
            "metadata \(quoted(key)) has unknown value type \(found), expected 0 to \(MetadataType.float64.rawValue)"
        case .nestedTooDeep(let key, let limit): "metadata \(quoted(key)) nests arrays more than \(limit) deep"
        case .invalidBool(let key, let found): "metadata \(quoted(key)): expected a bool (0 or 1), found \(found)"
        case .invalidAlignment(let found):
            "general.alignment: expected a power of two up to \(HeaderLimits.alignment), found \(found)"
        case .missingKey(let key, let expected): "metadata has no \(quoted(key)), expected \(expected)"
        case .wrongType(let key, let expected, let found):
            "metadata \(quoted(key)): expected \(expected), found \(found)"
        case .outOfRange(let key, let expected, let found):
            "metadata \(quoted(key)): expected \(expected), found \(found)"
        default: ""
        }
    }

    private var tensorDescription: String {
        switch self {
        case .duplicateTensor(let name): "tensor name \(quoted(name)) occurs twice"
        case .missingTensor(let name): "has no tensor \(quoted(name))"
        case .tooManyDimensions(let tensor, let found, let limit):
            "tensor \(quoted(tensor)) has \(found) dimensions, at most \(limit) are allowed"
        case .invalidShape(let tensor, let found):
            "tensor \(quoted(tensor)): shape \(found) is empty or too large to address"
        case .partialBlock(let tensor, let type, let rowLength):
            "tensor \(quoted(tensor)): expected rows of whole \(type.name) blocks of \(type.weightsPerBlock) weights, "
                + "found \(rowLength) weights"
        case .unsupportedTensorType(let tensor, let found):
            "tensor \(quoted(tensor)): \(Self.typeDescription(found))"
        case .misalignedTensor(let tensor, let offset, let alignment):
            "tensor \(quoted(tensor)): offset \(offset) is not a multiple of the alignment \(alignment)"
        case .overlappingTensors(let first, let second): "tensors \(quoted(first)) and \(quoted(second)) overlap"
        case .splitFileName(let path, let part, let count):
            "\(path): is part \(part) of \(count), expected a file name that ends in "
                + "'\(SplitName.ending(part, of: count))'"
        case .splitMismatch(let key, let expected, let found):
            "split file: expected \(quoted(key)) to be \(expected), found \(found)"
        case .tensorSize(let tensor, let expected, let found):
            "tensor \(quoted(tensor)): expected \(expected) bytes of weights, found \(found)"
        case .tooManyWeights(let found): "\(found) bytes of weights after the last tensor"
        case .quantization(let tensor, let error): "tensor \(quoted(tensor)): \(error)"
        case .missingWeights(let tensor): "tensor \(quoted(tensor)): its weights were not written"
        default: ""
        }
    }

    /// Types that ggml once numbered and then removed.
    private static let removedTypes: [UInt32: String] = [
        4: "Q4_2", 5: "Q4_3", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8", 36: "IQ4_NL_4_4", 37: "IQ4_NL_4_8",
        38: "IQ4_NL_8_8",
    ]

    private static func typeDescription(_ number: UInt32) -> String {
        guard let name = removedTypes[number] else { return "unknown tensor type \(number)" }
        return "tensor type \(name) (\(number)) was removed from the format; quantise the model again"
    }
}

/// Text from a file in quotes, with control characters escaped and at most 100 characters of it, so that a message
/// stays one printable line.
private func quoted(_ text: String) -> String {
    let limit = 100
    let shown = text.unicodeScalars.prefix(limit).map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }
    return "'" + shown.joined() + (text.unicodeScalars.count > limit ? "…'" : "'")
}
