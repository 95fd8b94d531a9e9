import GGUF
import Models
import Testing

/// Files that are good GGUFs and bad models: a typed error that names the key or tensor, never a trap.
@Suite(.serialized) struct HostileModelTests {
    static let goldens = [
        "llama-moe", "qwen3", "gemma3-options", "llama-rope-longrope", "../embeddings/bert-rank",
        "../embeddings/nomic-bert", "../embeddings/gemma-embedding",
    ]
    /// What a model can do without: an output matrix ties to the embedding, token types, heads and biases are optional.
    static let optional = ["output.weight", "token_types.weight", "dense_2.weight", "dense_3.weight", "cls"]

    @Test(arguments: goldens)
    func everyMissingTensorIsNamed(golden: String) throws {
        let model = try EditedModel(golden)
        for tensor in model.tensors {
            var edited = model
            edited.tensors.removeAll { $0.name == tensor.name }
            if tensor.name.hasSuffix(".bias") || Self.optional.contains(where: tensor.name.hasPrefix) { continue }
            // Without the fused matrix its three parts are looked for.
            let missing = tensor.name.replacing("attn_qkv", with: "attn_q")
            #expect { () throws -> Void in try edited.load() } throws: { error in
                guard case ModelError.missingTensor(let name, _) = error else { return false }
                return name == missing
            }
        }
    }

    @Test(arguments: goldens)
    func everyTransposedMatrixIsRefused(golden: String) throws {
        let model = try EditedModel(golden)
        for tensor in model.tensors where tensor.shape.count > 1 && tensor.shape[0] != tensor.shape[1] {
            var edited = model
            edited.shapes[tensor.name] = [tensor.shape[1], tensor.shape[0]] + tensor.shape.dropFirst(2)
            #expect { () throws -> Void in try edited.load() } throws: { error in
                guard case ModelError.wrongShape(let name, _, _) = error else { return false }
                return name == tensor.name
            }
        }
    }

    /// Every number of the metadata, absurd: loading may succeed (some numbers only matter later) but never traps.
    @Test(arguments: goldens)
    func absurdHyperparametersThrow(golden: String) throws {
        let model = try EditedModel(golden)
        let integers: [MetadataValue] = [.uint32(0), .uint64(.max), .int64(-1), .uint32(1 << 31), .uint32(7)]
        let floats: [MetadataValue] = [.float32(.nan), .float32(.infinity), .float32(0), .float32(-1), .text("x")]
        var refused = 0
        let architecture = try model.metadata.string("general.architecture")
        for key in model.metadata.keys where key.hasPrefix(architecture) {
            for value in integers + floats {
                var edited = model
                edited.metadata[key] = value
                do { try edited.load() } catch is ModelError { refused += 1 }
            }
        }
        #expect(refused > 20)
    }

    @Test func missingKeysAreNamed() throws {
        let model = try EditedModel("llama")
        for key in ["block_count", "embedding_length", "attention.head_count", "context_length"] {
            var edited = model
            edited.metadata["llama." + key] = nil
            #expect { () throws -> Void in try edited.load() } throws: { error in
                "\(error)".contains("llama." + key)
            }
        }
    }
}
