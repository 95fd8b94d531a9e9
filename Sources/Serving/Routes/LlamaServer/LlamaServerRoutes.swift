import HTTP
import Inference
import JSON
import Tokenization
import WireFormats

/// Routes that clients of llama-server know. A model that is not named is the only one loaded, or the bundled one.
enum LlamaServerRoutes {
    /// `POST /completion`
    static func completion(_ call: RouteCall) async throws {
        var request = try LlamaServerCompletion.decode(try await call.json())
        request.model = await modelName(call, request.model)
        request.isRaw = true
        let (head, answers, complete) = (call.head(request.model), call.server.answers, request)
        if request.style.streams {
            return try await call.stream(LlamaServerStreamEncoder(head: head), .events) { sink in
                try await answers.complete(complete, dialect: .llamaServer, to: sink)
            }
        }
        let replies = try await call.collect { try await answers.complete(complete, dialect: .llamaServer, to: $0) }
        try await call.reply(try LlamaServerCompletion.body(head: head, replies: replies))
    }

    /// `POST /tokenize`
    static func tokenize(_ call: RouteCall) async throws {
        let request = try LlamaServerTokens.decodeTokenize(try await call.json())
        let tokens = try await withTokenizer(call, request.model) { tokenizer in
            let options = EncodingOptions(
                addingSpecialTokens: request.addsSpecialTokens, parsingSpecialTokens: request.parsesSpecialTokens)
            return tokenizer.encode(request.text, options: options).map { token in
                (id: token, bytes: tokenizer.piece(of: token, special: .shown))
            }
        }
        try await call.reply(
            request.withPieces ? LlamaServerTokens.body(tokens) : LlamaServerTokens.body(tokens.map(\.id)))
    }

    /// `POST /detokenize`
    static func detokenize(_ call: RouteCall) async throws {
        let request = try LlamaServerTokens.decodeDetokenize(try await call.json())
        let text = try await withTokenizer(call, request.model) { tokenizer throws(WireError) in
            let count = tokenizer.vocabulary.count
            if let wrong = request.tokens.first(where: { $0 < 0 || Int($0) >= count }) {
                throw WireError(.invalid, "token \(wrong) is not in 0 to \(count - 1)", parameter: "tokens")
            }
            return tokenizer.decode(request.tokens, special: .shown)
        }
        try await call.reply(LlamaServerTokens.body(text: text))
    }

    /// `POST /apply-template`
    static func applyTemplate(_ call: RouteCall) async throws {
        var request = try LlamaServerTokens.decodeTemplate(try await call.json())
        request.model = await modelName(call, request.model)
        try await call.reply(LlamaServerTokens.body(prompt: try await call.server.answers.render(request)))
    }

    /// `GET /props`
    static func properties(_ call: RouteCall) async throws {
        let name = await modelName(call, call.request.target.query("model"))
        let properties = try await call.server.answers.withModel(named: name) { model in
            var properties = LlamaServerState.Properties(
                model: model.entry.source.name, modelPath: model.entry.source.key,
                chatTemplate: model.format?.source ?? "", build: "swiftllm \(call.server.version)")
            properties.contextLength = model.loaded.contextLength
            properties.slotCount = model.loaded.generation?.sequenceCount ?? 1
            properties.options = model.entry.parameters
            let special = model.loaded.tokenizer.vocabulary.special
            properties.beginToken = special.bos.map { text(of: $0, model) } ?? ""
            properties.endToken = special.eos.map { text(of: $0, model) } ?? ""
            return properties
        }
        try await call.reply(LlamaServerState.body(properties))
    }

    /// `GET /slots`: the places for sequences of a model in memory, those that are taken first. Watching keeps no model.
    static func slots(_ call: RouteCall) async throws {
        let name = await modelName(call, call.request.target.query("model"))
        let source = try call.server.catalog.entry(named: name).source
        let status = await call.server.answers.manager.status.first { $0.source.key == source.key }
        var slots: [LlamaServerState.Slot] = []
        if let engine = status?.model.generation {
            slots = (0..<engine.sequenceCount).map { index in
                LlamaServerState.Slot(id: index, task: nil, contextLength: engine.contextLength)
            }
            for (index, sequence) in await engine.running().enumerated() {
                slots[index].task = Int(sequence.number)
                slots[index].promptTokens = sequence.promptTokens
                slots[index].completionTokens = sequence.generatedTokens
                slots[index].remainingTokens = sequence.remainingTokens
            }
        }
        if call.request.target.query("fail_on_no_slot") != nil, slots.allSatisfy({ $0.task != nil }) {
            throw LlamaServerState.noSlot
        }
        try await call.reply(LlamaServerState.body(slots))
    }

    private static func text(of token: TokenID, _ model: ServedModel) -> String {
        String(decoding: model.loaded.tokenizer.piece(of: token, special: .shown), as: UTF8.self)
    }

    private static func modelName(_ call: RouteCall, _ name: String?) async -> String {
        if let name, !name.isEmpty { return name }
        let loaded = await call.server.answers.manager.status
        return loaded.count == 1 ? loaded[0].source.name : ModelCatalog.bundledName
    }

    private static func withTokenizer<Result: Sendable>(
        _ call: RouteCall, _ name: String?, _ body: @Sendable (Tokenizer) throws -> Result
    ) async throws -> Result {
        let name = await modelName(call, name)
        return try await call.server.answers.withModel(named: name) { try body($0.loaded.tokenizer) }
    }
}
