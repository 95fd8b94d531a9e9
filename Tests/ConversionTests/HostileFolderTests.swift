import Conversion
import Foundation
import GGUF
import JSON
import TestSupport
import Testing

/// Folders that are cut, damaged or made to harm.
@Suite struct HostileFolderTests {
    private let temporary = TemporaryFolder()

    /// A fixture with some files replaced.
    private func convert(_ name: String, _ replacements: [String: [UInt8]]) throws -> ModelConversion {
        var files = try ConvertedFixture(named: name).files(without: Set(replacements.keys))
        for (file, bytes) in replacements {
            files.append((file, try temporary.write(bytes, to: UUID().uuidString)))
        }
        return try ModelConversion(ModelFolder(files))
    }

    private func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Fixtures.data("conversion/\(name)")) }

    /// A fixture's `config.json` with one field changed.
    private func config(_ name: String, _ field: String, _ value: JSONValue?) throws -> [UInt8] {
        var object = try #require(JSONParser.parse(bytes("\(name)/config.json")).objectValue)
        object[field] = value
        return JSONWriter.bytes(.object(object))
    }

    @Test(arguments: [
        ("num_hidden_layers", JSONValue.integer(-1)), ("num_hidden_layers", .string("two")), ("hidden_size", .null),
        ("num_attention_heads", .integer(0)), ("head_dim", .integer(7)), ("head_dim", .integer(1 << 40)),
        ("rms_norm_eps", .string("x")), ("rms_norm_eps", .number(JSONNumber(1e300) ?? JSONNumber(0))),
        ("architectures", .array([])), ("architectures", .null), ("num_hidden_layers", .double(1.5)),
        ("rope_parameters", .object(JSONObject([("rope_type", "llama3"), ("factor", .integer(0))]))),
        (
            "rope_parameters",
            .object(JSONObject([("rope_type", "llama3"), ("low_freq_factor", .integer(4))]))
        ),
        ("rope_parameters", .object(JSONObject([("rope_type", "spiral")]))),
    ])
    func configurationsOfNoUseAreRefused(field: String, value: JSONValue) throws {
        let config = try config("llama", field, value)
        #expect(throws: ConversionError.self) { try convert("llama", ["config.json": config]) }
    }

    @Test func aMissingFileIsNamed() throws {
        for (file, text) in [
            ("config.json", "no config.json among the files"), ("tokenizer.json", "no tokenizer.json among the files"),
            ("model.safetensors", "no model*.safetensors among the files"),
        ] {
            do {
                _ = try ConvertedFixture(named: "qwen2").conversion(without: [file])
                Issue.record("converted without \(file)")
            } catch { #expect("\(error)".contains(text), "\(error)") }
        }
    }

    @Test func aMissingShardIsNamed() throws {
        do {
            _ = try ConvertedFixture(named: "llama").conversion(without: ["model-00002-of-00003.safetensors"])
            Issue.record("converted without a shard")
        } catch { #expect("\(error)".contains("model-00002-of-00003.safetensors"), "\(error)") }
    }

    @Test func tensorsOfOtherModelsAreRefused() throws {
        let config = try config("qwen2", "architectures", ["BertModel"])
        #expect(throws: ConversionError.unknownTensor("model.embed_tokens.weight", architecture: "bert")) {
            try convert("qwen2", ["config.json": config])
        }
    }

    @Test func expertsMustBeWhole() throws {
        var weights = try bytes("mixtral/model.safetensors")
        // One expert takes another's number.
        let name = Array("layers.1.block_sparse_moe.experts.3.w1".utf8)
        let place = try #require(weights.indices.first { weights[$0...].starts(with: name) })
        weights[place + name.count - 4] = UInt8(ascii: "2")
        #expect(throws: ConversionError.self) { try convert("mixtral", ["model.safetensors": weights]) }
        weights[place + name.count - 4] = UInt8(ascii: "9")
        #expect(throws: ConversionError.self) { try convert("mixtral", ["model.safetensors": weights]) }
    }

    @Test(arguments: [
        #"{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}"#, #"{"model":{"type":"BPE","vocab":{"a":1e9}}}"#,
        #"{"model":{"type":"BPE","vocab":[]}}"#, #"{"model":{"type":"Unigram","vocab":[["a",0]]}}"#, "{}", "[]", "{",
        #"{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]},"pre_tokenizer":{"type":"ByteLevel"}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a","b","c"]]},"pre_tokenizer":{"type":"ByteLevel"}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0}},"pre_tokenizer":{"type":"Whitespace"}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0}},"added_tokens":[{"id":-4,"content":"x"}]}"#,
    ])
    func vocabulariesOfNoUseAreRefused(text: String) throws {
        #expect(throws: ConversionError.self) { try convert("qwen2", ["tokenizer.json": Array(text.utf8)]) }
    }

    /// Two ways to say that each match is a word, and one that is not.
    @Test func splitsAreKnownInEitherSpelling() throws {
        let text = String(decoding: try bytes("qwen2/tokenizer.json"), as: UTF8.self)
        let isolated = #""behavior": "Isolated",\s*"invert": false"#
        for (spelling, isKnown) in [
            (#""behavior": "Removed", "invert": true"#, true), (#""behavior": "Removed", "invert": false"#, false),
        ] {
            let changed = text.replacingOccurrences(of: isolated, with: spelling, options: .regularExpression)
            try #require(changed != text)
            let converted = Result { try convert("qwen2", ["tokenizer.json": Array(changed.utf8)]) }
            #expect((try? converted.get().metadata.string("tokenizer.ggml.pre")) == (isKnown ? "qwen2" : nil))
        }
    }

    @Test func everyPrefixOfSentencePieceIsRead() throws {
        let whole = try bytes("mistral/tokenizer.model")
        for count in stride(from: 0, to: whole.count, by: 97) {
            // A file that ends between two pieces is a shorter vocabulary.
            _ = try? convert("mistral", ["tokenizer.model": Array(whole.prefix(count))])
        }
        #expect(throws: ConversionError.self) {
            try convert("mistral", ["tokenizer.model": Array(whole.prefix(10))])
        }
        #expect(throws: ConversionError.self) { try convert("mistral", ["tokenizer.model": [0x0A, 0xFF, 0xFF, 0xFF]]) }
        #expect(throws: ConversionError.self) { try convert("mistral", ["tokenizer.model": [0x07]]) }
    }

    @Test(arguments: [
        "llama/tokenizer.json", "bert/tokenizer_config.json", "gemma3/tokenizer.model", "qwen3/config.json",
    ])
    func damagedTextsNeverTrap(path: String) throws {
        let (name, file) = (String(path.split(separator: "/")[0]), String(path.split(separator: "/")[1]))
        let whole = try bytes(path)
        var random = SeededGenerator(seed: 20_261_121)
        for _ in 0..<60 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 32...126, using: &random)
            }
            guard let conversion = try? convert(name, [file: damaged]) else { continue }
            // What is accepted is a file that can be read back.
            let target = temporary.path("\(name).gguf")
            try conversion.write(to: target) { _ in }
            _ = try GGUFFile(path: target)
        }
    }
}
