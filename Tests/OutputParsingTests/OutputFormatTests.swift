import Foundation
import JSON
import OutputParsing
import TestSupport
import Testing

/// A template by the marks in it, made by `fixtures/templates/formats.py`.
struct MarkedTemplate: Decodable, CustomTestStringConvertible {
    let file: String
    let format: String
    let thinking: String?
    let marks: [String]

    var testDescription: String { file }

    static let all = (try? Fixtures.json("templates/formats.json", as: [MarkedTemplate].self)) ?? []
}

@Suite struct OutputFormatTests {
    @Test func templatesAreFound() { #expect(MarkedTemplate.all.count >= 70) }

    @Test(arguments: MarkedTemplate.all)
    func templatesGiveTheirFormatAway(template: MarkedTemplate) {
        let format = OutputFormat.detect(template: template.marks.joined(separator: "\n"))
        #expect(format.name == template.format)
        #expect(format.thinking.first?.open == template.thinking)
    }

    /// The same on whole templates, where a folder of them is named.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TEMPLATE_FOLDER"] != nil), arguments: MarkedTemplate.all)
    func wholeTemplatesDoToo(template: MarkedTemplate) throws {
        let folder = try #require(ProcessInfo.processInfo.environment["TEMPLATE_FOLDER"])
        let text = try String(contentsOfFile: "\(folder)/\(template.file)", encoding: .utf8)
        let format = OutputFormat.detect(template: text)
        #expect(format.name == template.format)
        #expect(format.thinking.first?.open == template.thinking)
    }

    @Test func goTemplatesWithoutAKnownMarkUseTheirOwn() {
        let tagged = OutputFormat.detect(
            template: "{{ range .ToolCalls }}<do>{\"name\": \"{{ .Function.Name }}\"}{{ end }}")
        #expect(read(["<do>{\"name\": \"f\", \"arguments\": {}}"], as: tagged).calls.count == 1)
        let bare = OutputFormat.detect(template: "{{- range .ToolCalls }}{\"name\": \"x\"}{{ end }}")
        #expect(read(["{\"name\": \"f\", \"parameters\": {}}"], as: bare).calls.count == 1)
        #expect(OutputFormat.detect(template: "{{ .Prompt }}").name == "plain")
    }

    /// The names that Ollama's model files may give.
    @Test(arguments: [
        "qwen3", "qwen3-thinking", "qwen3.5", "ornith", "qwen3-coder", "qwen3-vl-instruct", "qwen3-vl-thinking",
        "ministral", "passthrough", "harmony", "cogito", "deepseek3", "olmo3", "olmo3-think", "nemotron-3-nano",
        "nemotron-3.5-nano", "functiongemma", "glm-4.7", "gemma4", "gemma4-no-thinking", "glm-ocr", "lfm2",
        "lfm2-thinking", "laguna", "poolside-v1", "cohere", "glimmer",
    ])
    func parsersHaveTheirNames(name: String) throws {
        let format = try #require(OutputFormat.parser(named: name))
        #expect(format.name == "plain" || !format.markers.isEmpty)
        #expect(!format.thinking.isEmpty || !name.hasSuffix("thinking") || name.hasSuffix("no-thinking"))
    }

    @Test func parsersReadReasoningAndCalls() throws {
        let format = try #require(OutputFormat.parser(named: "qwen3-thinking"))
        let transcript = read(["Hm</think>\n<tool_call>{\"name\": \"f\"}"], as: format, prompt: "<think>\n")
        #expect(transcript.thinking == "Hm" && transcript.calls.count == 1 && transcript.text.isEmpty)
        #expect(OutputFormat.parser(named: "no such parser").map(\.name) == nil)
    }

    @Test func schemasGiveBareTextItsType() throws {
        let schema = try JSONParser.parse(
            #"""
            {"type": "object", "properties": {
              "i": {"type": "integer"}, "n": {"type": ["number", "null"]}, "b": {"type": "boolean"}, "s": {"type": "string"},
              "o": {"type": "object"}, "l": {"anyOf": [{"type": "array"}, {"type": "null"}]}, "e": {"enum": [1, 2]}}}
            """#)
        let tools = [ToolSignature(name: "f", parameters: schema)]
        let values = [
            ("i", "7", "7"), ("i", "seven", "\"seven\""), ("i", "7.5", "\"7.5\""), ("n", "null", "null"),
            ("n", "1.50", "1.50"),
            ("b", "True", "true"), ("s", "7", "\"7\""), ("o", "{'a': 1}", "{\"a\":1}"), ("l", "[1, 2]", "[1,2]"),
            ("l", "none of it", "\"none of it\""), ("e", "2", "2"), ("unknown", "1", "\"1\""),
        ]
        for (key, text, expected) in values {
            let said = "<tool_call><function=f><parameter=\(key)>\n\(text)\n</parameter></function></tool_call>"
            let call = try #require(read([said], as: .qwen3Coder, tools: tools).calls.first)
            #expect(call.arguments[key]?.description == expected, "\(key) \(text)")
        }
    }

    @Test func positionalArgumentsFollowTheSchema() throws {
        let schema = try JSONParser.parse(#"{"properties": {"a": {}, "b": {}}}"#)
        let tools = [ToolSignature(name: "f", parameters: schema)]
        let calls = read(["<|tool_call_start|>[f(1, b='x')]<|tool_call_end|>"], as: .lfm2, tools: tools).calls
        #expect(calls.first.map { JSONValue.object($0.arguments).description } == #"{"a":1,"b":"x"}"#)
        let tooMany = "<|tool_call_start|>[f(1, 2, 3)]<|tool_call_end|>"
        #expect(read([tooMany], as: .lfm2, tools: tools).text == tooMany)
    }

    /// What a grammar forces must be read back as the call it was built for.
    @Test(arguments: OutputFormat.all, [true, false])
    func forcedCallsAreReadBack(format: OutputFormat, allowsSeveral: Bool) throws {
        let tools = [ToolSignature(name: "f"), ToolSignature(name: "g")]
        guard let grammar = format.toolCallGrammar(for: tools, allowsSeveral: allowsSeveral) else { return }
        #expect(grammar.separator == nil || allowsSeveral)
        for alternative in grammar.alternatives {
            let body = alternative.prefix + example(of: alternative.schema) + alternative.suffix
            let once = read([grammar.trigger + body], as: format, tools: tools)
            #expect(once.calls.count == 1, "\(grammar.trigger + body)")
            #expect(once.text.isEmpty && once.thinking.isEmpty)
            guard let separator = grammar.separator else { continue }
            let twice = read([grammar.trigger + body + separator + body], as: format, tools: tools)
            #expect(twice.calls.count == 2, "\(grammar.trigger + body + separator + body)")
            #expect(twice.text.isEmpty)
        }
        let named = try #require(format.toolCallGrammar(for: tools, calling: "g"))
        #expect(!"\(named)".contains("\"f\""))
        #expect(format.toolCallGrammar(for: tools, calling: "h") == nil)
    }

    /// The smallest value that the schemas of calls allow.
    private func example(of schema: JSONValue) -> String {
        if let first = schema["anyOf"]?.arrayValue?.first { return example(of: first) }
        if let constant = schema["const"] { return constant.description }
        if schema["type"]?.stringValue == "array" { return "[" + example(of: schema["items"] ?? .null) + "]" }
        if schema["type"]?.stringValue == "string" { return "\"0\"" }
        let members = schema["properties"]?.objectValue?.members ?? []
        return "{" + members.map { "\"\($0.key)\": \(example(of: $0.value))" }.joined(separator: ", ") + "}"
    }
}
