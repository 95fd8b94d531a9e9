import Sampling
import TestSupport
import Testing

@Suite struct GrammarConstraintTests {
    private typealias Tokens = GrammarTestVocabulary
    private let vocabulary = Tokens.vocabulary

    /// Follows random allowed tokens; returns the text and whether it ended by itself.
    private func randomText(
        _ constraint: any TokenConstraint, steps: Int, using random: inout some RandomNumberGenerator
    ) throws -> (text: [UInt8], isEnded: Bool) {
        var constraint = constraint
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        var text: [UInt8] = []
        for _ in 0..<steps {
            guard !constraint.isComplete else { return (text, true) }
            #expect(try constraint.mask(into: &mask))
            let allowed = (0..<Int32(vocabulary.count)).filter { mask[$0] }
            let token = try #require(allowed.randomElement(using: &random), "a dead end")
            if token == Tokens.endToken { return (text, true) }
            constraint.accept(token)
            text += Tokens.pieces[Int(token)]
        }
        return (text, false)
    }

    @Test func whatTheMaskAllowsIsOfTheGrammar() throws {
        var random = SeededGenerator(seed: 3)
        var ended = 0
        for _ in 0..<150 {
            let grammar = RandomGrammar.make(using: &random)
            guard let constraint = try? GrammarConstraint(grammar, vocabulary: vocabulary) else { continue }
            for _ in 0..<3 {
                let (text, isEnded) = try randomText(constraint, steps: 12, using: &random)
                guard isEnded, text.count < 40 else { continue }
                ended += 1
                let string = try #require(String(validating: text, as: UTF8.self))
                #expect(GrammarReference.matches(grammar, string), "\(grammar.gbnf) on \(string)")
            }
        }
        #expect(ended > 60)
    }

    /// A token is allowed if and only if the grammar can read it: tried one by one against the mask.
    @Test func theMaskIsExact() throws {
        var random = SeededGenerator(seed: 5)
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        for _ in 0..<25 {
            let grammar = RandomGrammar.make(using: &random)
            guard var constraint = try? GrammarConstraint(grammar, vocabulary: vocabulary) else { continue }
            for _ in 0..<3 where !constraint.isComplete {
                _ = try constraint.mask(into: &mask)
                for token in 2..<Int32(vocabulary.count) {
                    var tried = constraint
                    tried.accept(token)
                    var after = TokenMask(vocabularyCount: 0, allowingAll: true)
                    _ = try tried.mask(into: &after)
                    let isReadable = tried.isComplete || after.words.contains { $0 != 0 }
                    #expect(mask[token] == isReadable, "\(grammar.gbnf), token \(token)")
                }
                #expect(mask[Tokens.endToken] == constraint.mayEnd && !mask[Tokens.silentToken])
                let allowed = (2..<Int32(vocabulary.count)).filter { mask[$0] }
                guard let next = allowed.randomElement(using: &random) else { break }
                constraint.accept(next)
            }
        }
    }

