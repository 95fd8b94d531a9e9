import JSON
import OutputParsing
import TestSupport
import Testing

@Suite struct OutputParserTests {
    @Test(arguments: Answer.all)
    func answersMeanWhatTheyShould(answer: Answer) throws {
        let transcript = read([answer.said], as: answer.format, prompt: answer.prompt)
        let expected = try answer.expected
        #expect(transcript.thinking == expected.thinking)
        #expect(transcript.text == expected.text)
        #expect(transcript.calls == expected.calls)
        #expect(transcript.violations.isEmpty)
    }

    /// Every form, and every beginning of it, cut between any two characters.
    @Test(arguments: Answer.all)
    func cuttingChangesNothing(answer: Answer) {
        let whole = read([answer.said], as: answer.format, prompt: answer.prompt)
        for cut in cuts(of: answer.said) {
            #expect(read(cut, as: answer.format, prompt: answer.prompt) == whole, "\(cut)")
        }
        let scalars = answer.said.unicodeScalars
        for end in scalars.indices {
            let beginning = String(scalars[..<end])
            let whole = read([beginning], as: answer.format, prompt: answer.prompt)
            let pieces = read(beginning.unicodeScalars.map { String($0) }, as: answer.format, prompt: answer.prompt)
            #expect(whole == pieces, "\(beginning)")
            #expect(whole.violations.isEmpty)
        }
    }

    @Test func everyFormatHasAnAnswer() {
        let covered = Set(Answer.all.map(\.format.name))
        #expect(OutputFormat.all.allSatisfy { covered.contains($0.name) })
    }

    /// Beginnings of marks, each broken off: nothing of them may be lost or moved.
    @Test(arguments: OutputFormat.all, [1, 2, 3])
    func textWithoutCallsComesOutUnchanged(format: OutputFormat, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let marks = Soup.marks(of: format)
        for _ in 0..<100 {
            var text = ""
            for _ in 0..<12 {
                let mark = Array((marks.randomElement(using: &random) ?? "<").unicodeScalars)
                text += String(String.UnicodeScalarView(mark.prefix(Int.random(in: 0..<mark.count, using: &random))))
                text += ["~", " ~\n", "\n\n", "é ~", "日~"].randomElement(using: &random) ?? ""
            }
            // Some marks begin others.
            guard !marks.contains(where: { $0.count > 1 && text.contains($0) }) else { continue }
            let transcript = read(Soup.chunks(text + "~", using: &random), as: format)
            #expect(transcript.text == text + "~")
        }
    }

    @Test(arguments: OutputFormat.all, [1, 2])
    func anySoupOfMarksIsReadAlikeHoweverItIsCut(format: OutputFormat, seed: UInt64) {
        var random = SeededGenerator(seed: seed &* 977)
        let marks = Soup.marks(of: format)
        for _ in 0..<150 {
            let text = Soup.text(of: marks, using: &random)
            let whole = read([text], as: format)
            let pieces = read(Soup.chunks(text, using: &random), as: format)
            #expect(whole == pieces, "\(text)")
            #expect(whole.violations.isEmpty, "\(text)")
        }
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededGenerator(seed: 42)
        for format in OutputFormat.all {
            for _ in 0..<20 {
                let bytes = (0..<400).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(read([text], as: format).violations.isEmpty)
            }
        }
    }

