import JSON
import Sampling
import TestSupport
import Testing

/// Damaged texts never trap and never hang: they are refused, or compile and answer.
@Suite struct HostileGrammarTests {
    private static let gbnf = [
        "root ::= (\n  \"1. \" move \" \" move \"\\n\" # one\n  ([1-9] [0-9]? \". \" move){0,3}\n)\nmove ::= [a-h] [^1-8\\x41-\\u00ff] | \"O-O\"* .+",
        "root ::= \"(\" root{1,2} \")\" | [\\U0001F600-\\U0001F64F\\]\\-] | item\nitem ::= \"\\\"\" [^\"\\\\]* \"\\\"\"",
    ]
    private static let regexes = [
        #"^(?:\d{1,3}\.){3}\w+?[^\s\]a-f-]*|(?<n>x|\u{1F600}\ud83d\ude00)\/$"#, #"[\x41-\x5a]{2,5}(a|b|)*.\.\\"#,
    ]
    private static let schemas = [
        ##"{"$defs":{"n":{"type":"object","properties":{"v":{"type":"integer","minimum":-12,"exclusiveMaximum":1e3},"n":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["v"],"additionalProperties":{"type":"string","maxLength":4}}},"$ref":"#/$defs/n"}"##,
        ##"{"type":["array","object"],"prefixItems":[{"enum":[1,"a",null]},{"const":{"k":[true]}}],"items":{"type":"number","minimum":0.25,"maximum":17.5},"minItems":1,"maxItems":4,"properties":{"a/b~":{"type":"string","pattern":"^a+$","minLength":1}},"allOf":[{"minProperties":0},{"required":["x"]}]}"##,
    ]

    private func damaged(_ text: String, using random: inout some RandomNumberGenerator) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
            case 1: bytes.remove(at: place)
            case 2:
                let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
                bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0..<bytes.count, using: &random))
            default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
            }
            if bytes.isEmpty { return "" }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Compiles a grammar and reads a few texts; returns whether it was one.
    private func use(_ make: () throws -> Grammar) -> Bool {
        guard let grammar = try? make() else { return false }
        _ = grammar.gbnf
        guard var matcher = try? GrammarMatcher(grammar) else { return false }
        for text in ["", "aaaaaaaa", "{\"v\":1}", "[1,2]", "((x))", "1. a"] { _ = try? matcher.matches(text) }
        return true
    }

    /// A part of a grammar that is too complex fails when a text gets there; other texts are none the worse for it.
    @Test func onlyWhatIsReachedIsTooComplex() throws {
        let vocabulary = ConstraintVocabulary(count: 27, endOfGeneration: [0]) { $0 == 0 ? [] : [UInt8(96 + $0)] }
        let rules = (0..<140).map { "r\($0) ::= (r\($0 + 1) \"a\" | \"c\"){2}\n" }.joined()
        let grammar = try Grammar(gbnf: "root ::= \"a\" r0 | \"b\" [x-z]\nr140 ::= \"b\"\n" + rules)
        var mask = TokenMask(vocabularyCount: 0, allowingAll: true)
        var simple = try GrammarConstraint(grammar, vocabulary: vocabulary)
        var complex = simple
        #expect(try simple.mask(into: &mask))
        #expect((0..<27).filter { mask[$0] } == [1, 2])
        simple.accept(2)
        #expect(try simple.mask(into: &mask))
        #expect((0..<27).filter { mask[$0] } == [24, 25, 26])
        complex.accept(1)
        for _ in 0..<2 {
            #expect(throws: SamplingError.constraintTooComplex) { try complex.mask(into: &mask) }
            complex.accept(2)
        }
    }

    @Test func damagedTextsAreRefusedOrRead() {
        var random = SeededGenerator(seed: 77)
        var compiled = 0
        for _ in 0..<700 {
            for text in Self.gbnf {
                let text = damaged(text, using: &random)
                compiled += use { try Grammar(gbnf: text) } ? 1 : 0
            }
            for text in Self.regexes {
                let text = damaged(text, using: &random)
                compiled += use { try Grammar(regex: text) } ? 1 : 0
            }
            for text in Self.schemas {
                let text = damaged(text, using: &random)
                compiled += use { try Grammar(jsonSchema: try JSONParser.parse(text)) } ? 1 : 0
            }
        }
        #expect(compiled > 200, "most damage must not make every text useless")
    }

    /// Every keyword with every kind of value.
    @Test func oddValuesOfKeywords() throws {
        let keywords = [
            "type", "properties", "required", "additionalProperties", "minProperties", "maxProperties", "items",
            "prefixItems", "additionalItems", "unevaluatedItems", "minItems", "maxItems", "uniqueItems", "minLength",
            "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum",
            "const", "nullable", "$ref", "allOf", "anyOf", "oneOf", "$defs", "title",
        ]
        let values = [
            "null", "true", "false", "0", "-1", "1.5", "1e300", "99999999999999999999", "0.1e-30", "\"\"", "\"a\"",
            "\"#\"", "\"#/$defs\"",
            "[]", "[null]", "[\"string\",\"string\"]", "[[]]", "{}", "{\"a\":{}}", "{\"a\":1}", "[{}]", "[false]",
            "[{\"$ref\":\"#\"}]",
        ]
        for type in ["", "\"type\":\"object\",", "\"type\":\"array\",", "\"type\":\"number\",", "\"type\":\"string\","]
        {
            for keyword in keywords {
                for value in values {
                    let text = "{\(keyword == "type" ? "" : type)\"\(keyword)\":\(value)}"
                    let schema = try JSONParser.parse(text)
                    _ = use { try Grammar(jsonSchema: schema) }
                }
            }
        }
    }
}
