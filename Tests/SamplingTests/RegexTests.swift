import Sampling
import Testing

@Suite struct RegexTests {
    private func accepts(_ regex: String, _ text: String) throws -> Bool {
        var matcher = try GrammarMatcher(try Grammar(regex: regex))
        return try matcher.matches(text)
    }

    @Test(arguments: [
        ("abc", ["abc"], ["ab", "abcd", "xabc"]),
        ("^a|b$", ["a", "b"], ["ab", ""]),
        ("a|", ["a", ""], ["b"]),
        ("(ab|c)+?d*", ["ab", "ccabdd"], ["d", ""]),
        ("a{2}b{1,}c{0,2}", ["aab", "aabbcc"], ["ab", "aac", "aabccc"]),
        (#"\d{3}-\w+\s\S"#, ["123-a_Z9 é"], ["12-a b", "123-é b"]),
        (#"[a-c\d\-\]x-]+"#, ["a1-]x"], ["d", ""]),
        (#"[^\s"]*"#, ["abcé"], ["a b", "\""]),
        (#"[^]"#, ["a", "\n"], ["", "ab"]),
        (".", ["a", "é", "😀"], ["\n", "ab", ""]),
        (#"\x41\u00e9\u{1F600}\ud83d\ude00\t\."#, ["Aé😀😀\t."], ["A"]),
        (#"(?:a)(?<name>b)(?P<other>c)"#, ["abc"], ["ab"]),
        (#"\/\$\^\{\}\(\)\|"#, ["/$^{}()|"], [""]),
        ("((a*)*)*b", ["b", "aaab"], ["a"]),
    ])
    func wholeTexts(regex: String, yes: [String], no: [String]) throws {
        for text in yes { #expect(try accepts(regex, text), "\(regex) on \(text)") }
        for text in no { #expect(try !accepts(regex, text), "\(regex) on \(text)") }
    }

    @Test(arguments: [
        (#"a\b"#, 3), (#"(a)\1"#, 5), ("(?=a)", 3), ("(?!a)", 3), ("(?<=a)", 4), ("(?i)a", 3), ("a++", 3),
        (#"\p{L}"#, 2), ("a^b", 2), ("(a$)", 3), ("a$b", 2), (#"\cA"#, 2),
    ])
    func whatIsNotSupportedIsNamed(regex: String, position: Int) {
        let error = #expect(throws: GrammarError.self) { try Grammar(regex: regex) }
        guard case .unsupportedRegex(_, position) = error else {
            Issue.record("\(regex): \(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        "(", ")", "a)", "[a", "[b-a]", "*a", "a**", "a{2", "a{3,2}", "a{,2}", #"\"#, #"\q"#, #"\u12"#, #"\ud800"#,
        "(?<n",
    ])
    func mistakesAreRefused(regex: String) {
        let error = #expect(throws: GrammarError.self) { try Grammar(regex: regex) }
        guard case .malformedRegex = error else {
            Issue.record("\(regex): \(String(describing: error))")
            return
        }
    }

    @Test func sizesAreBounded() {
        #expect(throws: GrammarError.self) { try Grammar(regex: "a{9999999}") }
        #expect(throws: GrammarError.self) {
            try Grammar(regex: String(repeating: "(", count: 9999) + String(repeating: ")", count: 9999))
        }
    }

    @Test func choices() throws {
        var matcher = try GrammarMatcher(try Grammar.choices(["yes", "no", "no way"]))
        for text in ["yes", "no", "no way"] { #expect(try matcher.matches(text)) }
        for text in ["", "ye", "yes ", "no w"] { #expect(try !matcher.matches(text)) }
        #expect(throws: GrammarError.matchesNothing) { try Grammar.choices([]) }
    }

    @Test func grammarsCombine() throws {
        let digit = try Grammar(regex: "[0-9]")
        let list = digit.repeated(minimum: 2, maximum: 3, separator: ", ")
        var matcher = try GrammarMatcher(
            .sequence(of: [.literal("<"), .choice(of: [list, .literal("none")]), .literal(">")]))
        for text in ["<1, 2>", "<1, 2, 3>", "<none>"] { #expect(try matcher.matches(text)) }
        for text in ["<1>", "<1, 2, 3, 4>", "none", "<1,2>"] { #expect(try !matcher.matches(text)) }
    }
}
