package import GGUF
import Platform
import Quantization
import Safetensors

/// A Hugging Face model made ready to be written as GGUF: everything is read and checked but the weights.
///
/// Weights keep their type: nothing is lost, and quantising is a step of its own. Vectors, norms and what kernels read
/// in float32 become float32.
///
/// *Source*: llama.cpp's `convert_hf_to_gguf.py`, whose keys, names and layouts these are.
package struct ModelConversion: Sendable {
    private let file: ConvertedFile

    /// All keys of the file.
    package var metadata: Metadata { file.metadata }

    /// Bytes of weights that `write` reads.
    package var sourceByteCount: Int { file.sourceByteCount }

    /// Names of Hugging Face's architectures that can be converted.
    package static var architectures: [String] { ModelFamilies.all.flatMap(\.sources) }

    /// Reads everything but the weights.
    ///
    /// - Throws: `missingFile`, `unsupportedArchitecture`, `unsupported` for what this cannot convert, and what is wrong
    ///   with the files.
    package init(_ folder: ModelFolder) throws(ConversionError) {
        let configuration = try Configuration(folder)
        let family = try ModelFamilies.family(of: configuration)
        let tensors = try TensorPlanner(family, configuration).tensors(of: try Self.weights(folder))
        guard let embedding = tensors.first(where: { $0.name == "token_embd.weight" }), embedding.shape.count == 2
        else { throw .missingTensor("token_embd.weight") }
        var keys = ModelKeys(architecture: family.architecture)
        try keys.addShared(configuration)
        keys.set("vocab_size", embedding.shape[1])
        try family.hyperparameters(configuration, folder, &keys)
        keys.setGlobal("general.file_type", .uint32(Self.fileType(tensors)))
        let source = try Vocabulary.Source(folder, tokenCount: embedding.shape[1])
        let vocabulary = try family.vocabulary(source)
        vocabulary.add(to: &keys)
        try SpecialTokenKeys(source, tokens: vocabulary.tokens).add(to: &keys)
        file = ConvertedFile(metadata: keys.metadata, tensors: tensors)
    }

    /// The files of weights, and the index of them if there are several.
    private static func weights(_ folder: ModelFolder) throws(ConversionError) -> SafetensorsModel {
        let names = folder.names.filter {
            $0.hasPrefix("model") && $0.hasSuffix(".safetensors") && !$0.contains("/")
        }
        guard !names.isEmpty else { throw .missingFile("model*.safetensors", purpose: "the weights of the model") }
        let shards = names.compactMap { name in folder.path(name).map { SafetensorsModel.Shard(name: name, path: $0) } }
        let index = try folder.bytes("model.safetensors.index.json")
        do { return try SafetensorsModel(shards, index: index) } catch { throw .safetensors(error) }
    }

    /// llama.cpp's number for the type that most weights have.
    private static func fileType(_ tensors: [ConvertedTensor]) -> UInt32 {
        let numbers: [(type: QuantizationType, number: UInt32)] = [(.f32, 0), (.f16, 1), (.bf16, 32)]
        let counts = numbers.map { row in
            tensors.filter { $0.type == row.type }.reduce(0) { $0 + $1.shape.reduce(1, *) }
        }
        return numbers[counts.indices.max { counts[$0] < counts[$1] } ?? 0].number
    }

    /// Converts and writes all tensors; the file appears when everything is written.
    ///
    /// - Parameter progress: called with the number of bytes read so far.
    /// - Throws: `cancelled` if the task is; then no file appears.
    package func write(to path: String, progress: (Int) -> Void) throws(ConversionError) {
        try file.write(to: path, progress: progress)
    }
}