    /// Plain tokens are taken as a whole where they can be: that must not change what is allowed.
    @Test(arguments: [
        "root ::= \"\\\"\" [^\"\\\\\\x00-\\x1F]{0,9} \"\\\"\"", "root ::= [^\\u00A0]*", "root ::= [^\\x80-\\uFFFF]*",
        "root ::= .{3,17}",
        "root ::= [^a]* \"x\"", "root ::= ([^b]{2})*", "root ::= [ -~\\u0080-\\U0010FFFF]{0,20}",
    ])
    func plainTokensAreExact(gbnf: String) throws {
        var constraint = try GrammarConstraint(try Grammar(gbnf: gbnf), vocabulary: vocabulary)
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        var random = SeededGenerator(seed: 9)
        for _ in 0..<12 where !constraint.isComplete {
            _ = try constraint.mask(into: &mask)
            for token in 2..<Int32(vocabulary.count) {
                var tried = constraint
                tried.accept(token)
                var after = TokenMask(vocabularyCount: 0, allowingAll: true)
                _ = try tried.mask(into: &after)
                #expect(mask[token] == (tried.isComplete || after.words.contains { $0 != 0 }), "token \(token)")
            }
            constraint.accept(
                try #require((2..<Int32(vocabulary.count)).filter { mask[$0] }.randomElement(using: &random)))
        }
    }

    @Test func aCopyGoesItsOwnWay() throws {
        var one = try GrammarConstraint(try Grammar(gbnf: "root ::= [ab]{2}"), vocabulary: vocabulary)
        let other = one
        one.accept(Tokens.token("ab"))
        #expect(one.isComplete && !other.isComplete)
    }

    // MARK: Free text first

    private func triggered(_ trigger: TextTrigger) throws -> GrammarConstraint {
        try GrammarConstraint(
            try Grammar(gbnf: "root ::= \"{\" [a-z]* \"}\""), vocabulary: vocabulary, trigger: trigger)
    }

    private func mask(_ constraint: inout GrammarConstraint) throws -> TokenMask {
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        let isRestricted = try constraint.mask(into: &mask)
        return isRestricted ? mask : TokenMask(vocabularyCount: vocabulary.count, allowingAll: true)
    }

    @Test func aTriggerBeginsTheGrammar() throws {
        var constraint = try triggered(TextTrigger(texts: ["<tool_call>"], mayEnd: true))
        var allowed = try mask(&constraint)
        // Anything goes, the end and tokens without text too; then no mask is needed.
        #expect((0..<Int32(vocabulary.count)).allSatisfy { allowed[$0] })
        #expect(try !constraint.mask(into: &allowed))
        for text in ["<", "<tool"] { constraint.accept(Tokens.token(text)) }
        allowed = try mask(&constraint)
        #expect(allowed[Tokens.endToken] && allowed[Tokens.token("_call>")] && allowed[Tokens.token("a")])
        constraint.accept(Tokens.token("_call>"))
        allowed = try mask(&constraint)
        #expect(allowed[Tokens.token("{")] && !allowed[Tokens.token("a")] && !allowed[Tokens.endToken])
        for text in ["{", "ab"] { constraint.accept(Tokens.token(text)) }
        #expect(!constraint.isComplete)
        constraint.accept(Tokens.token("}"))
        #expect(constraint.isComplete)
    }

    /// A token may end the trigger and begin the grammar: then what it begins with must be right.
    @Test func aTriggerMayEndInsideAToken() throws {
        var constraint = try triggered(TextTrigger(texts: ["<tool_call>"], mayEnd: true))
        constraint.accept(Tokens.token("<"))
        let beforeCall = try mask(&constraint)
        #expect(beforeCall[Tokens.token("tool_call>{")])
        var other = constraint
        for text in ["t", "o", "o", "l", "_"] { other.accept(Tokens.token(text)) }
        #expect(try !mask(&other)[Tokens.token("call>x")])
        constraint.accept(Tokens.token("tool_call>{"))
        constraint.accept(Tokens.token("}"))
        #expect(constraint.isComplete)
    }

    @Test func anAnswerFollowsThinking() throws {
        var trigger = TextTrigger(texts: ["</think>"], mayEnd: false)
        trigger.tokens = [Tokens.silentToken]
        trigger.allowsSpace = true
        var constraint = try triggered(trigger)
        constraint.accept(Tokens.token("aab"))
        #expect(try !mask(&constraint)[Tokens.endToken])
        var byToken = constraint
        byToken.accept(Tokens.silentToken)
        #expect(try mask(&byToken)[Tokens.token("{")] && !mask(&byToken)[Tokens.token("a")])
        constraint.accept(Tokens.token("</think>\n"))
        #expect(try mask(&constraint)[Tokens.token("{")] && !mask(&constraint)[Tokens.endToken])
    }

    @Test func overlappingTriggers() throws {
        var constraint = try triggered(TextTrigger(texts: ["abab!", "bab", "xx"], mayEnd: true))
        constraint.accept(Tokens.token("a"))
        #expect(try !mask(&constraint)[Tokens.token("bbbbbbbbbbbbbbbbbbbbbbbb")] == false)
        constraint.accept(Tokens.token("ba"))
        // "bab" is complete with the next b, in the middle of "abab!".
        #expect(try !mask(&constraint)[Tokens.token("ba")])
        constraint.accept(Tokens.token("b"))
        #expect(try mask(&constraint)[Tokens.token("{")] && !mask(&constraint)[Tokens.token("a")])
    }

    @Test func hostileTriggersAreRefused() {
        #expect(throws: GrammarError.self) { try triggered(TextTrigger(texts: [""], mayEnd: true)) }
        #expect(throws: GrammarError.self) {
            try triggered(TextTrigger(texts: [String(repeating: "a", count: 1000)], mayEnd: true))
        }
    }

    @Test func longTextsKeepTheirStatesBounded() throws {
        let grammar = try Grammar(gbnf: "root ::= pair{0,1000000}\npair ::= \"a\" pair? \"b\"")
        var matcher = try GrammarMatcher(grammar)
        var text: [UInt8] = []
        for _ in 0..<150_000 { text += [97, 97, 98, 98] }
        #expect(try matcher.matches(text))
        #expect(try !matcher.matches(text + [97]))
    }
}
