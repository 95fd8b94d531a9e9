package import GGUF
import JSON
import Platform
import Quantization
import Safetensors

/// A low-rank adapter of Hugging Face's form made ready to be written as GGUF, for a certain model.
///
/// An adapter adds `scale · B · A · x` to what a matrix makes of `x`; A and B are small.
///
/// *Source*: llama.cpp's `convert_lora_to_gguf.py`, whose keys, names and layouts these are; PEFT for the scale.
package struct AdapterConversion: Sendable {
    private let file: ConvertedFile

    package var metadata: Metadata { file.metadata }
    package var sourceByteCount: Int { file.sourceByteCount }

    private static let weightsName = "adapter_model.safetensors"

    /// Reads everything but the weights.
    ///
    /// - Parameter base: the model that the adapter was trained for, or one quantised from it.
    /// - Throws: `missingFile`, `unsupported` for other kinds of adapters, `unsupportedArchitecture` if the model's
    ///   cannot be converted, and what is wrong with the files.
    package init(_ folder: ModelFolder, base: GGUFFile) throws(ConversionError) {
        let settings = try AdapterSettings(folder)
        guard let path = folder.path(Self.weightsName) else {
            throw .missingFile(Self.weightsName, purpose: "the weights of the adapter")
        }
        let shard = SafetensorsModel.Shard(name: Self.weightsName, path: path)
        let weights: SafetensorsModel
        do { weights = try SafetensorsModel([shard], index: nil) } catch { throw .safetensors(error) }
        let planner = try AdapterPlanner(base)
        let tensors = try planner.tensors(of: weights)
        var keys = ModelKeys(architecture: planner.architecture)
        keys.setGlobal("general.type", .text("adapter"))
        keys.setGlobal("adapter.type", .text("lora"))
        keys.setGlobal("adapter.lora.alpha", .float32(settings.alpha))
        file = ConvertedFile(metadata: keys.metadata, tensors: tensors)
    }

    /// Converts and writes all tensors; the file appears when everything is written.
    ///
    /// - Throws: `cancelled` if the task is; then no file appears.
    package func write(to path: String, progress: (Int) -> Void) throws(ConversionError) {
        try file.write(to: path, progress: progress)
    }
}

/// What `adapter_config.json` says, as far as it matters.
private struct AdapterSettings {
    /// The scale is this, divided by the rank.
    let alpha: Float

    private static let fileName = "adapter_config.json"

    init(_ folder: ModelFolder) throws(ConversionError) {
        let fields = try folder.object(Self.fileName, purpose: "what the adapter is")
        let kind = fields["peft_type"]?.stringValue ?? "LORA"
        guard kind == "LORA" else { throw .unsupported(what: "adapter", found: kind, supported: "LORA") }
        // What changes more than a matrix by a product, or each in its own way.
        for name in ["use_dora", "fan_in_fan_out"] where fields[name]?.boolValue == true {
            throw .unsupported(what: "adapter", found: name, supported: "plain LoRA")
        }
        for name in ["alpha_pattern", "modules_to_save", "layer_replication", "alora_invocation_tokens"] {
            let value = fields[name] ?? .null
            let isEmpty = value.isNull || value.objectValue?.count == 0 || value.arrayValue?.isEmpty == true
            guard isEmpty else { throw .unsupported(what: "adapter", found: name, supported: "plain LoRA") }
        }
        guard let rank = fields["r"]?.intValue, rank > 0, rank <= 1 << 20,
            let alpha = fields["lora_alpha"]?.doubleValue,
            Float(alpha).isFinite
        else {
            throw .invalidField(
                file: Self.fileName, field: "r, lora_alpha", expected: "a rank and a number",
                found: JSONWriter.text(.object(fields)))
        }
        // A scale of alpha / √rank, written as one of alpha' / rank.
        let isStabilized = fields["use_rslora"]?.boolValue == true
        if isStabilized, fields["rank_pattern"]?.objectValue?.count ?? 0 > 0 {
            throw .unsupported(what: "adapter", found: "rank_pattern with use_rslora", supported: "one rank")
        }
        self.alpha = Float(isStabilized ? alpha * Double(rank).squareRoot() : alpha)
    }
}

