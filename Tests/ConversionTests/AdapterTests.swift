import Compute
import Conversion
import Foundation
import GGUF
import JSON
import Models
import Platform
import TestSupport
import Testing

/// Low-rank adapters against llama.cpp's converter and against their definition.
@Suite(.serialized) struct AdapterTests {
    private let folder = TemporaryFolder()
    private let model: GGUFFile
    private let fixture: ConvertedFixture

    init() throws {
        model = try ConvertedFixture(named: "llama").write(into: folder)
        fixture = try ConvertedFixture(adapterFor: "llama")
    }

    /// The fixture as GGUF, with some fields of its settings replaced.
    private func adapter(_ settings: [String: JSONValue] = [:], for model: GGUFFile? = nil) throws -> GGUFFile {
        var files = fixture.files(without: ["adapter_config.json"])
        let bytes = try [UInt8](Fixtures.data("conversion/adapters/llama/adapter_config.json"))
        var fields = try #require(JSONParser.parse(bytes).objectValue)
        for (name, value) in settings { fields[name] = value }
        files.append(
            ("adapter_config.json", try folder.write(JSONWriter.bytes(.object(fields)), to: UUID().uuidString)))
        let path = folder.path("\(UUID().uuidString).gguf")
        try AdapterConversion(ModelFolder(files), base: model ?? self.model).write(to: path) { _ in }
        return try GGUFFile(path: path)
    }

    @Test func itIsWhatTheConverterMakes() throws {
        let file = try adapter()
        let keys = try #require(fixture.expected["metadata"]?.objectValue)
        for (key, value) in keys.members where !["general.name", "general.quantization_version"].contains(key) {
            #expect(file.metadata[key]?.matches(value) == true, "\(key)")
        }
        let tensors = try #require(fixture.expected["tensors"]?.arrayValue)
        #expect(file.tensors.count == tensors.count)
        for entry in tensors {
            let tensor = try file.tensor(try #require(entry["name"]?.stringValue))
            #expect(tensor.matches(entry), "\(tensor.name)")
        }
    }

    @Test func itAddsWhatItShould() throws {
        let found = try TinyRun.values(model, adapter: adapter(), fixture.tokens)
        #expect(TinyRun.difference(found, fixture.values) <= TinyRun.tolerance)
        // The test can fail: without the adapter the values are others.
        let plain = try TinyRun.values(model, fixture.tokens)
        #expect(TinyRun.difference(plain, fixture.values) > 100 * TinyRun.tolerance)
    }

    /// The model's weights are mapped, the adapter's are not kept.
    @Test func itIsAddedToPackedWeights() throws {
        let weights = WeightList()
        _ = try Model(model, backend: weights)
        let path = folder.path("model.packed")
        try PackedFileWriter(weights.sources, of: model.packedSources)
            .write(to: path, gang: ThreadGang(threadCount: 1)) { _ in }
        let packed = try #require(try PackedFile(path: path, of: model.packedSources))
        let adapter = try adapter()
        let found = try TinyRun.values(model, adapter: adapter, packed: packed, fixture.tokens)
        #expect(try found == TinyRun.values(model, adapter: adapter, fixture.tokens))
    }

    @Test func aStabilizedScaleCountsTheRootOfTheRank() throws {
        // 3 / √4 is the fixture's 6 / 4.
        let file = try adapter(["use_rslora": .bool(true), "lora_alpha": .integer(3)])
        #expect(try file.metadata.float("adapter.lora.alpha") == 6)
    }

    @Test(arguments: ["use_dora", "fan_in_fan_out"])
    func otherKindsAreRefused(field: String) throws {
        #expect(throws: ConversionError.self) { try adapter([field: .bool(true)]) }
    }

    @Test func adaptersOfOtherModelsAreRefused() throws {
        #expect(throws: ConversionError.self) { try adapter(["peft_type": "IA3"]) }
        #expect(throws: ConversionError.self) { try adapter(["modules_to_save": ["lm_head"]]) }
        #expect(throws: ConversionError.self) { try adapter(["r": .integer(0)]) }
        let file = try adapter()
        for name in ["smollm", "qwen3", "bert"] {
            let other = try ConvertedFixture(named: name).write(into: folder)
            // The matrices of `qwen3` are shaped as those of `llama` are.
            if name != "qwen3" { #expect(throws: ConversionError.self, "\(name)") { try adapter(for: other) } }
            #expect(throws: ModelError.self, "\(name)") { try TinyRun.values(other, adapter: file, [1, 2]) }
        }
    }

    @Test func halvesAndStrangersAreRefused() throws {
        let whole = try adapter()
        let keep: [(TensorInfo) -> Bool] = [
            { $0.name != "blk.1.attn_q.weight.lora_b" }, { $0.name != "blk.1.attn_q.weight.lora_a" },
        ]
        for keep in keep {
            let file = try written(whole.metadata, whole.tensors.filter(keep))
            #expect(throws: ModelError.self) { try TinyRun.values(model, adapter: file, [1, 2]) }
        }
        var metadata = whole.metadata
        metadata["general.type"] = .text("model")
        let file = try written(metadata, whole.tensors)
        #expect(throws: ModelError.self) { try TinyRun.values(model, adapter: file, [1, 2]) }
        #expect(throws: ModelError.self) { try TinyRun.values(model, adapter: model, [1, 2]) }
    }

    private func written(_ metadata: Metadata, _ tensors: [TensorInfo]) throws -> GGUFFile {
        let path = folder.path("\(UUID().uuidString).gguf")
        var writer = try GGUFWriter(
            path: path, metadata: metadata,
            tensors: tensors.map { TensorPlan(name: $0.name, shape: $0.shape, type: $0.type) })
        for tensor in tensors { try tensor.bytes.withBytes { bytes in try writer.write(bytes) } }
        try writer.finish()
        return try GGUFFile(path: path)
    }
}
