import Conversion
import Foundation
import GGUF
import JSON
import Platform
import TestSupport
import Testing

/// Folders as they were written before version 5 of transformers, and as other programs write them, must convert to the
/// same file.
@Suite struct SpellingTests {
    private let temporary = TemporaryFolder()

    private func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Fixtures.data("conversion/\(name)")) }

    private func config(_ name: String) throws -> JSONObject {
        try #require(JSONParser.parse(bytes("\(name)/config.json")).objectValue)
    }

    /// A fixture with some files replaced, as GGUF.
    private func converted(_ name: String, _ replacements: [String: [UInt8]] = [:]) throws -> GGUFFile {
        var files = try ConvertedFixture(named: name).files(without: Set(replacements.keys))
        for (file, bytes) in replacements {
            files.append((file, try temporary.write(bytes, to: UUID().uuidString)))
        }
        let path = temporary.path("\(UUID().uuidString).gguf")
        try ModelConversion(ModelFolder(files)).write(to: path) { _ in }
        return try GGUFFile(path: path)
    }

    private func expectSame(_ file: GGUFFile, _ other: GGUFFile) throws {
        #expect(Set(file.metadata.keys) == Set(other.metadata.keys))
        for key in file.metadata.keys { #expect(file.metadata[key] == other.metadata[key], "\(key)") }
        #expect(file.tensors.count == other.tensors.count)
        for tensor in file.tensors {
            let twin = try other.tensor(tensor.name)
            let bytes = tensor.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) }
            #expect(bytes == twin.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) }, "\(tensor.name)")
        }
    }

    /// RoPE in fields of its own, as released models have it.
    @Test func earlierConfigurations() throws {
        var llama = try config("llama")
        var rope = try #require(llama["rope_parameters"]?.objectValue)
        llama["rope_parameters"] = nil
        llama["rope_theta"] = rope["rope_theta"]
        rope["rope_theta"] = nil
        llama["rope_scaling"] = .object(rope)
        try expectSame(
            converted("llama", ["config.json": JSONWriter.bytes(.object(llama))]), converted("llama"))
        var gemma = try config("gemma3")
        let both = try #require(gemma["rope_parameters"])
        gemma["rope_parameters"] = nil
        gemma["rope_theta"] = both["full_attention"]?["rope_theta"]
        gemma["rope_local_base_freq"] = both["sliding_attention"]?["rope_theta"]
        gemma["rope_scaling"] = .object(
            JSONObject([("rope_type", "linear"), ("factor", both["full_attention"]?["factor"] ?? .null)]))
        try expectSame(
            converted("gemma3", ["config.json": JSONWriter.bytes(.object(gemma))]), converted("gemma3"))
    }

    /// A model of text and pictures: its text part stands under another name, its pictures are left out.
    @Test(arguments: ["language_model.model.", "model.language_model."])
    func textPartsOfLargerModels(prefix: String) throws {
        var text = try config("gemma3")
        text["architectures"] = nil
        let whole = JSONObject([
            (key: "architectures", value: JSONValue.array(["Gemma3ForConditionalGeneration"])),
            (key: "text_config", value: .object(text)), (key: "eos_token_id", value: text["eos_token_id"] ?? .null),
        ])
        let weights = try renamed(bytes("gemma3/model.safetensors")) { name in
            name.hasPrefix("model.") ? prefix + name.dropFirst("model.".count) : name
        }
        let file = try converted(
            "gemma3", ["config.json": JSONWriter.bytes(.object(whole)), "model.safetensors": weights])
        try expectSame(file, converted("gemma3"))
    }

    /// A model without its head: no `model.` in front.
    @Test func bareModels() throws {
        var config = try config("qwen2")
        config["architectures"] = ["Qwen2Model"]
        let weights = try renamed(bytes("qwen2/model.safetensors")) { name in
            name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : name
        }
        let file = try converted(
            "qwen2", ["config.json": JSONWriter.bytes(.object(config)), "model.safetensors": weights])
        try expectSame(file, converted("qwen2"))
    }

    /// The file with other names, and a tensor of pictures in front.
    private func renamed(_ file: [UInt8], _ rename: (String) -> String) throws -> [UInt8] {
        let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try #require(JSONParser.parse(Array(file[8..<8 + length])).objectValue)
        var names = JSONObject()
        for (name, value) in header.members { names[rename(name)] = value }
        if names.keys.contains(where: { $0.contains("language_model") }) {
            names["vision_tower.patch"] = .object(
                JSONObject([
                    (key: "dtype", value: "I64"), (key: "shape", value: .array([.integer(0)])),
                    (key: "data_offsets", value: .array([.integer(0), .integer(0)])),
                ]))
        }
        let text = JSONWriter.bytes(.object(names))
        let count: [UInt8] = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) }
        return count + text + Array(file[(8 + length)...])
    }
}
