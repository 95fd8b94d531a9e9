import JSON
import Platform
import WireFormats

// The commands about stored and loaded models that are one request each.

extension Command {
    /// `swiftllm list`: the stored models.
    package static let list = Command(
        name: "list",
        aliases: ["ls"],
        summary: "List the models on this machine.",
        discussion: "Lists the stored models, the newest first: their names, the beginning of their digests, sizes.",
        operands: [CommandOperand("PREFIX", count: .optional, help: "List only names that begin so.")],
        options: [.json],
        examples: [
            Example("swiftllm list", "All models."), Example("swiftllm list --json | jq '.models[].name'", "Names."),
        ],
        run: { arguments, output in
            let reply = try await ServerConnection.with { try await $0.tags() }
            if arguments.has(.json) { return try output.write(reply, style: .indented) }
            try output.write(ModelTables.list(reply, prefix: arguments.operands.first))
        })

    /// `swiftllm ps`: the loaded models.
    package static let processes = Command(
        name: "ps",
        summary: "List the models in memory.",
        discussion: """
            Lists the models that a running server holds in memory: how large they are, where they compute, how many \
            positions their contexts have, and until when they stay if nobody uses them.
            """,
        operands: [CommandOperand("PREFIX", count: .optional, help: "List only names that begin so.")],
        options: [.json],
        run: { arguments, output in
            let reply = try await ServerConnection.with(absence: .fails) { try await $0.processes() }
            if arguments.has(.json) { return try output.write(reply, style: .indented) }
            try output.write(ModelTables.processes(reply, prefix: arguments.operands.first))
        })

    /// `swiftllm cp`: a second name.
    package static let copy = Command(
        name: "cp",
        summary: "Copy a model.",
        discussion: "Gives a model a second name. The weights are not copied: both names share them.",
        operands: [
            CommandOperand("SOURCE", help: "The model."), CommandOperand("DESTINATION", help: "Its other name."),
        ],
        options: [.json],
        run: { arguments, output in
            let (source, destination) = (arguments.operands[0], arguments.operands[1])
            try await ServerConnection.with { try await $0.copy(source, to: destination) }
            if arguments.has(.json) {
                return try output.write(["source": .string(source), "destination": .string(destination)])
            }
            try output.write("copied '\(source)' to '\(destination)'\n")
        })

    /// `swiftllm rm`: models go.
    package static let remove = Command(
        name: "rm",
        summary: "Remove models.",
        discussion: "Unloads and removes models. Weights that another model shares stay.",
        operands: [CommandOperand("MODEL", count: .any, help: "The models.")],
        options: [.progressJSON],
        run: { arguments, output in
            guard !arguments.operands.isEmpty else { throw UsageError.missingOperand("MODEL") }
            try await ServerConnection.with { server in
                for name in arguments.operands {
                    // A model that is in memory goes first; one that is not stored is told of by the removal.
                    try? await server.load(name, keepAlive: .duration(.zero))
                    try await server.delete(name)
                    if arguments.has(.progressJSON) {
                        try output.write(["deleted": .string(name)])
                    } else {
                        try output.write("deleted '\(name)'\n")
                    }
                }
            }
        })

    /// `swiftllm stop`: a model leaves memory.
    package static let stop = Command(
        name: "stop",
        summary: "Unload a model that a server holds in memory.",
        discussion: "Has a running server unload a model as soon as nobody uses it any more.",
        operands: [CommandOperand("MODEL", help: "The model.")],
        options: [.json],
        run: { arguments, output in
            let name = arguments.operands[0]
            do {
                try await ServerConnection.with(absence: .fails) {
                    try await $0.load(name, keepAlive: .duration(.zero))
                }
            } catch let error as ServerError where error.kind == .notFound {
                throw InputError("couldn't find model \"\(name)\" to stop")
            }
            if arguments.has(.json) { try output.write(["stopped": .string(name)]) }
        })

    /// `swiftllm pull`: a model from a registry.
    package static let pull = Command(
        name: "pull",
        summary: "Download a model.",
        discussion: """
            Downloads a model from a registry, or what is missing of it: a download that was interrupted goes on where \
            it ended. Names are Ollama's: llama3.2, qwen3:0.6b, hf.co/USER/REPOSITORY:QUANTISATION.
            """,
        operands: [CommandOperand("MODEL", help: "The model.")],
        options: [.insecure, .progressJSON],
        examples: [Example("swiftllm pull qwen3:0.6b", "A small model that thinks.")],
        run: { arguments, output in try await transfer("/api/pull", arguments, output) })

    /// `swiftllm push`: a model to a registry.
    package static let push = Command(
        name: "push",
        summary: "Upload a model to a registry.",
        discussion:
            "Uploads a model to the registry and under the account that its name says, or what is missing there.",
        operands: [CommandOperand("MODEL", help: "The model, such as registry.example/user/model:tag.")],
        options: [.insecure, .progressJSON],
        run: { arguments, output in try await transfer("/api/push", arguments, output) })

    private static func transfer(_ path: String, _ arguments: Arguments, _ output: Output) async throws {
        var request = OllamaTransferRequest(model: arguments.operands[0])
        request.isInsecure = arguments.has(.insecure)
        let json = request.json
        try await endingWithInterrupt {
            try await ServerConnection.with { server in
                if arguments.has(.progressJSON) { return try await server.workWritingJSON(path, json, output) }
                try await server.workShowingProgress(path, json)
            }
        }
    }
}

extension CommandOption {
    static let insecure = CommandOption(
        "insecure", help: "Let the registry be without encryption or a valid certificate.")
    static let progressJSON = CommandOption("json", help: "Print every step as a line of JSON.")
    static let keepAlive = CommandOption(
        "keepalive", value: .text, placeholder: "TIME",
        help: "How long the model stays in memory afterwards, such as 5m or 1h30m; negative: for ever.")
}

extension Arguments {
    /// The value of `--keepalive`.
    func keepAlive() throws -> KeepAlive? {
        guard let text = text(.keepAlive) else { return nil }
        guard let keepAlive = KeepAlive(text: text) else {
            throw UsageError.invalidValue(
                of: "--keepalive", expected: "a duration such as 5m or 1h30m", found: text, nearest: nil)
        }
        return keepAlive
    }
}
