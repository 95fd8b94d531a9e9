import Testing
import swiftllm

@Suite struct ArgumentParserTests {
    private static let name = CommandOption("name", short: "n", value: .text, placeholder: "TEXT", help: "")
    private static let count = CommandOption("count", value: .integer(-1...9), help: "")
    private static let temperature = CommandOption("temperature", value: .number(0...2), help: "")
    private static let color = CommandOption("color", value: .choice(["red", "green"]), help: "")
    private static let stop = CommandOption("stop", value: .text, isRepeatable: true, help: "")
    private static let quiet = CommandOption("quiet", short: "q", help: "")

    private static let command = Command(
        name: "test", summary: "", discussion: "",
        operands: [
            CommandOperand("FILE", value: .file, help: ""),
            CommandOperand("N", value: .integer(0...9), count: .optional, help: ""),
        ],
        options: [name, count, temperature, color, stop, quiet], run: { _, _ in })

    private func parse(_ words: String...) throws -> Arguments { try ArgumentParser.parse(words, for: Self.command) }

    @Test func valuesComeInEverySpelling() throws {
        let arguments = try parse(
            "--name", "a", "file", "--count=-1", "--temperature", "1e-1", "-q", "--stop", "x", "3", "--stop=",
            "--color", "red")
        #expect(arguments.operands == ["file", "3"])
        #expect(arguments.text(Self.name) == "a")
        #expect(arguments.integer(Self.count) == -1)
        #expect(arguments.number(Self.temperature) == 0.1)
        #expect(arguments.texts(Self.stop) == ["x", ""])
        #expect(arguments.has(Self.quiet))
        #expect(arguments.text(Self.color) == "red")
        #expect(try parse("f", "-n", "a=b=c").text(Self.name) == "a=b=c")
        #expect(try parse("f").text(Self.name) == nil)
        #expect(try parse("f").texts(Self.stop) == [])
    }

    @Test func dashesThatAreNoOptions() throws {
        #expect(try parse("f", "--count", "-1").integer(Self.count) == -1)
        #expect(try parse("f", "--name", "-x").text(Self.name) == "-x")
        #expect(try parse("-").operands == ["-"])
        #expect(try parse("--", "--name").operands == ["--name"])
        #expect(try parse("f", "--name=--quiet").text(Self.name) == "--quiet")
    }

    @Test func mistakesAreNamed() {
        expect(.unknownOption("--temprature", nearest: "--temperature"), "--temprature", "1")
        expect(.unknownOption("--temp", nearest: "--temperature"), "--temp=1")
        expect(.unknownOption("--zzzzzz", nearest: nil), "--zzzzzz")
        expect(.unknownOption("-x", nearest: nil), "-x")
        expect(.missingValue(option: "-n", placeholder: "TEXT"), "f", "-n")
        expect(.missingValue(option: "--name", placeholder: "TEXT"), "--name", "--quiet", "f")
        expect(.unexpectedValue(option: "--quiet", value: "yes"), "--quiet=yes")
        expect(.repeatedOption("-q"), "--quiet", "-q")
        expect(.missingOperand("FILE"))
        expect(.unexpectedOperand("x"), "f", "1", "x")
        expect(
            .invalidValue(of: "--count", expected: "an integer from -1 to 9", found: "10", nearest: nil),
            "f", "--count", "10")
        expect(.invalidValue(of: "N", expected: "an integer from 0 to 9", found: "x", nearest: nil), "f", "x")
        expect(
            .invalidValue(of: "--temperature", expected: "a number from 0.0 to 2.0", found: "nan", nearest: nil),
            "f", "--temperature", "nan")
        expect(
            .invalidValue(of: "--color", expected: "one of red, green", found: "gren", nearest: "green"),
            "f", "--color", "gren")
    }

    @Test func helpNeedsNothingElse() throws {
        #expect(try parse("--help").has(.help))
        #expect(try parse("-h").has(.help))
    }

    private func expect(_ error: UsageError, _ words: String..., at location: SourceLocation = #_sourceLocation) {
        #expect(throws: error, sourceLocation: location) { try ArgumentParser.parse(words, for: Self.command) }
    }
}
