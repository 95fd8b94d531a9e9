import Foundation
import GGUF
import JSON
import Platform
import TestSupport
import Testing
import swiftllm

/// The built program on real arguments: what it prints, where, and how it exits.
@Suite(.serialized) struct CommandLineTests {
    @Test func overviewNamesEveryCommand() throws {
        for arguments in [[], ["--help"], ["-h"], ["help"]] {
            let result = try Program.run(executable: Program.path, arguments)
            #expect(result.code == 0)
            #expect(result.errors.isEmpty)
            for command in CommandTable.all { #expect(result.text.contains("  \(command.name) ")) }
        }
        #expect(try Program.run("--version").text == "swiftllm \(swiftllmVersion)\n")
    }

    @Test(arguments: CommandTable.all.map(\.name))
    func helpExplainsEveryOption(name: String) throws {
        let command = try CommandTable.command(name)
        let help = try Program.run(name, "--help")
        #expect(help.code == 0)
        #expect(help.text == (try Program.run("help", name).text))
        for option in command.options { #expect(help.text.contains("--\(option.long)")) }
        for operand in command.operands { #expect(help.text.contains(operand.name)) }
        #expect(command.summary.hasSuffix("."))
        let described = help.text.prefix { $0 != "\u{0}" }.split(separator: "Examples:")[0]
        for line in described.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test(
        arguments: [
            (["inspcet"], 2, "unknown command inspcet, did you mean inspect?"),
            (["inspect", "--jsno", "x"], 2, "unknown option --jsno, did you mean --json?"),
            (["inspect"], 2, "FILE is missing"),
            (["inspect", "x", "--dump"], 3, "x: no such file"),
            (["tokenize", "text"], 2, "--model is missing"),
            (["completion", "fihs"], 2, "SHELL: expected one of bash, zsh, fish, found 'fihs', did you mean fish?"),
        ] as [([String], Int32, String)])
    func mistakesAreOneLine(arguments: [String], code: Int32, message: String) throws {
        let result = try Program.run(executable: Program.path, arguments)
        #expect(result.code == code)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("swiftllm: \(message)"), "\(result.errors)")
        #expect(result.errors.filter(\.isNewline).count == 1)
    }

    @Test func everyKindOfBadFileHasItsOwnError() throws {
        let folder = URL.temporaryDirectory.path(percentEncoded: false)
        let text = Fixtures.path("README.md")
        let whole = try Fixtures.data("gguf/all-types.gguf")
        let cut = "\(folder)/cut-\(UUID().uuidString).gguf"
        try whole.prefix(500).write(to: URL(filePath: cut))
        defer { try? FileManager.default.removeItem(atPath: cut) }
        for (path, code, message) in [
            ("/nonexistent", 3, "no such file"), (folder, 3, "is a directory"), (text, 4, "not a GGUF file"),
            (cut, 4, "truncated"), ("/dev/null", 3, "not a regular file"),
        ] as [(String, Int32, String)] {
            let result = try Program.run("inspect", path)
            #expect(result.code == code)
            #expect(result.errors.contains(message), "\(result.errors)")
            #expect(result.errors.filter(\.isNewline).count == 1)
        }
    }

    @Test func inspectShowsAndDumps() throws {
        let path = Fixtures.path("gguf/all-types.gguf")
        let text = try Program.run("inspect", path).text
        for part in ["GGUF version 3", "test.int16", "-30000", "4 × 3 × 2", "Q8_0"] { #expect(text.contains(part)) }
        let json = try JSONParser.parse(Array(try Program.run("inspect", path, "--json").output))
        #expect(json["metadata"]?["test.uint64"]?.description == "18446744073709551615")
        #expect(json["metadata"]?["test.nested"]?.description == "[[1,2,3],[4]]")
        #expect(json["tensors"]?.arrayValue?.count == 9)
        let file = try GGUFFile(path: path)
        let tensor = try file.tensor("vector")
        let expected = tensor.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) }
        #expect(Array(try Program.run("inspect", path, "--tensor", "vector", "--dump").output) == expected)
        let missing = try Program.run("inspect", path, "--tensor", "vectro")
        #expect(missing.code == 4)
        #expect(missing.errors.contains("did you mean vector?"))
        #expect(try Program.run("inspect", path, "--dump").code == 2)
    }

    @Test func inspectShowsBytesThatAreNoText() throws {
        let json = try JSONParser.parse(
            Array(try Program.run("inspect", Fixtures.path("gguf/vocabulary.gguf"), "--json").output))
        #expect(
            json["metadata"]?["tokenizer.ggml.tokens"]?.description
                == #"["<s>",{"bytes":[255,254]},"the",{"bytes":[226,130]}]"#)
    }

    @Test func tokensThereAndBack() throws {
        let model = Fixtures.path("goldens/llama.gguf")
        #expect(
            try Program.run("tokenize", "-m", model, "--json", "--parse-special", "Hi <|end|>").text
                == "{\"ids\":[72,105,32,262],\"pieces\":[\"H\",\"i\",\" \",\"<|end|>\"]}\n")
        #expect(try Program.run("detokenize", "-m", model, "72", "105").text == "Hi\n")
        let lines = "\"abc\"\n{\"text\":\"x<|end|>\",\"parse_special\":true}\n{\"hex\":\"ff\"}\n"
        let ids = try Program.run("tokenize", "-m", model, "--json-lines", input: lines).text
        #expect(ids == "[97,98,99]\n[120,262]\n[239,191,189]\n")
        let texts = try Program.run("detokenize", "-m", model, "--json-lines", "--show-special", input: ids).text
        #expect(texts == "\"abc\"\n\"x<|end|>\"\n\"\u{FFFD}\"\n")
        let broken = try Program.run("tokenize", "-m", model, "--json-lines", input: "\"a\"\nnope\n")
        #expect(broken.code == 4)
        #expect(broken.text == "[97]\n")
        #expect(broken.errors.hasPrefix("swiftllm: standard input, line 2: invalid JSON at byte 1"))
    }

    @Test func embeddingsAndScores() throws {
        let model = Fixtures.path("embeddings/bert.gguf")
        let lines = try Program.run("embed", "-m", model, "cat", "dog").text.split(separator: "\n")
        #expect(lines.count == 2)
        let vector = try JSONParser.parse(String(lines[0])).arrayValue?.compactMap(\.doubleValue) ?? []
        #expect(vector.count == 72)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        // A line each, whatever stands in it; numbers are taken as they are.
        let again = try Program.run(
            "embed", "-m", model, "--json-lines", input: "{\"text\":\"cat\"}\n{\"tokens\":[100,111,103]}\n"
        ).text
        #expect(again.split(separator: "\n") == lines)
        #expect(try Program.run("embed", "-m", model, input: "cat\ndog\n").text.split(separator: "\n") == lines)
        let raw = try Program.run("logits", "-m", model, "--tokens", "99,97,116", "--kv-type", "f32")
        let expected = try Program.run("embed", "-m", model, "--raw", "cat").text
        #expect(raw.text == "{\"embedding\":\(expected.dropLast())}\n")

        let ranker = Fixtures.path("embeddings/bert-rank.gguf")
        let scores = try Program.run("embed", "-m", ranker, "--query", "a", "b", "c").text.split(separator: "\n")
        #expect(scores.count == 2 && scores.allSatisfy { Double($0) != nil })
        let refused = try Program.run("embed", "-m", model, "--query", "a", "b")
        #expect(refused.code == 4)
        #expect(refused.errors.contains("no classification head"))
        let generating = try Program.run("infer", "-m", model, "text")
        #expect(generating.errors.contains("'bert' generates no text"))
        let long = try Program.run("embed", "-m", model, String(repeating: "x", count: 1000))
        #expect(long.code == 0)
    }

    @Test func aClosedPipeEndsQuietly() throws {
        let result = try Program.run(
            executable: "/bin/bash",
            ["-c", "'\(Program.path)' --help | true; echo ${PIPESTATUS[0]}; '\(Program.path)' --help >&-; echo $?"])
        let codes = result.text.split(separator: "\n")
        #expect(codes[0] == "141" || codes[0] == "0")
        #expect(codes[1] == "5")
        #expect(result.errors.hasPrefix("swiftllm: "))
    }
}
