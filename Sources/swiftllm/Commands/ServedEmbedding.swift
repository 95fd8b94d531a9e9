import Foundation
import JSON
import ModelStorage
import Platform
import WireFormats

/// Embeddings by a stored model: a server makes them.
struct ServedEmbedding: Sendable {
    private let request: JSONValue
    private let output: Output

    /// Nil if the model is a file; a name of a stored model is no file's.
    init?(_ arguments: Arguments, _ output: Output) throws {
        let model = try arguments.required(.model)
        guard !FileManager.default.fileExists(atPath: model), (try? ModelName(model)) != nil,
            !model.hasSuffix(".gguf"), !model.hasPrefix("/"), model != "-"
        else { return nil }
        let texts = arguments.operands.isEmpty ? Array(AnyIterator { readLine() }) : arguments.operands
        guard !texts.isEmpty else { throw InputError("there is no text to embed") }
        var request = EmbeddingRequest(model: model, inputs: texts.map { .text($0) })
        try request.read(arguments)
        self.request = OllamaEmbed.json(request)
        self.output = output
    }

    func run() async throws {
        let reply = try await endingWithInterrupt { [request] in
            try await ServerConnection.with { try await $0.reply(to: "/api/embed", request) }
        }
        try output.writeVectors(reply)
    }
}

extension CommandOption {
    static let dimensions = CommandOption(
        "dimensions", value: .integer(1...1_000_000), placeholder: "N",
        help: "Of an embedding by a stored model keep the first N components, at length 1.")
    static let truncate = CommandOption(
        "truncate", value: .choice(["true", "false"]), impliedValue: "true", placeholder: "BOOL",
        help: "Whether a stored model cuts a text to embed that is too long (default) or refuses it.")
}

extension EmbeddingRequest {
    /// Takes the options that commands have for embeddings by stored models.
    mutating func read(_ arguments: Arguments) throws {
        dimensions = arguments.integer(.dimensions)
        truncates = arguments.text(.truncate).map { $0 == "true" }
        keepAlive = try arguments.keepAlive()
    }
}

extension Output {
    /// Writes the vectors of a reply of `/api/embed`, a line each.
    func writeVectors(_ reply: JSONValue) throws {
        guard let vectors = reply["embeddings"]?.arrayValue, !vectors.isEmpty else {
            throw ServerError(.internal, "no embeddings returned")
        }
        for vector in vectors { try write(vector) }
    }
}