    /// Text comes as soon as it cannot be part of a tag, and arguments as they are written.
    @Test func partsComeEarly() {
        var parser = OutputParser(format: .hermes)
        #expect(parser.append("Hello <b") == [.text("Hello <b")])
        #expect(parser.append(" there") == [.text(" there")])
        #expect(parser.append("\n<tool_call>{\"name\": \"f\", \"argu") == [])
        #expect(
            parser.append("ments\": {\"a") == [
                .toolCallBegan(index: 0, name: "f"), .toolCallArguments(index: 0, "{\"a"),
            ])
        #expect(parser.append("\": 1") == [.toolCallArguments(index: 0, "\": 1")])
        let arguments = JSONObject([("a", .integer(1))])
        #expect(
            parser.append("}}</tool_call>") == [
                .toolCallArguments(index: 0, "}"), .toolCall(index: 0, name: "f", arguments: arguments),
            ])
        #expect(parser.finish() == [])
    }

    /// A call that breaks after it began leaves its raw text.
    @Test func brokenCallsBecomeText() {
        let said = "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": tru}}</tool_call>"
        let transcript = read([said], as: .hermes)
        #expect(transcript.text == said)
        #expect(transcript.calls.isEmpty)
    }

    @Test func withoutToolsCallsAreText() {
        let said = "<think>x</think>[TOOL_CALLS]f[ARGS]{}"
        let format = OutputFormat.mistral.reasoning(Answer.think)
        let transcript = read([said], as: format, tools: [])
        #expect(transcript.thinking == "x")
        #expect(transcript.text == "[TOOL_CALLS]f[ARGS]{}")
    }

    /// Forms without a mark of their own count only for tools there are.
    @Test func bareCallsMustNameATool() {
        let tools = [ToolSignature(name: "f")]
        let named = "{\"name\": \"Bob\", \"parameters\": {}}"
        #expect(read([named], as: .llama3, tools: tools).text == named)
        #expect(read(["[g(a=1)]"], as: .llamaPythonic, tools: tools).text == "[g(a=1)]")
        #expect(read(["[f(a=1)]"], as: .llamaPythonic, tools: tools).calls.count == 1)
    }

    /// What is held back is bounded, and reading takes time in proportion to the text.
    @Test(arguments: [
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"", "<tool_call>{\"x\": \"", "<tool_call> ",
        "<tool_call>{", " ",
    ])
    func longAnswersAreBounded(beginning: String) {
        let filler = beginning == "<tool_call>{" ? "<tool_call>{" : beginning == " " ? " \n" : "a"
        let said = beginning + String(repeating: filler, count: 3_000_000 / filler.utf8.count)
        var parser = OutputParser(format: Answer.thinkingHermes)
        var text = ""
        let chunk = 1 << 16
        let scalars = Array(said.utf8)
        for start in stride(from: 0, to: scalars.count, by: chunk) {
            let parts = parser.append(
                String(decoding: scalars[start..<min(start + chunk, scalars.count)], as: UTF8.self))
            for case .text(let more) in parts { text += more }
            if start > HeldLimit.call * 2 { #expect(!text.isEmpty) }
        }
        for case .text(let more) in parser.finish() { text += more }
        #expect(text == said)
    }
}

/// Random texts of a format's own marks, which reach states that random bytes do not.
enum Soup {
    static func marks(of format: OutputFormat) -> [String] {
        format.markers + ["<tool_call>"]
    }

    static func text(of marks: [String], using random: inout SeededGenerator) -> String {
        let filler = [
            "{", "}", "[", "]", "\"", "'", ":", ",", "(", ")", "=", ">", "\\", " ", "\n", "f", "f(a=1)", "name",
            "\"name\": \"f\"",
            "\"arguments\": {", "\"parameters\": {\"a\": 1}", "{\"name\": \"f\", \"arguments\": {\"a\": [1, \"é\"]}}",
            "é", "日", "call:f{",
            "a:1", "<parameter=a>", "</parameter>", "</function>", "<function=f>", "<arg_key>", "</arg_key>",
            "<arg_value>",
            "</arg_value>", "[ARGS]", "\">", "invoke name=\"f\">", "{}", "<|message|>", "null",
        ]
        return (0..<Int.random(in: 1...14, using: &random)).map { _ in
            (Bool.random(using: &random) ? marks : filler).randomElement(using: &random) ?? ""
        }.joined()
    }

    static func chunks(_ text: String, using random: inout SeededGenerator) -> [String] {
        var chunks = [""]
        for scalar in text.unicodeScalars {
            if Int.random(in: 0..<4, using: &random) == 0 { chunks.append("") }
            chunks[chunks.count - 1].unicodeScalars.append(scalar)
        }
        return chunks
    }
}
