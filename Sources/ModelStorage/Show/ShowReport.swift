package import GGUF
package import JSON
package import Platform
import Quantization

/// What lists and descriptions of models tell in short.
package struct ModelDetails: Equatable, Sendable {
    package let parentModel: String?
    package let format: String?
    package let family: String?
    package let families: [String]
    /// Such as `8.2B`.
    package let parameterSize: String?
    /// Such as `Q4_K_M`.
    package let quantization: String?
    package let contextLength: Int?
    package let embeddingLength: Int?

    package init(_ entry: ModelEntry) {
        parentModel = entry.manifest.layers(of: MediaType.model).lazy.compactMap(\.from).first
        format = entry.config.format
        family = entry.config.family
        families = entry.config.families
        parameterSize = entry.config.parameterSize
        quantization = entry.config.quantization
        contextLength = entry.config.contextLength
        embeddingLength = entry.config.embeddingLength
    }

    /// Of a file that is not in the store.
    package init(_ facts: WeightsFacts) {
        (parentModel, format, family, families) = (nil, "gguf", facts.architecture, [facts.architecture])
        (parameterSize, quantization) = (facts.parameterSize, facts.quantization)
        (contextLength, embeddingLength) = (facts.contextLength, facts.embeddingLength)
    }
}

/// Everything that can be told of a model.
package struct ShowReport: Sendable {
    /// What the asker wants to see.
    package struct Options: Sendable {
        /// Whether long arrays of the metadata are told in full.
        package var isVerbose = false
        /// These replace the model's own in the Modelfile.
        package var system: String?
        package var parameters = JSONObject()
        /// `OLLAMA_GO_TEMPLATE`: which template counts if there are two.
        package var prefersGoTemplate: Bool?
        package var parserReadsTools = false
        package var parserReadsThinking = false

        package init() {}
    }

    package let details: ModelDetails
    package let modified: FileTime
    /// All licenses.
    package let license: String?
    package let modelfile: String
    /// Options one a line; nil if the model sets none.
    package let parameters: String?
    /// The template that counts.
    package let template: String
    package let system: String?
    package let messages: [JSONValue]
    package let renderer: String?
    package let parser: String?
    package let requires: String?
    /// Metadata of the weights, by names in order.
    package let modelInfo: JSONObject
    /// Metadata of the projector, if there is one.
    package let projectorInfo: JSONObject?
    /// Name, type and shape of each tensor.
    package let tensors: [JSONValue]
    package let capabilities: [Capability]

    /// Reads the headers of the model's files.
    ///
    /// - Throws: `weights` if one cannot be read.
    package init(_ model: StoredModel, options: Options = Options()) throws(ModelStorageError) {
        let file = model.weights.isEmpty ? nil : try model.openWeights()
        let projectors = try model.projectors.map(Self.open)
        let jinja = file?.metadata.jinjaTemplate
        details = ModelDetails(model.entry)
        modified = model.entry.modified
        license = model.licenses.isEmpty ? nil : model.licenses.joined(separator: "\n")
        modelfile = Self.modelfileText(model, options)
        parameters = model.parameters.count == 0 ? nil : ModelParameters.text(model.parameters)
        template =
            switch TemplateChoice(go: model.template, jinja: jinja, preference: options.prefersGoTemplate) {
            case .go: model.template ?? ""
            case .jinja: jinja ?? ""
            case .none: "{{ .Prompt }}"
            }
        system = model.system
        messages = model.messages
        (renderer, parser, requires) = (model.config.renderer, model.config.parser, model.config.requires)
        modelInfo = file.map { Self.info($0, isVerbose: options.isVerbose) } ?? JSONObject()
        projectorInfo = projectors.first.map { Self.info($0, isVerbose: options.isVerbose) }
        tensors = file?.tensors.map(Self.description) ?? []
        var evidence = CapabilityEvidence()
        evidence.model = file?.metadata
        evidence.projectors = projectors.map(\.metadata)
        evidence.goTemplate = model.template
        evidence.parserReadsTools = options.parserReadsTools
        evidence.parserReadsThinking = options.parserReadsThinking
        evidence.declared = model.config.capabilities
        capabilities = evidence.capabilities
    }

    /// Reads the header of a file that is not in the store.
    ///
    /// - Parameters:
    ///   - source: what stands after FROM in its Modelfile.
    ///   - modified: when the file was last changed.
    package init(
        _ file: GGUFFile, source: String, modified: FileTime, options: Options = Options()
    ) throws(ModelStorageError) {
        do { details = ModelDetails(try WeightsFacts(file)) } catch { throw .weights(error) }
        self.modified = modified
        (license, parameters, system, messages) = (nil, nil, options.system, [])
        modelfile = "\(Modelfile([.from(source)]))"
        template = file.metadata.jinjaTemplate ?? "{{ .Prompt }}"
        (renderer, parser, requires, projectorInfo) = (nil, nil, nil, nil)
        modelInfo = Self.info(file, isVerbose: options.isVerbose)
        tensors = file.tensors.map(Self.description)
        var evidence = CapabilityEvidence()
        evidence.model = file.metadata
        capabilities = evidence.capabilities
    }

    private static func open(_ path: String) throws(ModelStorageError) -> GGUFFile {
        do { return try GGUFFile(path: path) } catch { throw .weights(error) }
    }

    // MARK: Modelfile

    private static func modelfileText(_ model: StoredModel, _ options: Options) -> String {
        let name = model.name.display
        return """
            # Modelfile generated by "ollama show"
            # To build a new Modelfile based on this, replace FROM with:
            # FROM \(name)

            \(Modelfile(directives(model, options)))
            """
    }

    private static func directives(_ model: StoredModel, _ options: Options) -> [Modelfile.Directive] {
        var directives: [Modelfile.Directive] = (model.weights + model.projectors).map { .from($0) }
        if directives.isEmpty { directives.append(.from(model.name.display)) }
        directives += model.adapters.map { .adapter($0) }
        directives += model.drafts.map { .draft($0) }
        if let template = model.template { directives.append(.template(template)) }
        if let system = options.system ?? model.system { directives.append(.system(system)) }
        if let renderer = model.config.renderer { directives.append(.renderer(renderer)) }
        if let parser = model.config.parser { directives.append(.parser(parser)) }
        if let requires = model.config.requires { directives.append(.requires(requires)) }
        var parameters = model.parameters
        for (name, value) in options.parameters.members { parameters[name] = value }
        directives += ModelParameters.directives(parameters)
        for message in model.messages {
            guard let role = message["role"]?.stringValue, let content = message["content"]?.stringValue else {
                continue
            }
            directives.append(.message(role: role, content: content))
        }
        return directives + model.licenses.map { .license($0) }
    }

    // MARK: Metadata

    /// Arrays longer than this are told only to those who want all.
    private static let shortArrayCount = 5
    private static let hiddenKeys: Set = ["general.name", "tokenizer.chat_template"]

    private static func info(_ file: GGUFFile, isVerbose: Bool) -> JSONObject {
        var info = JSONObject()
        for key in Set(file.metadata.keys + [parameterCountKey]).subtracting(hiddenKeys).sorted() {
            if key == parameterCountKey {
                info[key] = .integer(file.parameterCount)
            } else if let value = file.metadata[key] {
                info[key] = json(value, isVerbose: isVerbose)
            }
        }
        return info
    }

    private static let parameterCountKey = "general.parameter_count"

    private static func json(_ value: MetadataValue, isVerbose: Bool) -> JSONValue {
        switch value {
        case .float32(let float): return .float(float)
        case .float64(let double): return .double(double)
        case .bool(let bool): return .bool(bool)
        case .string(let text): return .string(String(decoding: text.bytes, as: UTF8.self))
        case .array(let array): return isVerbose || array.count <= shortArrayCount ? json(array) : []
        default: return value.integer.map { .integer($0) } ?? nil
        }
    }

    private static func json(_ array: MetadataArray) -> JSONValue {
        if let texts = array.strings() {
            return .array((0..<texts.count).map { .string(String(decoding: texts.bytes(at: $0), as: UTF8.self)) })
        }
        if let integers = array.integers() { return .array(integers.map { .integer($0) }) }
        if let integers = array.unsignedIntegers() { return .array(integers.map { .integer($0) }) }
        if array.elementType == .float32, let floats = array.floats() { return .array(floats.map { .float($0) }) }
        if let doubles = array.doubles() { return .array(doubles.map { .double($0) }) }
        if let bools = array.bools() { return .array(bools.map { .bool($0) }) }
        return .array((array.arrays() ?? []).map(json))
    }

    private static func description(_ tensor: TensorInfo) -> JSONValue {
        [
            "name": .string(tensor.name), "type": .string(tensor.type.name),
            "shape": .array(tensor.shape.map { .integer($0) }),
        ]
    }
}
