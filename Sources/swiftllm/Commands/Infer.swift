import Compute
import Foundation
import Inference
import JSON
import Platform
import Sampling
import Tokenization

extension Command {
    /// `swiftllm infer`: a prompt's completion.
    package static let infer = Command(
        name: "infer",
        summary: "Complete a prompt.",
        discussion: """
            Continues a text and writes the continuation to standard output as it comes, until the model ends it, -n \
            tokens are written, a --stop text occurs or the context is full. The prompt is the argument, a file, or \
            standard input. With --chat the prompt is a message, put into the model's own chat template.

            Only the text goes to standard output. Ctrl-C ends it cleanly; what was written stays.
            """,
        operands: [CommandOperand("PROMPT", count: .optional, help: "The text to continue.")],
        options: [
            .optionalModel, .promptFile, .tokenCount, .chat, .system, .stop, .seed,
        ] + SamplingFlag.all.map(\.option) + [
            .ignoreEnd, .contextLength, .threads, .keyValueType, .json, .verbose,
        ],
        examples: [
            Example("swiftllm infer \"Once upon a time\"", "A story by the bundled model."),
            Example(
                "swiftllm infer -m model.gguf --chat --system 'Be brief.' 'What is a page table?'",
                "An answer by a chat model."),
            Example(
                "swiftllm infer -m model.gguf --temperature 0 -n 64 --json < prompt.txt | jq .text",
                "For programs."),
        ],
        run: { arguments, output in try InferCommand(arguments, output).run() })
}

extension CommandOption {
    static let promptFile = CommandOption(
        "file", short: "f", value: .file, placeholder: "FILE", help: "Read the prompt from a file.")
    static let tokenCount = CommandOption(
        "tokens", short: "n", value: .integer(0...Int(Int32.max)), placeholder: "N",
        help: "Write at most N tokens. Default: until the model ends or the context is full.")
    static let contextLength = CommandOption(
        "context", short: "c", value: .integer(1...Int(Int32.max)), placeholder: "N",
        help: "Positions of prompt and completion together. Default: what the prompt needs, at least 4096, "
            + "at most what the model was trained for.")
    static let verbose = CommandOption(
        "verbose", short: "v", help: "Print what it took (time, speed, memory) to the error stream.")
    fileprivate static let chat = CommandOption(
        "chat", help: "Put the prompt into the model's chat template, as a user's message.")
    fileprivate static let system = CommandOption(
        "system", value: .text, placeholder: "TEXT", help: "With --chat: the system message.")
    fileprivate static let stop = CommandOption(
        "stop", value: .text, placeholder: "TEXT", isRepeatable: true,
        help: "End before this text occurs; may be given several times.")
    fileprivate static let ignoreEnd = CommandOption(
        "ignore-eos", help: "Go on where the model would end.")
}

private struct InferCommand {
    private let arguments: Arguments
    private let output: Output
    private let prompt: String

    init(_ arguments: Arguments, _ output: Output) throws {
        self.arguments = arguments
        self.output = output
        if arguments.has(.system), !arguments.has(.chat) { throw UsageError.conflict("--system needs --chat") }
        prompt = try PromptSource.read(arguments)
    }

    func run() throws {
        let options = ModelOptions(arguments)
        let session = try ModelSession(options)
        let tokenizer = try session.tokenizer()
        let tokens =
            arguments.has(.chat)
            ? try ChatPrompt(session.metadata, tokenizer: tokenizer, name: session.name)
                .tokens(user: prompt, system: arguments.text(.system))
            : tokenizer.encode(prompt, options: .prompt)
        guard !tokens.isEmpty else { throw InputError("the prompt is empty") }
        let request = try request(tokens)
        let engine = try session.engine(
            batch: BatchLimits(rows: 512, logitRows: 1, sequences: 1),
            contextLength: try contextLength(session, promptCount: tokens.count), cache: options.cache,
            texts: TokenTexts(tokenizer))

        Interruption.watch()
        let writer = CompletionWriter(output, isStreaming: !arguments.has(.json))
        if !arguments.has(.json), !arguments.has(.chat), StandardStream.output.isTerminal {
            try output.write("\u{1B}[2m\(prompt)\u{1B}[0m")
        }
        try engine.run(request) { writer.take($0) }
        try writer.finish()
        if arguments.has(.json) { try output.write(writer.json(seed: request.sampling.seed), style: .indented) }
        if arguments.has(.verbose) { ErrorStream.write(writer.report(session, seed: request.sampling.seed)) }
        if case .failed(let error) = writer.reason { throw error }
        if Interruption.isRequested { throw InterruptedError() }
    }

    private func request(_ tokens: [TokenID]) throws -> GenerationRequest {
        var request = GenerationRequest(prompt: tokens)
        request.sampling = try SamplingOptions(arguments)
        request.stop.strings = arguments.texts(.stop)
        request.stop.maximumTokens = arguments.integer(.tokenCount)
        request.stop.ignoresEndOfGeneration = arguments.has(.ignoreEnd)
        return request
    }

    /// The context that is asked for, or one that prompt and completion need.
    private func contextLength(_ session: ModelSession, promptCount: Int) throws -> Int {
        let trained = session.trainedContextLength
        let wanted = max(4096, promptCount + (arguments.integer(.tokenCount) ?? 1024))
        let length = arguments.integer(.contextLength) ?? min(trained, wanted)
        guard promptCount <= length else {
            let hint = length < trained ? "; --context \(min(trained, promptCount + 1024)) would do" : ""
            throw InputError("the prompt has \(promptCount) tokens, the context only \(length)\(hint)")
        }
        return length
    }
}

/// Where a prompt comes from.
enum PromptSource {
    /// The operand, the file, or standard input.
    static func read(_ arguments: Arguments) throws -> String {
        if let prompt = arguments.operands.first {
            if arguments.has(.promptFile) { throw UsageError.conflict("PROMPT and --file exclude each other") }
            return prompt
        }
        let bytes: [UInt8]
        if let path = arguments.text(.promptFile) {
            bytes = try InputFile.bytes(path)
        } else {
            if arguments.text(.optionalModel) == "-" {
                throw UsageError.conflict("the model comes from standard input, so the prompt must not")
            }
            guard !StandardStream.isInputTerminal else { throw UsageError.missingOperand("PROMPT") }
            bytes = Array(try FileHandle.standardInput.readToEnd() ?? Data())
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError("\(arguments.text(.promptFile) ?? "standard input"): is not UTF-8 text")
        }
        return text
    }
}
