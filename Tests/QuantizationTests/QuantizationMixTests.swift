import Quantization
import TestSupport
import Testing

/// Which type llama.cpp gives to each tensor of some models: fixtures/mixes.
struct MixVectors: Decodable {
    struct Model: Decodable, CustomTestStringConvertible {
        /// A name and then the dimensions.
        struct Tensor: Decodable {
            let name: String
            let dimensions: [Int]

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                name = try container.decode(String.self)
                var dimensions: [Int] = []
                while !container.isAtEnd { dimensions.append(try container.decode(Int.self)) }
                self.dimensions = dimensions
            }
        }

        let title: String
        let architecture: String
        let layers: Int
        let heads: Int
        let value_heads: Int
        let experts: Int
        let tensors: [Tensor]
        /// Mix to one letter per tensor.
        let types: [String: String]

        var testDescription: String { title }
    }

    let file_types: [String: UInt32]
    let letters: [String: String]
    let models: [Model]

    static let shared = Result { try Fixtures.json("mixes/mixes.json", as: MixVectors.self) }
}

@Suite struct QuantizationMixTests {
    @Test func theTableIsLlamaCpps() throws {
        let vectors = try MixVectors.shared.get()
        #expect(
            Dictionary(uniqueKeysWithValues: QuantizationMix.all.map { ($0.name, $0.fileType) }) == vectors.file_types)
        #expect(vectors.models.count == 9)
    }

    @Test(arguments: try MixVectors.shared.get().models, QuantizationMix.all.map(\.name))
    func tensorsGetTheTypesOfLlamaCpp(model: MixVectors.Model, name: String) throws {
        let vectors = try MixVectors.shared.get()
        let mix = try #require(QuantizationMix(name: name))
        let facts = QuantizationMix.Model(
            architecture: model.architecture, layerCount: model.layers, headCount: model.heads,
            keyValueHeadCount: model.value_heads, expertCount: model.experts)
        // The file's order must not matter.
        let tensors = zip(model.tensors, try #require(model.types[name])).shuffled()
        let types = mix.types(
            of: tensors.map { .init(name: $0.0.name, dimensions: $0.0.dimensions, type: .f32) }, in: facts)
        let wrong = zip(tensors, types).filter { $1.name != vectors.letters[String($0.1)] }
        #expect(wrong.isEmpty, "\(wrong.map { "\($0.0.name) is \($1.name)" })")
    }

    @Test func everyTypeOfAMixCanBeEncoded() {
        for mix in QuantizationMix.all { #expect(mix.baseType.encoder != nil, "\(mix.name)") }
    }

    @Test func namesInAnyCaseAndAliases() {
        #expect(QuantizationMix(name: "q4_k_m")?.name == "Q4_K_M")
        #expect(QuantizationMix(name: "Q4_K")?.name == "Q4_K_M")
        #expect(QuantizationMix(name: "IQ2_XXS") == nil)
        #expect(QuantizationMix(name: "") == nil)
    }

    /// Hostile numbers and names: nothing traps, and what is no matrix of real numbers keeps its type.
    @Test(arguments: QuantizationMix.all.map(\.name))
    func hostileModels(name: String) throws {
        let mix = try #require(QuantizationMix(name: name))
        let names = ["", ".", "blk..", "blk.99999999999999999999.ffn_down.weight", "blk.-1.attn_v.weight", "weight"]
        let tensors = names.flatMap { name in
            [[], [0, 0], [Int.max, 2], [7]].map {
                QuantizationMix.Tensor(name: name, dimensions: $0, type: .i32)
            }
        }
        for count in [0, -1, 8, Int(UInt32.max)] {
            let model = QuantizationMix.Model(
                architecture: "", layerCount: count, headCount: count, keyValueHeadCount: count, expertCount: count)
            #expect(mix.types(of: tensors, in: model) == tensors.map(\.type))
            let real = tensors.map { QuantizationMix.Tensor(name: $0.name, dimensions: $0.dimensions, type: .f16) }
            #expect(mix.types(of: real, in: model).count == real.count)
        }
    }
}
