import Quantization
import Safetensors

/// Decides which tensors a converted model has, and what each is made of.
struct TensorPlanner {
    private let family: ModelFamily
    private let configuration: Configuration
    private let headLength: Int

    init(_ family: ModelFamily, _ configuration: Configuration) throws(ConversionError) {
        self.family = family
        self.configuration = configuration
        headLength = family.rotatesNeighbours ? try configuration.headLength() : 0
    }

    /// What models carry along without need: buffers that follow from the configuration.
    private static let buffers = [".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq"]

    /// All tensors, those that no file holds in front.
    ///
    /// - Throws: `unknownTensor`, `unsupportedType`, `invalidShape`.
    func tensors(of model: SafetensorsModel) throws(ConversionError) -> [ConvertedTensor] {
        var tensors = try family.additions(configuration)
        var experts = ExpertGroups()
        for tensor in model.tensors {
            guard let name = try target(of: tensor.name) else { continue }
            let source = try FloatTensor(tensor)
            if let expert = name.expert {
                try experts.add(source, expert: expert, to: name.full, from: tensor.name)
            } else {
                tensors.append(try converted([source], shape: source.shape, name))
            }
        }
        for group in experts.groups {
            let sources = try group.whole()
            let name = Target(pattern: group.target, full: group.target, expert: nil)
            tensors.append(try converted(sources, shape: [sources.count] + sources[0].shape, name))
        }
        return tensors
    }

    /// What a tensor becomes.
    private struct Target {
        /// With `*` for the layer, without a suffix.
        let pattern: String
        let full: String
        /// Which of the experts, for one that becomes a part of a tensor.
        let expert: Int?
    }

    /// Where a tensor goes; nil if it is left out.
    private func target(of source: String) throws(ConversionError) -> Target? {
        if Self.buffers.contains(where: { source.hasSuffix($0) }) { return nil }
        let rest = family.bare(source)
        if family.ignored.contains(where: { source.hasPrefix($0) || rest.hasPrefix($0) }) { return nil }
        let name = TensorName(Self.currentSpelling(rest))
        guard let pattern = family.names[name.pattern] else {
            throw .unknownTensor(source, architecture: family.architecture)
        }
        return Target(pattern: pattern, full: name.renamed(pattern), expert: name.expert)
    }

    /// The norms of the first models that TensorFlow wrote have names of their own.
    private static func currentSpelling(_ name: String) -> String {
        let spellings = [("gamma", "weight"), ("beta", "bias")]
        guard let row = spellings.first(where: { name.hasSuffix("." + $0.0) }) else { return name }
        return name.dropLast(row.0.count) + row.1
    }

    private func converted(
        _ sources: [FloatTensor], shape: [Int], _ target: Target
    ) throws(ConversionError) -> ConvertedTensor {
        let change = family.change(target.pattern, headLength: headLength)
        if case .neighbours(let headLength) = change.order {
            guard headLength > 1, headLength % 2 == 0, shape[0] % headLength == 0 else {
                throw .invalidShape(tensor: target.full, expected: "rows for heads of \(headLength)", found: shape)
            }
        }
        let type = Self.isFloat32(target, shape) ? QuantizationType.f32 : sources[0].type
        return ConvertedTensor(
            name: target.full, shape: shape.reversed(), type: type, content: .tensors(sources, change))
    }

    /// Whether a tensor is written in float32 whatever it was: vectors, norms, and small ones that kernels read so.
    ///
    /// *Source*: `prepare_tensors` of llama.cpp's converter.
    private static func isFloat32(_ target: Target, _ shape: [Int]) -> Bool {
        shape.count <= 1 || target.pattern.hasSuffix("_norm") || !target.full.hasSuffix(".weight")
            || ["blk.*.ffn_gate_inp", "position_embd", "token_types"].contains(target.pattern)
    }
}

/// The experts' tensors, each kind of a layer's put into one.
private struct ExpertGroups {
    struct Group {
        let target: String
        private var experts: [Int: FloatTensor] = [:]

        init(target: String) { self.target = target }

        mutating func add(_ tensor: FloatTensor, _ expert: Int, from name: String) throws(ConversionError) {
            guard experts.updateValue(tensor, forKey: expert) == nil else {
                throw .invalidShape(tensor: name, expected: "one tensor for each expert", found: tensor.shape)
            }
        }

        /// All experts in order.
        ///
        /// - Throws: `missingTensor` if one is not there, `invalidShape` if they are not alike.
        func whole() throws(ConversionError) -> [FloatTensor] {
            var whole: [FloatTensor] = []
            for index in 0..<experts.count {
                guard let expert = experts[index] else { throw .missingTensor("\(target) of expert \(index)") }
                if let first = whole.first, expert.shape != first.shape || expert.type != first.type {
                    throw .invalidShape(
                        tensor: "\(target) of expert \(index)", expected: "\(first.shape), as of expert 0",
                        found: expert.shape)
                }
                whole.append(expert)
            }
            return whole
        }
    }

    private(set) var groups: [Group] = []
    private var places: [String: Int] = [:]

    mutating func add(
        _ tensor: FloatTensor, expert: Int, to target: String, from name: String
    ) throws(ConversionError) {
        let place = places[target] ?? groups.count
        if place == groups.count {
            groups.append(Group(target: target))
            places[target] = place
        }
        try groups[place].add(tensor, expert, from: name)
    }
}
