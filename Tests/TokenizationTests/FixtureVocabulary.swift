import GGUF
import TestSupport
import Tokenization

/// Vocabularies under `fixtures/tokenizers`, made by its `make.py`.
enum FixtureVocabulary {
    /// Metadata of a vocabulary, with other values under `tokenizer.ggml`.
    static func metadata(_ file: String, _ overrides: [String: MetadataValue] = [:]) throws -> Metadata {
        var metadata = try GGUFFile(path: Fixtures.path("tokenizers/\(file)")).metadata
        for (key, value) in overrides { metadata["tokenizer.ggml.\(key)"] = value }
        return metadata
    }

    static func tokenizer(_ file: String, _ overrides: [String: MetadataValue] = [:]) throws -> Tokenizer {
        try Tokenizer(metadata: metadata(file, overrides))
    }
}
