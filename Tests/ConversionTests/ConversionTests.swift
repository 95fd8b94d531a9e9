import Conversion
import Foundation
import GGUF
import JSON
import Platform
import Quantization
import TestSupport
import Testing
import Tokenization

/// Conversions against llama.cpp's converter, `transformers` and `tokenizers`.
@Suite(.serialized) struct ConversionTests {
    private let folder = TemporaryFolder()

    /// 16-bit weights are multiplied with activations of 16 bits: a mean over positions, in nats, as in goldens.
    static let meanDivergence = 1e-3
    /// Computed with `pow` of another precision: a few units in the last place of float32.
    static let divisorTolerance: Float = 1e-6

    /// Keys that a converter finds in what surrounds a model: its folder's name, its page.
    static let surroundings = ["general.name", "general.size_label", "general.basename", "general.finetune"]

    @Test func everyArchitectureIsCovered() throws {
        let covered = try ConvertedFixture.names.map { try ConvertedFixture(named: $0).conversion().metadata }
        let names = try Set(covered.map { try $0.string("general.architecture") })
        #expect(names == ["llama", "qwen2", "qwen3", "qwen3moe", "gemma3", "bert", "nomic-bert"])
    }

    @Test(arguments: ConvertedFixture.names)
    func keysAreThoseOfTheConverter(name: String) throws {
        let fixture = try ConvertedFixture(named: name)
        let found = try fixture.conversion().metadata
        let expected = try #require(fixture.expected["metadata"]?.objectValue)
        for (key, value) in expected.members where !Self.isSurrounding(key) {
            #expect(
                found[key]?.matches(value) == true, "\(key): \(String(describing: found[key]?.fixture)), not \(value)")
        }
        // Those that llama.cpp knows no use for, or leaves to the default.
        let additions = ["\(try found.string("general.architecture")).vocab_size"] + (Self.ours[name] ?? [])
        let more = Set(found.keys).subtracting(expected.keys).subtracting(additions)
        #expect(more.isEmpty, "beyond the converter's: \(more)")
    }

    /// Keys that the converter does not write: Mistral's window.
    private static let ours = ["mistral": ["llama.attention.sliding_window"]]

    private static func isSurrounding(_ key: String) -> Bool {
        surroundings.contains(key) || key == "general.quantization_version"
    }

    @Test(arguments: ConvertedFixture.names)
    func tensorsAreThoseOfTheConverter(name: String) throws {
        let fixture = try ConvertedFixture(named: name)
        let file = try fixture.write(into: folder)
        let expected = try #require(fixture.expected["tensors"]?.arrayValue)
        #expect(Set(file.tensors.map(\.name)) == Set(expected.compactMap { $0["name"]?.stringValue }))
        for entry in expected {
            let tensor = try file.tensor(try #require(entry["name"]?.stringValue))
            let isComputed = tensor.name == "rope_freqs.weight"
            #expect(tensor.matches(entry, comparingBytes: !isComputed), "\(tensor.name)")
        }
    }

    @Test(arguments: ConvertedFixture.names)
    func idsAreThoseOfTokenizers(name: String) throws {
        let fixture = try ConvertedFixture(named: name)
        let tokenizer = try Tokenizer(metadata: fixture.conversion().metadata)
        for (text, ids) in fixture.texts {
            #expect(tokenizer.encode([.template(text)], addingSpecialTokens: true) == ids, "\(text)")
        }
    }

    /// Without SentencePiece's own file the pairs of `tokenizer.json` must do.
    @Test(arguments: ["mistral", "mixtral", "gemma3"])
    func idsComeFromPairsToo(name: String) throws {
        let fixture = try ConvertedFixture(named: name)
        let tokenizer = try Tokenizer(metadata: fixture.conversion(without: ["tokenizer.model"]).metadata)
        for (text, ids) in fixture.texts {
            #expect(tokenizer.encode([.template(text)], addingSpecialTokens: true) == ids, "\(text)")
        }
    }

    @Test(arguments: ConvertedFixture.names)
    func valuesAreThoseOfTransformers(name: String) throws {
        let fixture = try ConvertedFixture(named: name)
        let file = try fixture.write(into: folder)
        let found = try TinyRun.values(file, fixture.tokens)
        let wanted = fixture.values
        try #require(found.count == wanted.count)
        guard fixture.expected["type"] == "f32" else {
            let divergence = TinyRun.meanKL(wanted, found)
            #expect(divergence <= Self.meanDivergence, "mean KL divergence \(divergence) nats")
            return
        }
        #expect(TinyRun.difference(found, wanted) <= TinyRun.tolerance)
    }

    @Test func divisorsOfFrequenciesAreLlamas() throws {
        let fixture = try ConvertedFixture(named: "llama")
        let file = try fixture.write(into: folder)
        let bits = try file.tensor("rope_freqs.weight").bytes.withBytes { $0.littleEndianIntegers(UInt32.self) }
        // By Llama 3.1's formula with base 10000, heads of 12, factor 8, and 64 positions to begin with.
        let wanted: [Float] = (0..<6).map { pair in
            let wavelength = 2 * Double.pi * pow(10_000, Double(2 * pair) / 12)
            let smooth = (64 / wavelength - 1) / 3
            return wavelength < 16 ? 1 : wavelength > 64 ? 8 : Float(1 / ((1 - smooth) / 8 + smooth))
        }
        for (found, wanted) in zip(bits.map(Float.init(bitPattern:)), wanted) {
            #expect(abs(found - wanted) <= Self.divisorTolerance * wanted)
        }
        #expect(bits.count == wanted.count)
    }
}
