import JSON
import Tokenization

extension Command {
    /// `swiftllm detokenize`: tokens to text.
    package static let detokenize = Command(
        name: "detokenize",
        summary: "Turn token numbers back into text.",
        discussion: """
            Prints the text of tokens. With --json-lines each line of standard input is an array of token numbers and \
            is answered by one line, a JSON string.
            """,
        operands: [CommandOperand("ID", value: .integer(0...Int(TokenID.max)), count: .any, help: "Token numbers.")],
        options: [.model, .showSpecial, .json, .jsonLines],
        examples: [Example("swiftllm detokenize -m model.gguf 9906 1917", "The text of two tokens.")],
        run: { arguments, output in
            let tokenizer = try loadTokenizer(try arguments.required(.model))
            let special: SpecialTokenText = arguments.has(.showSpecial) ? .shown : .hidden
            if arguments.has(.jsonLines) {
                return try output.answerLines { .string(tokenizer.decode(try tokens($0), special: special)) }
            }
            let text = tokenizer.decode(arguments.operands.compactMap { TokenID($0) }, special: special)
            try arguments.has(.json) ? output.write(.string(text)) : output.write(text + "\n")
        })

    private static func tokens(_ line: JSONValue) throws -> [TokenID] {
        let tokens = line.arrayValue?.map { $0.intValue.flatMap { TokenID(exactly: $0) } }
        guard let tokens, !tokens.contains(nil) else { throw InputError("expected an array of token numbers") }
        return tokens.compactMap(\.self)
    }
}

extension CommandOption {
    fileprivate static let showSpecial = CommandOption(
        "show-special", help: "Write control tokens, such as <|im_end|>, as their text.")
}
