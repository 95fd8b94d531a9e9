import Sampling
import TestSupport
import Testing

@Suite struct GBNFTests {
    private func accepts(_ gbnf: String, _ text: String) throws -> Bool {
        var matcher = try GrammarMatcher(try Grammar(gbnf: gbnf))
        return try matcher.matches(text)
    }

    @Test func everyConstruct() throws {
        let cases: [(grammar: String, yes: [String], no: [String])] = [
            (#"root ::= "a" "b" | "c""#, ["ab", "c"], ["", "a", "abc", "ac", "b"]),
            (#"root ::= "" | "x""#, ["", "x"], ["xx"]),
            (#"root ::= [a-cx-]+"#, ["a", "-", "xcb-"], ["", "d", "a d"]),
            (#"root ::= [^a-c\n]*"#, ["", "xyz", "é😀"], ["a", "x\n"]),
            (#"root ::= . ."#, ["ab", "é😀", "\n\n"], ["a", "abc"]),
            (#"root ::= "\x41\u00e9\U0001F600\t\r\n\\\"\[\]""#, ["Aé😀\t\r\n\\\"[]"], ["A"]),
            (#"root ::= [\x41-\x43\]\[\-\\]{2}"#, ["AB", "][", "-\\"], ["A", "AD"]),
            (#"root ::= "ab"{2}"#, ["abab"], ["ab", "abb", "ababab"]),
            (#"root ::= "a"{2,} "b"{0,2}"#, ["aa", "aaaab", "aabb"], ["a", "aabbb"]),
            (#"root ::= ("a" | "b" "c")? "d""#, ["d", "ad", "bcd"], ["bd", "a"]),
            ("root ::= ( # one\n  \"a\" # two\n | \n \"b\"\n)+ # three\n# four\n", ["abba"], ["c"]),
            ("root ::= \"a\" |\n  \"b\"\r\n\r\nunused ::= \"c\"", ["a", "b"], ["c"]),
            ("root ::=\n  item-1 ITEM\nitem-1 ::= \"x\"\nITEM ::= \"y\"", ["xy"], ["x", "yx"]),
            (#"root ::= "(" root ")" | "x""#, ["x", "((x))"], ["(x", "x)", "(x))"]),
            (#"root ::= "a" root "b" | "a" root "c" | "d""#, ["d", "aadbc", "aaadccb"], ["aadb", "aadbcb"]),
            (#"root ::= "a"**"#, ["", "aaa"], ["b"]),
        ]
        for (grammar, yes, no) in cases {
            for text in yes { #expect(try accepts(grammar, text), "\(grammar) on \(text)") }
            for text in no { #expect(try !accepts(grammar, text), "\(grammar) on \(text)") }
        }
    }

    @Test(arguments: [
        ("root ::= \"a", TextPosition.at(1, 12)), ("root ::= [a", .at(1, 12)), ("root ::= (\"a\"", .at(1, 14)),
        ("root ::= \"a\" )", .at(1, 14)), ("root = \"a\"", .at(1, 6)), ("root ::= *", .at(1, 10)),
        ("root ::= \"a\"{", .at(1, 14)), ("root ::= \"a\"{2", .at(1, 15)), ("root ::= \"a\"{3,2}", .at(1, 16)),
        ("root ::= \"\\q\"", .at(1, 12)), ("root ::= \"\\x4g\"", .at(1, 14)), ("root ::= [z-a]", .at(1, 13)),
        ("root ::= \"\\ud800\"", .at(1, 13)), ("root ::= <[7]>", .at(1, 10)),
        ("root ::= \"a\"\n\n  ::= \"b\"", .at(3, 3)),
    ])
    func mistakesHaveAPlace(text: String, position: TextPosition) throws {
        let error = #expect(throws: GrammarError.self) { try Grammar(gbnf: text) }
        guard case .unexpected(let found, _, _) = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
        #expect(found == position, "\(text)")
    }

    @Test func rulesMustExistOnce() {
        #expect(throws: GrammarError.unknownRule(name: "b", at: .at(2, 11))) {
            try Grammar(gbnf: "root ::= a\na ::= [x] b")
        }
        #expect(throws: GrammarError.duplicateRule(name: "a", at: .at(3, 1))) {
            try Grammar(gbnf: "root ::= a\na ::= [x]\na ::= [y]")
        }
        #expect(throws: GrammarError.missingRoot(name: "root")) { try Grammar(gbnf: "a ::= [x]") }
        #expect(throws: GrammarError.missingRoot(name: "root")) { try Grammar(gbnf: "") }
    }

    @Test(arguments: [
        "root ::= root \"a\" | \"b\"", "root ::= a\na ::= \"\" b\nb ::= root", "root ::= \"x\"? root",
        "root ::= (root | \"a\")*", "root ::= \"a\" b\nb ::= ([x]* b)+",
    ])
    func leftRecursionIsRefused(text: String) throws {
        let grammar = try Grammar(gbnf: text)
        let error = #expect(throws: GrammarError.self) { try GrammarMatcher(grammar) }
        guard case .leftRecursion(let rules) = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
        #expect(rules.count >= 2 && rules.first == rules.last)
    }

    @Test func whatMatchesNothingIsRefused() throws {
        for text in ["root ::= \"a\" root", "root ::= []", "root ::= a\na ::= \"x\" b\nb ::= \"y\" a"] {
            #expect(throws: GrammarError.matchesNothing) { try GrammarMatcher(try Grammar(gbnf: text)) }
        }
        // Nothing that leads into a dead end is allowed, beside what leads out.
        var matcher = try GrammarMatcher(try Grammar(gbnf: "root ::= \"a\" dead | \"b\" dead*\ndead ::= \"c\" dead"))
        #expect(try !matcher.matches("a") && matcher.matches("b") && !matcher.matches("bc"))
    }

    @Test func sizesAreBounded() throws {
        func error(_ text: String) -> GrammarError? {
            do {
                _ = try GrammarMatcher(try Grammar(gbnf: text))
                return nil
            } catch { return error }
        }
        let deep = String(repeating: "(", count: 5000) + "[a]" + String(repeating: ")", count: 5000)
        #expect(error("root ::= " + deep) == .tooLarge(what: "groups inside one another", limit: Grammar.Limit.depth))
        #expect(error("root ::= [a]{99999999999999999999}") != nil)
        #expect(error("root ::= [a]" + String(repeating: "?", count: 5000)) != nil)
        #expect(error(String(repeating: "#", count: 2 << 20)) != nil)
        let chain = (0..<5000).map { "r\($0) ::= r\($0 + 1)" }.joined(separator: "\n")
        #expect(error("root ::= r0\n\(chain)\nr5000 ::= [a]") != nil)
        let many = (0..<30_000).map { "r\($0) ::= [a]" }.joined(separator: "\n")
        #expect(error("root ::= r0\n\(many)") != nil)
    }

    @Test func countsAreNumbers() throws {
        var matcher = try GrammarMatcher(try Grammar(gbnf: "root ::= ([a-z]{3,1000000} \",\"){0,1000}"))
        let text = String(repeating: String(repeating: "x", count: 1000) + ",", count: 100)
        #expect(try matcher.matches(text))
        #expect(try !matcher.matches(text + "x"))
    }

    @Test func ambiguityStaysPolynomial() throws {
        var matcher = try GrammarMatcher(
            try Grammar(gbnf: "root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"a\" root | \"d\""))
        let text = String(repeating: "a", count: 120) + "d" + String(repeating: "bc", count: 40)
        #expect(try matcher.matches(text))
    }

    /// Ends in time, one way or the other.
    @Test(arguments: [
        "root ::= \"a\" root? \"b\"?", "root ::= ((\"a\"{0,50}){0,50}){0,50}", "root ::= (\"a\" | \"a\" \"a\")* \"b\"",
        "root ::= ([a-z]* [b-y]* [c-x]*){0,40}", "root ::= \"a\" root root | \"a\"",
    ])
    func hostileGrammarsEnd(text: String) throws {
        var matcher = try GrammarMatcher(try Grammar(gbnf: text))
        do { _ = try matcher.matches(String(repeating: "a", count: 300)) } catch {
            #expect(error == .constraintTooComplex)
        }
    }

    @Test func writtenGrammarsReadBackAlike() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let grammar = RandomGrammar.make(using: &random)
            let again = try Grammar(gbnf: grammar.gbnf)
            for _ in 0..<20 {
                let text = RandomGrammar.text(length: Int.random(in: 0...6, using: &random), using: &random)
                #expect(GrammarReference.matches(grammar, text) == GrammarReference.matches(again, text))
            }
        }
    }

    @Test func agreesWithTheReference() throws {
        var random = SeededGenerator(seed: 7)
        var accepted = 0
        for _ in 0..<1500 {
            let grammar = RandomGrammar.make(using: &random)
            guard var matcher = try? GrammarMatcher(grammar) else { continue }
            for _ in 0..<30 {
                let text = RandomGrammar.text(length: Int.random(in: 0...7, using: &random), using: &random)
                let expected = GrammarReference.matches(grammar, text)
                accepted += expected ? 1 : 0
                #expect(try matcher.matches(text) == expected, "\(grammar.gbnf) on \(text)")
            }
        }
        #expect(accepted > 1000, "the texts must not all be refused: \(accepted)")
    }
}

extension TextPosition {
    static func at(_ line: Int, _ column: Int) -> TextPosition { TextPosition(line: line, column: column) }
}