/// Decides which tensors a converted adapter has.
private struct AdapterPlanner {
    let architecture: String
    private let family: ModelFamily
    private let base: GGUFFile
    private let headLength: Int

    init(_ base: GGUFFile) throws(ConversionError) {
        let metadata = base.metadata
        let architecture = try withGGUF { () throws(GGUFError) in try metadata.string("general.architecture") }
        guard let family = ModelFamilies.all.first(where: { $0.architecture == architecture }) else {
            throw .unsupportedArchitecture(found: [architecture], supported: ModelFamilies.all.map(\.architecture))
        }
        headLength = try withGGUF { () throws(GGUFError) in
            if let length = try metadata.optionalInteger("\(architecture).attention.key_length") { return length }
            let heads = try metadata.integer("\(architecture).attention.head_count")
            return try metadata.integer("\(architecture).embedding_length") / max(heads, 1)
        }
        self.architecture = architecture
        self.family = family
        self.base = base
    }

    /// The two matrices of each pair, in the order of the file.
    func tensors(of weights: SafetensorsModel) throws(ConversionError) -> [ConvertedTensor] {
        var tensors: [ConvertedTensor] = []
        for first in weights.tensors where first.name.hasSuffix(Self.firstEnding) {
            let module = String(first.name.dropLast(Self.firstEnding.count))
            guard let second = weights[module + Self.secondEnding] else {
                throw .missingTensor(module + Self.secondEnding)
            }
            tensors += try pair(FloatTensor(first), FloatTensor(second), module: module)
        }
        let isPart = { (name: String) in name.hasSuffix(Self.firstEnding) || name.hasSuffix(Self.secondEnding) }
        if let other = weights.tensors.first(where: { !isPart($0.name) }) {
            throw .unknownTensor(other.name, architecture: "LoRA for \(architecture)")
        }
        guard tensors.count == weights.tensors.count else { throw .missingTensor(Self.firstEnding) }
        return tensors
    }

    private static let (firstEnding, secondEnding) = (".lora_A.weight", ".lora_B.weight")
    private static let root = "base_model.model."

    private func pair(
        _ first: FloatTensor, _ second: FloatTensor, module: String
    ) throws(ConversionError) -> [ConvertedTensor] {
        let bare = module.hasPrefix(Self.root) ? String(module.dropFirst(Self.root.count)) : module
        let name = TensorName(family.bare(bare) + ".weight")
        guard let pattern = family.names[name.pattern], name.expert == nil,
            let tensor = base.optionalTensor(name.renamed(pattern)), tensor.shape.count == 2
        else { throw .unknownTensor(module, architecture: architecture) }
        let (columns, rows) = (tensor.shape[0], tensor.shape[1])
        guard first.shape.count == 2, first.shape[1] == columns else {
            throw .invalidShape(tensor: module + Self.firstEnding, expected: "[rank, \(columns)]", found: first.shape)
        }
        guard second.shape == [rows, first.shape[0]] else {
            throw .invalidShape(
                tensor: module + Self.secondEnding, expected: "\([rows, first.shape[0]])", found: second.shape)
        }
        // What reorders the rows of a product reorders those of its left factor.
        let change = family.change(pattern, headLength: headLength)
        if case .neighbours(let length) = change.order, length < 2 || length % 2 != 0 || rows % length != 0 {
            throw .invalidShape(tensor: tensor.name, expected: "rows for heads of \(length)", found: tensor.shape)
        }
        return [
            ConvertedTensor(
                name: tensor.name + ".lora_a", shape: first.shape.reversed(), type: .f32,
                content: .tensors([first], .init())),
            ConvertedTensor(
                name: tensor.name + ".lora_b", shape: second.shape.reversed(), type: .f32,
                content: .tensors([second], change)),
        ]
    }
}
