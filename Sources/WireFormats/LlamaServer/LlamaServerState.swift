package import JSON

/// llama-server's `GET /health`, `GET /props` and `GET /slots`.
package enum LlamaServerState {
    /// The server works.
    package static let healthBody: JSONValue = ["status": "ok"]

    /// The server does not work yet.
    package static let loading = WireError(.busy, "Loading model")

    /// All slots are taken, and the client wanted to know it by the status.
    package static let noSlot = WireError(.busy, "no slot available")

    /// What the server says about itself and its model.
    package struct Properties: Sendable {
        package var model: String
        package var modelPath: String
        package var chatTemplate: String
        package var contextLength: Int
        package var slotCount: Int
        /// The text of the token that begins a sequence, and of the one that ends it.
        package var beginToken: String
        package var endToken: String
        /// Such as `swiftllm 0.32.0`.
        package var build: String
        /// The options that a request without any gets.
        package var options: GenerationOptions

        package init(model: String, modelPath: String, chatTemplate: String, build: String) {
            self.model = model
            self.modelPath = modelPath
            self.chatTemplate = chatTemplate
            self.build = build
            contextLength = 0
            slotCount = 1
            beginToken = ""
            endToken = ""
            options = GenerationOptions()
        }
    }

    package static func body(_ properties: Properties) -> JSONValue {
        let settings: JSONValue = [
            "n_ctx": .integer(properties.contextLength), "params": properties.options.json,
        ]
        return [
            "default_generation_settings": settings, "total_slots": .integer(properties.slotCount),
            "model_alias": .string(properties.model), "model_path": .string(properties.modelPath),
            "chat_template": .string(properties.chatTemplate), "bos_token": .string(properties.beginToken),
            "eos_token": .string(properties.endToken), "modalities": ["vision": false, "audio": false],
            "build_info": .string(properties.build), "is_sleeping": false,
        ]
    }

    /// A sequence in flight, or a place for one.
    package struct Slot: Sendable, Equatable {
        package var id: Int
        /// The request that it works for; nil if it is free.
        package var task: Int?
        package var contextLength: Int
        package var promptTokens: Int
        /// Tokens generated so far.
        package var completionTokens: Int
        /// Tokens still to come at most; nil for no limit.
        package var remainingTokens: Int?

        package init(id: Int, task: Int?, contextLength: Int) {
            self.id = id
            self.task = task
            self.contextLength = contextLength
            promptTokens = 0
            completionTokens = 0
        }
    }

    package static func body(_ slots: [Slot]) -> JSONValue {
        .array(
            slots.map { slot in
                [
                    "id": .integer(slot.id), "id_task": .integer(slot.task ?? -1),
                    "n_ctx": .integer(slot.contextLength), "speculative": false,
                    "is_processing": .bool(slot.task != nil), "n_prompt_tokens": .integer(slot.promptTokens),
                    "next_token": [
                        [
                            "has_next_token": .bool(slot.task != nil),
                            "n_remain": .integer(slot.remainingTokens ?? -1),
                            "n_decoded": .integer(slot.completionTokens),
                        ]
                    ],
                ]
            })
    }
}
