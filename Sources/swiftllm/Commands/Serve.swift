import Foundation
import HTTP
import Inference
import ModelStorage
import Platform
import Serving

extension Command {
    /// `swiftllm serve`: the server that Ollama, OpenAI and Anthropic clients talk to.
    package static let serve = Command(
        name: "serve",
        summary: "Serve models to Ollama, OpenAI and Anthropic clients.",
        discussion: """
            Listens on port 11434 and answers what Ollama, OpenAI and Anthropic clients ask, unchanged: /api/…, \
            /v1/chat/completions, /v1/messages and more. Models come from the store that Ollama uses \
            (~/.ollama/models), from --model files, and there is the bundled one, named swiftllm. A model is loaded by \
            the first request that names it.

            Variables that Ollama knows count here too (OLLAMA_HOST, OLLAMA_MODELS, OLLAMA_KEEP_ALIVE, …), also with \
            SWIFTLLM_ in front. Ctrl-C lets running answers end, a second one does not.
            """,
        options: [.servedModel, .host, .threads],
        examples: [
            Example("swiftllm serve", "On 127.0.0.1:11434, as Ollama does."),
            Example("swiftllm serve -m model.gguf --host 0.0.0.0:8080", "One more model, for the whole network."),
        ],
        run: { arguments, _ in try await serve(arguments) })

    private static func serve(_ arguments: Arguments) async throws {
        let environment = ProcessInfo.processInfo.environment
        var settings = try ServerSettings(environment: environment, home: NSHomeDirectory())
        if let host = arguments.text(.host) { settings.host = host }
        settings.manager.load.notify = { ErrorStream.write("\($0)\n") }
        let endpoints = [try HTTPEndpoint(settings.host, defaultPort: 11434)]
        Interruption.watch()
        if settings.prunes { prune(ModelStore(root: settings.models)) }
        let stack = try ServerStack.start(
            at: endpoints, settings: settings, files: arguments.texts(.servedModel),
            threads: arguments.integer(.threads))
        for address in stack.addresses { ErrorStream.write("swiftllm listens on \(address)\n") }
        if stack.addresses.contains(where: { $0.ip?.isLoopback == false }) {
            ErrorStream.write(
                "warning: whoever can reach this address can use, create and delete models; "
                    + "bind 127.0.0.1, or put a proxy with keys in front\n")
        }
        while !Interruption.isRequested { try await Task.sleep(for: .milliseconds(100)) }
        ErrorStream.write("swiftllm stops: answers in flight may end\n")
        await stack.shutDown()
    }

    /// Removes what interrupted work left in the store. One that may only be read stays as it is.
    private static func prune(_ store: ModelStore) {
        do { try store.prune() } catch { ErrorStream.write("warning: leftovers stay in the store: \(error)\n") }
    }
}

extension CommandOption {
    static let host = CommandOption(
        "host", value: .text, placeholder: "ADDRESS",
        help: "Where to listen: host, host:port, or unix:PATH. Default: OLLAMA_HOST, or 127.0.0.1:11434.")
    fileprivate static let servedModel = CommandOption(
        "model", short: "m", value: .file, placeholder: "FILE", isRepeatable: true,
        help: "Serve this GGUF file too, under its name without .gguf; may be given several times.")
}
