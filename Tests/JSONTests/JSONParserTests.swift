import Foundation
import JSON
import TestSupport
import Testing

@Suite struct JSONParserTests {
    @Test func readsEveryKindOfValue() throws {
        let value = try JSONParser.parse(
            """
             { "null" : null, "yes":true,"no":false ,"list":[1, -2.50, 3e+2, []],
               "text":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9 grüße 🦙", "object":{"":{}} }\u{20}
            """)
        #expect(value.objectValue?.keys == ["null", "yes", "no", "list", "text", "object"])
        #expect(value["null"]?.isNull == true)
        #expect(value["yes"]?.boolValue == true)
        #expect(value["no"]?.boolValue == false)
        #expect(value["list"]?.arrayValue?.map(\.description) == ["1", "-2.50", "3e+2", "[]"])
        #expect(value["text"]?.stringValue == "a\"\\/\u{8}\u{C}\n\r\té grüße 🦙")
        #expect(value["object"]?[""] == [:])
        #expect(value["none"] == nil)
        #expect(value["list"]?["none"] == nil)
    }

    @Test(
        arguments: [
            ("0", 0, 0), ("-0", 0, -0.0), ("9007199254740993", 9_007_199_254_740_993, 0x1p53), ("3.0", 3, 3),
            ("1e2", 100, 100), ("0.1", nil, 0.1), ("1e400", nil, nil), ("-9223372036854775808", Int.min, -0x1p63),
            ("18446744073709551616", nil, 0x1p64),
        ] as [(String, Int?, Double?)])
    func numbersKeepTheirDigits(text: String, int: Int?, double: Double?) throws {
        let value = try JSONParser.parse(text)
        #expect(value.description == text)
        #expect(value.intValue == int)
        #expect(value.doubleValue == double)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "-Infinity", "1 2",
        "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
        "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "}", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"",
        "\"\\u12g4\"", "\"\n\"", "\"\\uD83D\"", "\"\\uD83Dx\"", "\"\\uD83D\\u0041\"", "\"\\uDE00\"",
        "\"\\uD83D\\uD83D\"",
        "\u{FEFF}1", "// c\n1", "'a'", "[1]]", "{}{}", "1\u{0}",
    ])
    func refusesWhatIsNoJSON(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test func errorsSayWhere() {
        #expect(throws: JSONError.unexpected(offset: 4, expected: "a value", found: "']'")) {
            try JSONParser.parse("[1, ]")
        }
        #expect(throws: JSONError.truncated(offset: 2, expected: "',' or ']'")) { try JSONParser.parse("[1") }
        #expect(throws: JSONError.loneSurrogate(offset: 2)) { try JSONParser.parse("[\"\\uD800\"]") }
        #expect(throws: JSONError.invalidText(offset: 0)) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONError.unexpected(offset: 1, expected: "no digit after a leading zero", found: "'1'")) {
            try JSONParser.parse("01")
        }
    }

    @Test func surrogatePairsAreOneScalar() throws {
        #expect(try JSONParser.parse("\"\\ud83e\\udd99\"") == "🦙")
        #expect(try JSONParser.parse("\"\\u0000\"") == "\u{0}")
    }

    @Test func namesThatOccurTwice() throws {
        let text = "{\"a\":1,\"b\":2,\"a\":3}"
        #expect(throws: JSONError.duplicateKey(offset: 13, key: "a")) { try JSONParser.parse(text) }
        var options = JSONParser.Options()
        options.allowsDuplicateKeys = true
        #expect(try JSONParser.parse(text, options: options).description == "{\"a\":3,\"b\":2}")
        // Composed and decomposed é are different bytes, so different names.
        #expect(try JSONParser.parse("{\"\u{E9}\":1,\"e\u{301}\":2}").objectValue?.count == 2)
    }

    @Test func depthAndSizeAreBounded() throws {
        let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(try JSONParser.parse(nested(128)).description == nested(128))
        #expect(throws: JSONError.tooDeep(offset: 128, limit: 128)) { try JSONParser.parse(nested(129)) }
        #expect(throws: JSONError.tooDeep(offset: 640, limit: 128)) {
            try JSONParser.parse(String(repeating: "{\"a\":", count: 1_000_000))
        }
        #expect(throws: JSONError.numberTooLong(offset: 1, limit: 1000)) {
            try JSONParser.parse("[" + String(repeating: "1", count: 1001) + "]")
        }
        var options = JSONParser.Options()
        options.byteCountLimit = 3
        #expect(throws: JSONError.tooLarge(byteCount: 4, limit: 3)) { try JSONParser.parse("true", options: options) }
    }

    @Test func everyPrefixIsRefused() {
        let text = Array("{\"a\":[1.5e3,true,null,\"x\\u00e9\\ud83e\\udd99\"],\"b\":{\"c\":-0}}".utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONParser.parse(Array(text[..<length])) }
        }
    }

    /// Whatever we accept after random damage, Foundation's parser accepts as well.
    @Test func acceptsNothingThatFoundationRefuses() throws {
        let original = Array("{\"a\":[1.5e3,true,null,\"x\\u00e9\\\"\"],\"b\":{\"c\":-0, \"d\" : [ ]}}".utf8)
        let alphabet = Array("{}[]\",:\\ue+-.019tfn \u{1}".utf8) + [0xFF, 0xC3]
        var random = SeededGenerator(seed: 1)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = alphabet.randomElement(using: &random)!
            }
            guard (try? JSONParser.parse(bytes)) != nil else { continue }
            accepted += 1
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
        }
        #expect(accepted > 100)
    }
}
