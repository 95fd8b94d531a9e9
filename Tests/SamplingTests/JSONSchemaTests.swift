import JSON
import Sampling
import Testing

@Suite struct JSONSchemaTests {
    private func matcher(_ schema: String) throws -> GrammarMatcher {
        try GrammarMatcher(try Grammar(jsonSchema: try JSONParser.parse(schema)))
    }

    @Test(arguments: [
        (
            #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"boolean"}},"required":["b"]}"#,
            [
                #"{"a":1,"b":"x"}"#, #"{"b":""}"#, #"{ "a": 1, "b": "x", "c": true }"#,
                "{\n  \"b\": \"x\",\n  \"c\": false\n}",
            ],
            [
                #"{"a":1}"#, #"{"b":"x","a":1}"#, #"{"b":"x","d":1}"#, #"{"b":1}"#, #"{"b":"x",}"#, #" {"b":"x"}"#,
                "{  \"b\":\"\"}",
            ]
        ),
        (
            #"{"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}"#,
            [#"{}"#, #"{"a":null}"#, #"{"a":null,"b":1,"aa":2,"":3}"#, #"{"é":1}"#],
            [#"{"a":1}"#, #"{"b":null}"#, #"{"b":1,"a":null}"#, #"{"\u0061":1}"#]
        ),
        (#"{"type":"object","additionalProperties":false}"#, ["{}"], [#"{"a":1}"#]),
        (
            #"{"type":"object","required":["z"],"properties":{"a":{}}}"#,
            [#"{"a":[1,{"b":null}],"z":"x"}"#, #"{"z":1.5e3}"#], [#"{"a":1}"#]
        ),
        (
            #"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}"#,
            ["[1]", "[1, 2,3]", "[\n  1\n]"],
            ["[]", "[1,2,3,4]", "[1.5]", "[1,]"]
        ),
        (
            #"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false,"minItems":1}"#,
            [#"["a"]"#, #"["a",1]"#], ["[]", #"["a",1,2]"#, "[1]"]
        ),
        (
            #"{"type":"array","prefixItems":[{"type":"null"}],"items":{"type":"boolean"},"minItems":2,"maxItems":3}"#,
            ["[null,true]", "[null,true,false]"], ["[null]", "[null,null]", "[null,true,true,true]"]
        ),
        (
            #"{"enum":["a\n\"é",1,null,{"k":[1]}]}"#, [#""a\n\"é""#, "1", "null", #"{"k": [1]}"#, #"{"k":[1]}"#],
            [#""a""#, "2", "true"]
        ),
        (#"{"const":"x","type":"string"}"#, [#""x""#], [#""y""#]),
        (
            #"{"type":["string","null"],"maxLength":2,"minLength":1}"#,
            [#""a""#, #""\u00e9\n""#, "null", #""\ud83d\ude00""#], [#""""#, #""abc""#, "1", #""\ud83d""#, #""\ude00""#]
        ),
        (#"{"type":"string","pattern":"^[a-z]+$","maxLength":3}"#, [#""abc""#], [#""""#, #""abcd""#, #""A""#]),
        (#"{"type":"string","pattern":"b\"?"}"#, [#""abc""#, #""b\"""#, #""\nb""#], [#""ac""#, #""""#]),
        (
            #"{"type":"integer","minimum":-5,"exclusiveMaximum":12}"#, ["-5", "0", "11", "-1", "9"],
            ["-6", "12", "-0", "1.0", "100", "00"]
        ),
        (
            #"{"type":"integer","minimum":95,"maximum":1204}"#, ["95", "100", "999", "1204", "1199"],
            ["94", "1205", "2000", "9", "-95", "10000"]
        ),
        (
            #"{"type":"number","minimum":0.5,"exclusiveMaximum":2}"#, ["0.5", "0.75", "1", "1.999", "0.50"],
            ["0.4", "0.49", "2", "2.0", "0", "-1", "1e0"]
        ),
        (
            #"{"type":"number","exclusiveMinimum":-1.25,"maximum":-0.05}"#, ["-1.2499", "-1", "-0.05", "-0.1"],
            ["-1.25", "-1.3", "-0.04", "0", "-0"]
        ),
        (#"{"type":"number"}"#, ["0", "-1.5", "1e+10", "0.1E-5"], ["01", "+1", ".5", "1.", "1e", "NaN"]),
        (#"{"type":"number","exclusiveMinimum":0}"#, ["0.1", "7", "0.01"], ["0", "0.0", "-1", "-0"]),
        (#"{"anyOf":[{"type":"integer"},{"type":"boolean"}]}"#, ["1", "true"], ["null"]),
        (
            #"{"type":"object","properties":{"a":{"type":"integer"}},"anyOf":[{"required":["a"]},{"properties":{"b":{"type":"null"}},"required":["b"]}]}"#,
            [#"{"a":1}"#, #"{"b":null}"#, #"{"a":1,"b":null}"#], ["{}", #"{"b":1}"#]
        ),
        (
            #"{"oneOf":[{"type":"object","properties":{"k":{"const":"x"},"v":{"type":"integer"}},"required":["k","v"]},{"type":"object","properties":{"k":{"const":"y"}},"required":["k"]}]}"#,
            [#"{"k":"x","v":1}"#, #"{"k":"y"}"#], [#"{"k":"x"}"#, #"{"k":"y","v":1}"#]
        ),
        (
            #"{"allOf":[{"type":"object","properties":{"a":{"type":"integer","minimum":2}},"required":["a"]},{"properties":{"a":{"maximum":3},"b":{"type":"null"}}}]}"#,
            [#"{"a":2}"#, #"{"a":3,"b":null}"#], [#"{"a":4}"#, #"{"a":1}"#, #"{"b":null}"#]
        ),
        (
            ##"{"$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["v","next"]}},"$ref":"#/$defs/node"}"##,
            [#"{"v":1,"next":null}"#, #"{"v":1,"next":{"v":2,"next":null}}"#], [#"{"v":1}"#, #"{"v":1,"next":{}}"#]
        ),
        (
            ##"{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}}}"##,
            ["{}", #"{"children":[{},{"children":[]}]}"#], [#"{"children":[1]}"#]
        ),
        (##"{"definitions":{"a/b c":{"type":"null"}},"$ref":"#/definitions/a~1b%20c"}"##, ["null"], ["1"]),
        (#"{"type":"string","nullable":true,"description":"x","default":null,"x-note":1}"#, [#""a""#, "null"], ["1"]),
        ("true", ["1", #"{"a":[true,null,"x"]}"#], ["", "x"]),
        ("{}", ["[]", "\"\""], ["[1 ,2]"]),
        (#"{"properties":{"a":false,"b":{"type":"null"}}}"#, ["{}", #"{"b":null}"#], [#"{"a":1}"#]),
        (
            #"{"type":"object","additionalProperties":{"type":"null"},"minProperties":1,"maxProperties":2}"#,
            [#"{"a":null}"#, #"{"a":null,"b":null}"#], ["{}", #"{"a":null,"b":null,"c":null}"#]
        ),
    ])
    func schemas(schema: String, yes: [String], no: [String]) throws {
        var matcher = try matcher(schema)
        for text in yes { #expect(try matcher.matches(text), "\(schema) on \(text)") }
        for text in no { #expect(try !matcher.matches(text), "\(schema) on \(text)") }
    }

    @Test(arguments: [
        (
            "date", ["2024-02-29", "1999-12-31", "2000-02-29"],
            ["2023-02-29", "1900-02-29", "2024-04-31", "0000-01-01", "2024-13-01"]
        ),
        ("time", ["23:59:59Z", "01:02:03.456+02:00"], ["24:00:00Z", "01:02:03", "1:2:3Z"]),
        ("date-time", ["2024-02-29T12:00:00Z"], ["2024-02-29 12:00:00Z", "2023-02-29T12:00:00Z"]),
        ("uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000"]),
        ("ipv4", ["0.0.0.0", "255.255.255.255"], ["256.0.0.1", "1.2.3", "01.2.3.4"]),
        ("email", ["a.b+c@example.org"], ["a@b", "@example.org", "a b@example.org"]),
        ("duration", ["P3Y6M4DT12H30M5S", "PT0S", "P2W"], ["P", "3D", "PT"]),
        ("hostname", ["example.org", "a"], ["-a", "a-", "a..b"]),
        ("uri", ["https://example.org/a?b=c#d"], ["example.org", "https://"]),
        ("password", ["anything"], []),
    ])
    func formats(name: String, yes: [String], no: [String]) throws {
        var matcher = try matcher(#"{"type":"string","format":"\#(name)"}"#)
        for text in yes { #expect(try matcher.matches("\"\(text)\""), "\(name) on \(text)") }
        for text in no { #expect(try !matcher.matches("\"\(text)\""), "\(name) on \(text)") }
    }

    @Test(arguments: [
        (#"{"type":"object","properties":{"a":{"not":{}}}}"#, "/properties/a/not", "not"),
        (#"{"type":"array","uniqueItems":true}"#, "/uniqueItems", "uniqueItems"),
        (#"{"items":{"if":{},"then":{}}}"#, "/items/if", "if"),
        (#"{"anyOf":[{"type":"null"},{"multipleOf":3}]}"#, "/anyOf/1/multipleOf", "multipleOf"),
        (#"{"type":"string","maxLenght":3}"#, "/maxLenght", "maxLenght"),
        (#"{"$ref":"https://example.org/a"}"#, "/$ref", "$ref"),
        (##"{"$ref":"#anchor"}"##, "/$ref", "$ref"),
        (##"{"allOf":[{"$ref":"#"},{"type":"object"}]}"##, "/$ref", "$ref"),
        (#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, "/oneOf", "oneOf"),
        (#"{"type":"string","format":"regex"}"#, "/format", "format"),
        (#"{"type":"string","pattern":"^a+b+$","maxLength":3}"#, "/pattern", "pattern"),
        (
            #"{"type":"object","properties":{"a/b":{"patternProperties":{}}}}"#, "/properties/a~1b/patternProperties",
            "patternProperties"
        ),
        (#"{"enum":[1,2],"minimum":2}"#, "/minimum", "minimum"),
    ])
    func whatCannotBeKeptIsNamed(schema: String, path: String, keyword: String) throws {
        let schema = try JSONParser.parse(schema)
        let error = #expect(throws: GrammarError.self) { try Grammar(jsonSchema: schema) }
        guard case .unsupportedKeyword(let found, keyword, _) = error else {
            Issue.record("\(schema): \(String(describing: error))")
            return
        }
        #expect(found == path || found.hasSuffix(path))
    }

    @Test(arguments: [
        #"{"type":"text"}"#, #"{"type":"string","minLength":-1}"#, #"{"type":"string","minLength":1.5}"#, "3", "[]",
        #"{"properties":[]}"#, #"{"properties":{"a":1}}"#, #"{"required":"a","properties":{}}"#, #"{"anyOf":[]}"#,
        #"{"anyOf":{}}"#,
        ##"{"$ref":"#/$defs/none"}"##, #"{"$ref":1}"#, #"{"type":"integer","minimum":"1"}"#,
        #"{"type":"array","prefixItems":{}}"#,
        #"{"type":"string","pattern":3}"#,
    ])
    func mistakesAreRefused(schema: String) throws {
        let schema = try JSONParser.parse(schema)
        let error = #expect(throws: GrammarError.self) { try Grammar(jsonSchema: schema) }
        guard case .malformedSchema = error else {
            Issue.record("\(schema): \(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        "false", #"{"type":"string","minLength":3,"maxLength":2}"#, #"{"type":"integer","minimum":3,"maximum":2}"#,
        #"{"allOf":[{"type":"string"},{"type":"integer"}]}"#, #"{"enum":[]}"#, #"{"type":"integer","enum":["a"]}"#,
        #"{"type":"object","properties":{"a":false},"required":["a"]}"#,
        #"{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2}"#,
    ])
    func whatNothingSatisfiesIsRefused(schema: String) throws {
        #expect(throws: GrammarError.matchesNothing) { try matcher(schema) }
    }

    @Test func hostileSchemasEnd() throws {
        // A chain of references, each to the next.
        let chain = (0..<3000).map { ##""d\##($0)":{"$ref":"#/$defs/d\##($0 + 1)"}"## }.joined(separator: ",")
        #expect(throws: GrammarError.self) {
            try matcher(##"{"$defs":{\##(chain),"d3000":{"type":"null"}},"$ref":"#/$defs/d0"}"##)
        }
        // Alternatives that multiply.
        let two = #"{"anyOf":[{"minLength":1},{"maxLength":9}]}"#
        let many = Array(repeating: two, count: 20).joined(separator: ",")
        #expect(throws: GrammarError.self) { try matcher(#"{"allOf":[\#(many)],"minLength":0}"#) }
        // Each definition uses the next one twice.
        let doubling = (0..<60).map { index in
            ##""d\##(index)":{"type":"array","prefixItems":[{"$ref":"#/$defs/d\##(index + 1)"},{"$ref":"#/$defs/d\##(index + 1)"}]}"##
        }.joined(separator: ",")
        var doubled = try matcher(##"{"$defs":{\##(doubling),"d60":{"type":"null"}},"$ref":"#/$defs/d0"}"##)
        #expect(try doubled.matches("[[[],[[]]],[]]"))
        // Many optional properties.
        let properties = (0..<800).map { #""p\#($0)":{"type":"integer"}"# }.joined(separator: ",")
        var wide = try matcher(#"{"type":"object","properties":{\#(properties)}}"#)
        #expect(try wide.matches(#"{"p3":1,"p40":2,"p799":3}"#))
        #expect(try !wide.matches(#"{"p40":1,"p3":2}"#))
    }

    @Test func anyObject() throws {
        var matcher = try GrammarMatcher(.jsonObject)
        for text in ["{}", #"{"a": [1, 2.5, {"b": "\u00e9\n"}], "c": null}"#, "{\n  \"a\": {\n    \"b\": true\n  }\n}"]
        {
            #expect(try matcher.matches(text))
        }
        for text in ["[]", "1", "{", #"{"a":}"#, "{}\n", #"{"a":1,}"#] { #expect(try !matcher.matches(text)) }
    }

    @Test func printedGrammarsReadBack() throws {
        let schema =
            #"{"type":"object","properties":{"a b\"":{"type":"string","maxLength":9},"n":{"type":"number","minimum":0.5}},"required":["n"]}"#
        let grammar = try Grammar(jsonSchema: try JSONParser.parse(schema))
        var again = try GrammarMatcher(try Grammar(gbnf: grammar.gbnf))
        #expect(try again.matches(#"{"a b\"": "x", "n": 0.75}"#))
        #expect(try !again.matches(#"{"a b\"": "x", "n": 0.25}"#))
    }
}
