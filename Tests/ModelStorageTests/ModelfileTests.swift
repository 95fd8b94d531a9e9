import ModelStorage
import Testing

/// Modelfiles: lexing, quotes, encodings, and printing that reads back.
@Suite struct ModelfileTests {
    private func parse(_ text: String) throws(ModelfileError) -> [Modelfile.Directive] {
        try Modelfile(parsing: Array(text.utf8)).directives
    }

    @Test func everyDirectiveIsRead() throws {
        let text = """
            # comment
            FROM llama3:8b
            adapter ./a.gguf
            Draft ./d.gguf

            LICENSE MIT
            License "BSD"
            TEMPLATE \"""{{ .System }}
            {{ .Prompt }}\"""
            SYSTEM   You are # not a comment\u{20}\u{20}
            PARAMETER temperature 0.5
            PARAMETER stop "<|end|> "
            parameter\tstop \t b
            MESSAGE user Hi "there"
            MESSAGE assistant \"""Hello
            you.\"""
            RENDERER qwen3-coder
            PARSER qwen3-coder
            REQUIRES 0.14.0
            """
        #expect(
            try parse(text) == [
                .from("llama3:8b"), .adapter("./a.gguf"), .draft("./d.gguf"), .license("MIT"), .license("BSD"),
                .template("{{ .System }}\n{{ .Prompt }}"), .system("You are # not a comment"),
                .parameter(name: "temperature", value: "0.5"), .parameter(name: "stop", value: "<|end|> "),
                .parameter(name: "stop", value: "b"), .message(role: "user", content: "Hi \"there\""),
                .message(role: "assistant", content: "Hello\nyou."), .renderer("qwen3-coder"), .parser("qwen3-coder"),
                .requires("0.14.0"),
            ])
    }

    @Test(arguments: [
        ("FROM a\nSYSTEM \"one\ntwo\"", "one\ntwo"), ("FROM a\nSYSTEM \"\"", ""), ("FROM a\nSYSTEM \"\"\"\"\"\"", ""),
        ("FROM a\nSYSTEM \"a\" b\"\nLICENSE x", "a\" b"), ("FROM a\nSYSTEM \"\"\"\n\n a \"\"\"  \n", "\n\n a "),
        ("FROM a\r\nSYSTEM \"\"\"x\r\ny\"\"\"\r\n", "x\r\ny"), ("FROM a\nSYSTEM 'x'", "'x'"),
        ("FROM a\nSYSTEM \"\"\"a\"\"\"b\"\"\"", "a\"\"\"b"), ("FROM a\nSYSTEM x\u{7}y", "xy"),
        ("FROM a\nSYSTEM héé\u{200D}", "héé\u{200D}"), ("FROM a\nSYSTEM \u{A0}x\u{A0}", "\u{A0}x"),
    ])
    func valuesEndWhereTheyShould(text: String, value: String) throws {
        let system = try parse(text).compactMap { if case .system(let text) = $0 { text } else { nil } }
        #expect(system == [value])
    }

    @Test(arguments: [
        ("", ModelfileError.noFrom, "no FROM line"),
        ("# FROM a", .noFrom, "no FROM line"),
        ("SYSTEM x", .noFrom, "no FROM line"),
        (
            "FROM a\n\n\nBAD x", .invalidCommand(line: 4, found: "BAD"),
            "(line 4): command must be one of \"from\", \"parameter\", \"message\", \"license\", \"template\", "
                + "\"system\", \"adapter\", \"draft\", \"renderer\", \"parser\", or \"requires\", found \"BAD\""
        ),
        ("FROM a\r\nFROM-x b", .invalidCommand(line: 2, found: "FROM-x"), ""),
        (
            "FROM a\nMESSAGE tool x", .invalidRole(line: 2, found: "tool"),
            "(line 2): message role must be one of \"system\", \"user\", or \"assistant\", found \"tool\""
        ),
        ("FROM", .missingValue(line: 1, directive: "from"), ""),
        ("FROM \nSYSTEM a", .missingValue(line: 1, directive: "from"), "(line 1): FROM needs a value"),
        ("FROM a\nPARAMETER\nSYSTEM x", .missingValue(line: 2, directive: "parameter"), ""),
        ("FROM a\nPARAMETER top_k\n", .missingValue(line: 2, directive: "parameter"), ""),
        ("FROM a\nSYSTEM \"x\n\n", .unclosedQuotes(line: 2, directive: "system"), ""),
        (
            "FROM a\nSYSTEM \"\"\"x\"\"", .unclosedQuotes(line: 2, directive: "system"),
            "unexpected EOF: the value of SYSTEM (line 2) has no closing quotes"
        ),
        ("FROM \"", .unclosedQuotes(line: 1, directive: "from"), ""),
    ])
    func mistakesAreTold(text: String, error: ModelfileError, message: String) {
        #expect(throws: error) { try parse(text) }
        if !message.isEmpty { #expect("\(error)" == message) }
    }

    @Test func encodingsAreRecognised() throws {
        let text = "FROM a\nSYSTEM Größe 🦙\n"
        let expected: [Modelfile.Directive] = [.from("a"), .system("Größe 🦙")]
        let units = Array(text.utf16)
        let little: [UInt8] = [0xFF, 0xFE] + units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big: [UInt8] = [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        #expect(try Modelfile(parsing: little).directives == expected)
        #expect(try Modelfile(parsing: big).directives == expected)
        #expect(try Modelfile(parsing: [0xEF, 0xBB, 0xBF] + text.utf8).directives == expected)
        #expect(try Modelfile(parsing: little + [0x41]).directives == expected)
        #expect(throws: ModelfileError.noFrom) { try Modelfile(parsing: [0xFF, 0xFE]) }
        #expect(throws: ModelfileError.self) { try Modelfile(parsing: [0xFF, 0x00, 0x80]) }
    }

    @Test(arguments: [
        "plain", "two\nlines", " space before", "after ", "\"quoted\"", "in \"the\" middle", "", "\n", "a\r\nb",
        "'single'", "# hash", "\"\"\"x", "\t", "ends with \"",
    ])
    func printedTextReadsBack(text: String) throws {
        let file = Modelfile([
            .from("a"), .system(text), .template(text), .license(text), .message(role: "user", content: text),
            .parameter(name: "stop", value: text),
        ])
        #expect(try Modelfile(parsing: Array("\(file)".utf8)) == file)
    }

    /// Every prefix parses or says why not, and a file of line ends in open quotes takes no quadratic time.
    @Test func hostileTextsEnd() throws {
        let text = Array("FROM a\nSYSTEM \"\"\"x\n\"y\"\n\"\"\"\nMESSAGE user \"z\"\nPARAMETER stop q".utf8)
        for count in 0...text.count { _ = try? Modelfile(parsing: Array(text.prefix(count))) }
        let long = Array("FROM a\nSYSTEM \"".utf8) + [UInt8](repeating: 10, count: 2_000_000)
        #expect(throws: ModelfileError.self) { try Modelfile(parsing: long) }
    }
}
