import JSON
import Sampling
import TestSupport
import Testing

/// Masks beside what reading every token byte by byte says, in states that random texts reach.
@Suite struct TokenCollectorTests {
    private static let endToken: Int32 = 0

    /// Tokens of few characters, so that they are often runs: words, with blanks and quotation marks around them, escapes,
    /// characters of all lengths, and parts of them.
    private static let pieces: [[UInt8]] = {
        var random = SeededGenerator(seed: 31)
        var pieces: [[UInt8]] = [[]] + (0...255).map { [UInt8($0)] }
        let characters = ["a", "b", "c", "n", "A", "0", "1", " ", "-", ".", ",", "\"", "\\", "é", "ж", "→", "😀", "\n"]
        for number in 0..<1500 {
            var text = number % 3 == 0 ? " " : ""
            // Most tokens are a run of one kind, and then something else.
            let main = characters.prefix(number % 2 == 0 ? 4 : 16).shuffled(using: &random).prefix(3)
            for _ in 0..<Int.random(in: 1...(number % 10 == 0 ? 24 : 6), using: &random) {
                text += main.randomElement(using: &random)!
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) { text += characters.randomElement(using: &random)! }
            var bytes = Array(text.utf8)
            if number % 16 == 0 { bytes.removeFirst() }
            if number % 16 == 1 { bytes.removeLast() }
            if !bytes.isEmpty { pieces.append(bytes) }
        }
        return pieces
            + ["\"a\":", "\",\"", "<t>", "x<t>", "t>a", "<", "<t", " <t>\"", "\\u00", "e9"].map { Array($0.utf8) }
    }()

    private static let vocabulary = ConstraintVocabulary(count: pieces.count, endOfGeneration: [endToken]) {
        pieces[Int($0)]
    }

    /// Follows a random text and compares before each of its tokens; returns the number of tokens that were allowed.
    private func compare(
        _ start: GrammarConstraint, steps: Int, _ name: String, using random: inout some RandomNumberGenerator
    ) throws -> Int {
        var constraint = start
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        var total = 0
        for step in 0..<steps where !constraint.isComplete {
            let isMasked = try constraint.mask(into: &mask)
            var allowed: [Int32] = []
            for token in 1..<Int32(Self.pieces.count) {
                var tried = constraint
                tried.accept(token)
                if !tried.isRefused { allowed.append(token) }
                let isAllowed = !isMasked || mask[token]
                #expect(isAllowed != tried.isRefused, "\(name), step \(step), token \(Self.pieces[Int(token)])")
            }
            #expect(!isMasked || mask[Self.endToken] == constraint.mayEnd)
            total += allowed.count
            // Long ones now and then: else texts end soon.
            let sample = (0..<3).compactMap { _ in allowed.randomElement(using: &random) }
            guard let next = sample.max(by: { Self.pieces[Int($0)].count < Self.pieces[Int($1)].count }) else { break }
            constraint.accept(next)
        }
        return total
    }

    @Test(arguments: [
        #"root ::= "\"" ([^"\\\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-f]{4})){3,30} "\"""#,
        #"root ::= [^b]{0,9} "b" [a-c]{2,40}"#, #"root ::= [a-z]{1,12} [a-z0-9]{3,9} "-""#,
        #"root ::= ([a-c]{2,5} " "){2,6} [abn]+ "." "#, #"root ::= [^\n]* "a" [^\n]* "\n""#,
        #"root ::= [aA0 -] ([^"\\] | "\\" ["n])* "\"" | "ab" [^c]+"#,
        #"root ::= [^"a] [^"]* "\"" | "a" ([^"b] [^"]*)? "\"""#,
        #"root ::= ([a-c] | [0-1é→])* ([A-Z] [a-c]+ " "?){1,4}"#, #"root ::= ("a" | "ab" | "c")* "b"*"#,
        #"root ::= "a"? [^,]{0,4} ("," [^,]{0,4}){3}"#, #"root ::= [^é]{2,} "é" [\u0080-\U0010FFFF]{1,9}"#,
        #"root ::= word{1,3}\#nword ::= [^ ] word | " ""#, #"root ::= ("é" | "ж")* "\u0439" .{1,2}"#,
        #"root ::= ("a" [bn]{0,3} "c")* "a" [bn]{4}"#,
        // Literals that keep letters and digits apart, in some states or only later.
        #"root ::= (name " = " name | "an (" name ")"){2,5}\#nname ::= [a-zA-Z_] [a-zA-Z0-9_]{0,9}"#,
        #"root ::= [a-z]{0,3} [a-z0-9]{2,7} "-" | [A-Z] [a-z]+ ("1" | "1nn") " " [a-z]*"#,
        #"root ::= word ("." word){0,3} "\""\#nword ::= [a-z0-9] ([a-z0-9-]{0,11} [a-z0-9])?"#,
        #"root ::= " "? ([a-z]{4} [0-9a] | [b-z]+ "1") ([0-9]+ | "01" "," | "nb")* "-""#,
    ])
    func masksAreExact(gbnf: String) throws {
        var random = SeededGenerator(seed: 17)
        let start = try GrammarConstraint(try Grammar(gbnf: gbnf), vocabulary: Self.vocabulary)
        var allowed = 0
        for _ in 0..<3 { allowed += try compare(start, steps: 8, gbnf, using: &random) }
        #expect(allowed > 0)
    }

    @Test func masksOfSchemasAreExact() throws {
        var random = SeededGenerator(seed: 19)
        for text in [
            #"{"type":"object","properties":{"a":{"type":"string","maxLength":7},"ab":{"pattern":"^[a-c]+( [a-c0-1]+)*$","type":"string"},"b":{"type":"string","minLength":9}},"additionalProperties":{"type":"string"}}"#,
            #"{"type":"array","items":{"anyOf":[{"type":"string","pattern":"[0-1]"},{"type":"string","maxLength":3},{"enum":["a","ab","abc\n"]}]}}"#,
            "{}",
        ] {
            let grammar = try Grammar(jsonSchema: try JSONParser.parse(text))
            let start = try GrammarConstraint(grammar, vocabulary: Self.vocabulary)
            for _ in 0..<4 { _ = try compare(start, steps: 10, text, using: &random) }
        }
    }

    @Test func masksOfRandomGrammarsAreExact() throws {
        var random = SeededGenerator(seed: 23)
        var allowed = 0
        for _ in 0..<40 {
            let grammar = RandomGrammar.make(using: &random)
            guard let start = try? GrammarConstraint(grammar, vocabulary: Self.vocabulary) else { continue }
            allowed += try compare(start, steps: 4, grammar.gbnf, using: &random)
        }
        #expect(allowed > 10_000, "\(allowed)")
    }

    @Test func masksBeforeATriggerAreExact() throws {
        var random = SeededGenerator(seed: 29)
        for mayEnd in [false, true] {
            var trigger = TextTrigger(texts: ["<t>", "ab<"], mayEnd: mayEnd)
            trigger.allowsSpace = true
            let start = try GrammarConstraint(
                try Grammar(gbnf: "root ::= \"\\\"\" [^\"]{2,5} \"\\\"\""), vocabulary: Self.vocabulary,
                trigger: trigger)
            for text in ["", "<", "x<t", "ab", "ab<", "<t>"] {
                var constraint = start
                for byte in text.utf8 { constraint.accept(Int32(byte) + 1) }
                _ = try compare(constraint, steps: 6, text, using: &random)
            }
        }
    }
}
