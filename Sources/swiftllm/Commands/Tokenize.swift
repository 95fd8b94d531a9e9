import Foundation
import JSON
import Tokenization

extension Command {
    /// `swiftllm tokenize`: text to tokens.
    package static let tokenize = Command(
        name: "tokenize",
        summary: "Show how a model's vocabulary reads a text.",
        discussion: """
            Prints the tokens of a text, one a line: number and bytes. The text is the argument, a file, or standard \
            input. A file that has only a vocabulary will do.

            By default nothing is put around the text, and the texts of control tokens are plain text. With \
            --json-lines each line of standard input is a JSON string, or an object with "text" (or "hex", bytes) and \
            optional "add_special" and "parse_special" that override the options, and is answered by one line: an \
            array of token numbers.
            """,
        operands: [CommandOperand("TEXT", count: .optional, help: "The text; standard input if it is left out.")],
        options: [.model, .textFile, .addSpecial, .parseSpecial, .json, .jsonLines, .time],
        examples: [
            Example("swiftllm tokenize -m model.gguf 'Hello world'", "The tokens of a text."),
            Example("swiftllm tokenize -m model.gguf --file book.txt --time > /dev/null", "How fast it goes."),
        ],
        run: { arguments, output in try TokenizeCommand(arguments, output).run() })
}

extension CommandOption {
    fileprivate static let textFile = CommandOption(
        "file", short: "f", value: .file, placeholder: "FILE", help: "Read the text from a file.")
    fileprivate static let addSpecial = CommandOption(
        "add-special", help: "Add the tokens that the vocabulary puts around a text, such as beginning and end.")
    fileprivate static let parseSpecial = CommandOption(
        "parse-special", help: "Read texts of control tokens, such as <|im_end|>, as those tokens.")
    fileprivate static let time = CommandOption(
        "time", help: "Print what loading and encoding took to the error stream.")
    static let jsonLines = CommandOption("json-lines", help: "Answer each line of standard input with one line.")
}

private struct TokenizeCommand {
    private let arguments: Arguments
    private let output: Output
    private let tokenizer: Tokenizer
    private let options: EncodingOptions
    private let loading: Duration

    init(_ arguments: Arguments, _ output: Output) throws {
        self.arguments = arguments
        self.output = output
        let path = try arguments.required(.model)
        let clock = ContinuousClock()
        let start = clock.now
        tokenizer = try loadTokenizer(path)
        loading = clock.now - start
        options = EncodingOptions(
            addingSpecialTokens: arguments.has(.addSpecial), parsingSpecialTokens: arguments.has(.parseSpecial))
    }

    func run() throws {
        if arguments.has(.jsonLines) {
            return try output.answerLines { line in .array(try self.tokens(of: line).map { .integer($0) }) }
        }
        let text = try text()
        let clock = ContinuousClock()
        let start = clock.now
        let tokens = tokenizer.encode(bytes: text, options: options)
        if arguments.has(.time) { report(clock.now - start, bytes: text.count, tokens: tokens.count) }
        try arguments.has(.json) ? output.write(json(tokens)) : output.write(table(tokens))
    }

    private func text() throws -> [UInt8] {
        if let text = arguments.operands.first {
            if arguments.has(.textFile) { throw UsageError.conflict("TEXT and --file exclude each other") }
            return Array(text.utf8)
        }
        if let path = arguments.text(.textFile) { return try InputFile.bytes(path) }
        return Array(try FileHandle.standardInput.readToEnd() ?? Data())
    }

    private func json(_ tokens: [TokenID]) -> JSONValue {
        let pieces = tokens.map { tokenizer.piece(of: $0, special: .shown) }
        return [
            "ids": .array(tokens.map { .integer($0) }),
            "pieces": .array(pieces.map { JSONValue.text($0) }),
        ]
    }

    private func table(_ tokens: [TokenID]) -> String {
        let width = tokens.map { "\($0)".count }.max() ?? 0
        return tokens.map { token in
            let piece = String(decoding: tokenizer.piece(of: token, special: .shown), as: UTF8.self)
            let number = "\(token)"
            return String(repeating: " ", count: width - number.count) + number + "  "
                + JSONValue.string(piece).description
                + "\n"
        }.joined()
    }

    private func tokens(of line: JSONValue) throws -> [TokenID] {
        if let text = line.stringValue { return tokenizer.encode(text, options: options) }
        let options = EncodingOptions(
            addingSpecialTokens: line["add_special"]?.boolValue ?? options.addsSpecialTokens,
            parsingSpecialTokens: line["parse_special"]?.boolValue ?? options.parsesSpecialTokens)
        if let text = line["text"]?.stringValue { return tokenizer.encode(text, options: options) }
        guard let bytes = line["hex"]?.stringValue.flatMap(Self.bytes(hex:)) else {
            throw InputError("expected a string or an object with \"text\" or \"hex\"")
        }
        return tokenizer.encode(bytes: bytes, options: options)
    }

    /// The bytes that pairs of hexadecimal digits name, or nil if they are no such pairs.
    private static func bytes(hex: String) -> [UInt8]? {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private func report(_ encoding: Duration, bytes: Int, tokens: Int) {
        let seconds = encoding / .seconds(1)
        let rate = seconds > 0 ? Double(bytes) / 1e6 / seconds : 0
        let report: JSONValue = [
            "load_milliseconds": .double((loading / .milliseconds(1) * 100).rounded() / 100),
            "megabytes_per_second": .double((rate * 100).rounded() / 100),
            "tokens": .integer(tokens),
            "bytes": .integer(bytes),
        ]
        FileHandle.standardError.write(Data("\(report)\n".utf8))
    }
}
