import Foundation
import TestSupport
import Testing

/// `swiftllm grammar`, run as a program.
@Suite final class GrammarCommandTests {
    private let folder = URL.temporaryDirectory.appending(path: "grammar-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func file(_ text: String) throws -> String {
        let file = folder.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: file)
        return file.path(percentEncoded: false)
    }

    @Test func answersEachLine() throws {
        let regex = try Program.run("grammar", "--regex", "[ab]{2}", input: "\"ab\"\n\"abc\"\n\"\\u0061b\"\n")
        #expect(regex.code == 0 && regex.text == "true\nfalse\ntrue\n")
        let choice = try Program.run("grammar", "--choice", "yes", "--choice", "no", input: "\"no\"\n\"maybe\"\n")
        #expect(choice.text == "true\nfalse\n")
        let gbnf = try Program.run("grammar", "--gbnf", try file("root ::= \"a\"+"), input: "\"aaa\"\n\"\"\n")
        #expect(gbnf.text == "true\nfalse\n")
    }

    @Test func aSchemaCanBePrintedAndReadBack() throws {
        let schema = try file(#"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}"#)
        let printed = try Program.run("grammar", "--schema", schema, "--print")
        #expect(printed.code == 0 && printed.text.hasPrefix("root ::= "))
        for source in [["--schema", schema], ["--gbnf", try file(printed.text)]] {
            let found = try Program.run(
                executable: Program.path, ["grammar"] + source, input: "\"{\\\"a\\\": 1}\"\n\"{}\"\n")
            #expect(found.text == "true\nfalse\n")
        }
    }

    @Test func whatCannotBeKeptIsRefused() throws {
        let schema = try Program.run("grammar", "--schema", try file(#"{"items":{"not":{}}}"#))
        #expect(schema.code == 4 && schema.errors.contains("/items/not") && schema.text.isEmpty)
        let gbnf = try Program.run("grammar", "--gbnf", try file("root ::= root"))
        #expect(gbnf.code == 4 && gbnf.errors.contains("begins with itself"))
        #expect(try Program.run("grammar", "--regex", "(?=a)").code == 4)
        #expect(try Program.run("grammar").code == 2)
        #expect(try Program.run("grammar", "--regex", "a", "--choice", "a").code == 2)
        #expect(try Program.run("grammar", "--regex", "a", input: "a\n").code == 4)
    }

    @Test func masksAreMeasured() throws {
        let found = try Program.run(
            "grammar", "--regex", "[a-z ]+", "--bench", "-m", Fixtures.path("models/bundled.gguf"),
            input: "\"once upon a time\"\n")
        #expect(found.code == 0 && found.text.contains("\"cold_microseconds\"") && found.text.contains("\"p99\""))
        let later = try Program.run(
            "grammar", "--regex", "[a-z]+", "--trigger", ": ", "--bench", "-m", Fixtures.path("models/bundled.gguf"),
            input: "\"Once, and then: upon\"\n")
        #expect(later.code == 0 && later.text.contains("\"warm_microseconds\""))
    }
}
