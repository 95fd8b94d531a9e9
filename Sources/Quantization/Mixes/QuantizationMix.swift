/// A recipe that gives every tensor of a model its type: most get the base type, some that matter more get more bits.
///
/// *Source*: llama.cpp's `llama-quant.cpp`, for the types that can be encoded here without an importance matrix,
/// less its exceptions for Falcon, Bailing and GLM 5.
package struct QuantizationMix: Sendable {
    /// The name by which users ask for it, such as `Q4_K_M`.
    package let name: String
    /// `general.file_type` of a file made with it.
    package let fileType: UInt32
    /// The type of tensors that no rule names.
    package let baseType: QuantizationType
    /// The first rule that fits a tensor decides.
    let rules: [Rule]

    /// Tensors of a role, in some layers or models, get a type.
    struct Rule: Sendable {
        let role: TensorRole
        var place = Place.everywhere
        let type: QuantizationType
    }

    /// Where a rule holds.
    enum Place: Sendable {
        case everywhere
        /// The first and last eighth of the layers and every third between.
        case sensitiveLayers
        /// The first so many tensors of the role.
        case first(Int)
        /// The first `1 / n` of the layers.
        case firstShare(Int)
        /// Models with at least four query heads to each key-value head, whose value matrices are small.
        case groupedHeads
        case eightExperts
        case notEightExperts
    }

    /// What mixes need to know of a tensor.
    package struct Tensor: Sendable {
        package let name: String
        /// Columns first, as GGUF has them.
        package let dimensions: [Int]
        /// Its present type: what may not be quantised keeps it.
        package let type: QuantizationType

        package init(name: String, dimensions: [Int], type: QuantizationType) {
            self.name = name
            self.dimensions = dimensions
            self.type = type
        }

        /// The layer that the name speaks of; −1 for tensors outside the layers.
        fileprivate var layer: Int {
            let parts = name.split(separator: ".", maxSplits: 2)
            guard parts.count == 3, parts[0] == "blk", let layer = Int(parts[1]), layer >= 0 else { return -1 }
            return layer
        }
    }

    /// What mixes need to know of a model: GGUF's hyperparameters.
    package struct Model: Sendable {
        package let architecture: String
        package let layerCount: Int
        package let headCount: Int
        package let keyValueHeadCount: Int
        package let expertCount: Int

        package init(
            architecture: String, layerCount: Int, headCount: Int, keyValueHeadCount: Int, expertCount: Int
        ) {
            self.architecture = architecture
            self.layerCount = layerCount
            self.headCount = headCount
            self.keyValueHeadCount = keyValueHeadCount
            self.expertCount = expertCount
        }

        fileprivate var hasGroupedHeads: Bool { keyValueHeadCount > 0 && headCount / keyValueHeadCount >= 4 }
        /// Llama 70B, with eight heads to a value: small value matrices, cheap to keep well.
        fileprivate var is70B: Bool {
            architecture == "llama" && layerCount == 80 && headCount != keyValueHeadCount
        }
    }

    /// Types of a model's tensors, in the order given.
    package func types(of tensors: [Tensor], in model: Model) -> [QuantizationType] {
        var state = Progress(tensors, mix: self, model: model)
        var types = tensors.map(\.type)
        // Tensors of a role are counted by layer, then by name, however the file orders them.
        let order = tensors.indices.sorted { left, right in
            let (a, b) = (tensors[left], tensors[right])
            return a.layer != b.layer ? a.layer < b.layer : Array(a.name.utf8).lexicographicallyPrecedes(b.name.utf8)
        }
        for index in order { types[index] = state.type(of: tensors[index]) }
        return types
    }

    /// A walk over a model's tensors that counts those of each role.
    private struct Progress {
        let mix: QuantizationMix
        let model: Model
        let hasOwnHead: Bool
        let valueCount: Int
        var visited: [TensorRole: Int] = [:]

        init(_ tensors: [Tensor], mix: QuantizationMix, model: Model) {
            self.mix = mix
            self.model = model
            let roles = tensors.map { TensorRole(name: $0.name) }
            hasOwnHead = roles.contains(.output)
            valueCount = roles.count { $0 == .attentionValue }
        }

        mutating func type(of tensor: Tensor) -> QuantizationType {
            guard let columns = tensor.dimensions.first, tensor.dimensions.count >= 2,
                tensor.type.isReal, TensorRole.mayQuantize(name: tensor.name)
            else { return tensor.type }
            guard mix.baseType.weightsPerBlock > 1 else { return mix.baseType }
            let role = TensorRole(name: tensor.name)
            let index = visited[role, default: 0]
            visited[role] = index + 1
            if role == .output || (role == .tokenEmbedding && !hasOwnHead) {
                return headType(columns: columns).fitting(columns: columns)
            }
            if mix.baseType == .mxfp4 {
                let isExpert = tensor.dimensions.count > 2 && tensor.dimensions[2] > 1
                return (isExpert ? QuantizationType.mxfp4 : .q8_0).fitting(columns: columns)
            }
            return wantedType(tensor, role: role, index: index).fitting(columns: columns)
        }

        /// The output matrix, or the embedding that doubles as one, gets 6 bits or more.
        private func headType(columns: Int) -> QuantizationType {
            if mix.baseType == .mxfp4 || columns % mix.baseType.weightsPerBlock != 0 { return .q8_0 }
            return mix.baseType == .q8_0 ? .q8_0 : .q6_K
        }

        private func wantedType(_ tensor: Tensor, role: TensorRole, index: Int) -> QuantizationType {
            let isValue = role == .attentionValue
            // Eight experts share one attention: its keys and values are cheap to keep.
            if model.expertCount == 8 && (isValue || role == .attentionKey) { return .q8_0 }
            // Experts of a layer need not follow one another, so that their layer is read off the name.
            let layer = !isValue && model.expertCount > 1 ? max(tensor.layer, 0) : index
            let count = isValue ? valueCount : model.layerCount
            let rule = mix.rules.first { $0.role == role && holds($0.place, layer: layer, count: count) }
            let type = rule?.type ?? mix.baseType
            return isValue && model.is70B && (type == .q3_K || type == .q4_K) ? .q5_K : type
        }

        private func holds(_ place: Place, layer: Int, count: Int) -> Bool {
            switch place {
            case .everywhere: true
            case .sensitiveLayers: layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
            case .first(let number): layer < number
            case .firstShare(let divisor): layer < count / divisor
            case .groupedHeads: model.hasGroupedHeads
            case .eightExperts: model.expertCount == 8
            case .notEightExperts: model.expertCount != 8
            }
        }
    }
}

extension QuantizationType {
    /// Whether values are real numbers, not indices.
    fileprivate var isReal: Bool {
        switch self {
        case .i8, .i16, .i32, .i64, .f64: false
        default: true
        }
    }

    /// This type, or the nearest of blocks of 32 if rows do not divide into blocks, or F16 if that fails too.
    fileprivate func fitting(columns: Int) -> QuantizationType {
        if columns % weightsPerBlock == 0 { return self }
        let smaller: QuantizationType =
            switch self {
            case .iq4_xs: .iq4_nl
            case .q2_K, .q3_K: .q4_0
            case .q4_K: .q5_0
            case .q5_K: .q5_1
            case .q6_K: .q8_0
            default: self
            }
        return columns % smaller.weightsPerBlock == 0 ? smaller : .f16
    }
}
