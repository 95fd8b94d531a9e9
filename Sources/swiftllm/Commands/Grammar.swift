import Inference
import JSON
import Sampling
import Tokenization

extension Command {
    /// `swiftllm grammar`: what a constraint on generations accepts.
    package static let grammar = Command(
        name: "grammar",
        summary: "Show what a grammar, schema or regular expression accepts.",
        discussion: """
            Reads JSON strings from standard input, one a line, and answers each with true or false: whether a \
            generation under this constraint could be that text. The constraint is a GBNF grammar, a JSON schema, a \
            regular expression, or a list of choices; it is refused if any part of it could not be kept.

            With --bench the strings are texts to measure on: each is encoded with the model's vocabulary (a file that \
            has nothing else will do), and what choosing among all tokens costs before each of its tokens is reported: \
            cold, when a text gets there, and warm, when asked again. With --trigger they may have other text in front.
            """,
        options: [.gbnf, .schema, .regex, .choice, .print, .bench, .trigger, .model],
        examples: [
            Example("swiftllm grammar --schema person.json --print", "The grammar that a schema becomes."),
            Example(
                "echo '\"2024-02-30\"' | swiftllm grammar --regex '\\d{4}-\\d\\d-\\d\\d'", "Whether a text matches."),
            Example("swiftllm grammar --schema s.json --bench -m model.gguf < texts.jsonl", "What masks cost."),
        ],
        run: { arguments, output in try GrammarCommand(arguments, output).run() })
}

extension CommandOption {
    fileprivate static let gbnf = CommandOption(
        "gbnf", value: .file, placeholder: "FILE", help: "A grammar in llama.cpp's notation.")
    fileprivate static let schema = CommandOption(
        "schema", value: .file, placeholder: "FILE", help: "A JSON schema.")
    fileprivate static let regex = CommandOption(
        "regex", value: .text, placeholder: "REGEX", help: "A regular expression for the whole text.")
    fileprivate static let choice = CommandOption(
        "choice", value: .text, placeholder: "TEXT", isRepeatable: true, help: "One of the texts to choose from.")
    fileprivate static let print = CommandOption("print", help: "Print the grammar in GBNF, and read nothing.")
    fileprivate static let bench = CommandOption("bench", help: "Measure masks on a model's vocabulary.")
    fileprivate static let trigger = CommandOption(
        "trigger", value: .text, placeholder: "TEXT", help: "What ends free text before the constraint, to measure.")
}

private struct GrammarCommand {
    private let arguments: Arguments
    private let output: Output
    private let grammar: Grammar

    init(_ arguments: Arguments, _ output: Output) throws {
        self.arguments = arguments
        self.output = output
        do {
            grammar = try Self.grammar(arguments)
        } catch let error as GrammarError {
            throw InputError("\(error)")
        }
    }

    private static func grammar(_ arguments: Arguments) throws -> Grammar {
        let choices = arguments.texts(.choice)
        switch (arguments.text(.gbnf), arguments.text(.schema), arguments.text(.regex), choices.isEmpty) {
        case (let path?, nil, nil, true):
            guard let text = String(validating: try InputFile.bytes(path), as: UTF8.self) else {
                throw InputError("\(path): the grammar is not UTF-8")
            }
            return try Grammar(gbnf: text)
        case (nil, let path?, nil, true):
            do {
                return try Grammar(jsonSchema: try JSONParser.parse(try InputFile.bytes(path)))
            } catch let error as JSONError {
                throw InputError("\(path): \(error)")
            }
        case (nil, nil, let regex?, true): return try Grammar(regex: regex)
        case (nil, nil, nil, false): return try Grammar.choices(choices)
        default: throw UsageError.conflict("expected one of --gbnf, --schema, --regex and --choice")
        }
    }

    func run() throws {
        do {
            if arguments.has(.print) { return try output.write(grammar.gbnf) }
            if arguments.has(.bench) { return try bench() }
            var matcher = try GrammarMatcher(grammar)
            try output.answerLines { line in .bool(try matcher.matches(try text(line))) }
        } catch let error as GrammarError {
            throw InputError("\(error)")
        }
    }

    private func text(_ line: JSONValue) throws -> String {
        guard let text = line.stringValue else { throw InputError("expected a JSON string") }
        return text
    }

    // MARK: Measuring

    private func bench() throws {
        let tokenizer = try loadTokenizer(try arguments.required(.model))
        let clock = ContinuousClock()
        let start = clock.now
        let vocabulary = ConstraintVocabulary(tokenizer, count: tokenizer.vocabulary.count)
        let loaded = clock.now
        let trigger = arguments.text(.trigger).map { TextTrigger(texts: [$0], mayEnd: true) }
        _ = try GrammarConstraint(grammar, vocabulary: vocabulary, trigger: trigger)
        let compiled = clock.now
        var texts: [String] = []
        while let line = readLine() { texts.append(try text(try JSONParser.parse(line))) }
        var rounds = (0...Self.rounds).map { _ in MaskTimes() }
        for round in rounds.indices {
            for text in texts {
                // One of its own for every text: nothing that it finds out serves another.
                var constraint = try GrammarConstraint(grammar, vocabulary: vocabulary, trigger: trigger)
                try measure(text, tokenizer, &constraint, into: &rounds[round])
            }
        }
        // It warms up the program, as earlier requests do.
        rounds.removeFirst()
        try output.write([
            "tokens": .integer(vocabulary.count),
            "masks": .integer(rounds[0].cold.count),
            "vocabulary_microseconds": MaskTimes.microseconds(loaded - start),
            "compile_microseconds": MaskTimes.microseconds(compiled - loaded),
            "cold_microseconds": MaskTimes.report(rounds.map(\.cold)),
            "warm_microseconds": MaskTimes.report(rounds.map(\.warm)),
        ])
    }

    /// Rounds that are measured. Of each mask's times the median counts, so that a round in which something else ran does not.
    private static let rounds = 5

    /// Takes the time of the mask before each token of a text, and of the same mask when it is asked for again.
    private func measure(
        _ text: String, _ tokenizer: Tokenizer, _ constraint: inout GrammarConstraint, into times: inout MaskTimes
    ) throws {
        let clock = ContinuousClock()
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        for token in tokenizer.encode(text, options: .userText) {
            let start = clock.now
            let isMasked = try constraint.mask(into: &mask)
            let found = clock.now
            _ = try constraint.mask(into: &mask)
            times.cold.append(found - start)
            times.warm.append(clock.now - found)
            guard !isMasked || mask[token] else {
                throw InputError("the constraint does not allow the text: \(text)")
            }
            constraint.accept(token)
        }
    }
}

/// How long masks took: when they were asked for first, and then again.
private struct MaskTimes {
    var cold: [Duration] = []
    var warm: [Duration] = []

    /// What rounds of the same masks say.
    static func report(_ rounds: [[Duration]]) -> JSONValue {
        let sorted = (rounds.first ?? []).indices.map { mask in
            rounds.map { $0[mask] }.sorted()[rounds.count / 2]
        }.sorted()
        guard let most = sorted.last else { return .null }
        return [
            "median": microseconds(sorted[sorted.count / 2]),
            "p99": microseconds(sorted[sorted.count * 99 / 100]),
            "max": microseconds(most),
        ]
    }

    static func microseconds(_ duration: Duration) -> JSONValue {
        .double((duration / .microseconds(1) * 10).rounded() / 10)
    }
}
