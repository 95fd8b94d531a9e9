import Foundation
import GGUF
import JSON
import Platform
import TestSupport
import Testing
import swiftllm

/// `swiftllm pack`, run in this process, and what it does for commands that load a model.
@Suite struct PackTests {
    private let folder = TemporaryFolder()
    private let model: String
    private var packed: String { model + ".packed" }

    init() throws {
        model = try folder.write([UInt8](Fixtures.data("goldens/llama-q8_0.gguf")), to: "model.gguf")
    }

    @Test func writesOnceChecksAndRemoves() async throws {
        #expect(try await run().hasPrefix("\(packed): written, "))
        let bytes = try Data(contentsOf: URL(filePath: packed))
        #expect(try await run().hasPrefix("\(packed): is up to date, "))
        #expect(try await run("--check").hasPrefix("\(packed): is up to date and intact, "))
        let report = try JSONParser.parse(try await run("--json"))
        #expect(report["state"] == "current" && report["bytes"]?.intValue == bytes.count)
        #expect(report["path"]?.stringValue == packed)
        #expect(try await run("--remove") == "\(packed): removed\n")
        #expect(try await run("--remove") == "\(packed): was not there\n")
        await expect(.unreadableInput, "no such file") { try await run("--check") }
    }

    @Test func rewritesWhatIsStaleOrDamaged() async throws {
        _ = try await run()
        try FileSystem.touch(model)
        await expect(.invalidInput, "has changed since it was packed") { try await run("--check") }
        #expect(try await run().contains("written"))
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: packed)))
        bytes[4096] ^= 4
        try folder.write(bytes, to: "model.gguf.packed")
        await expect(.invalidInput, "are damaged") { try await run("--check") }
        try folder.write([1, 2, 3], to: "model.gguf.packed")
        #expect(try await run().contains("written"))
        #expect(try await run("--check").contains("intact"))
    }

    @Test func anotherFolderWillDo() async throws {
        let cache = folder.path("cache")
        let text = try await run("--folder", cache)
        #expect(text.hasPrefix(cache + "/model.gguf-") && text.contains("written"))
        #expect(!FileManager.default.fileExists(atPath: packed))
        await expect(.unwritableOutput, "--folder DIR chooses another place") {
            try await run("--folder", model + "/nowhere")
        }
    }

    @Test func mistakesAreNamed() async throws {
        await expect(.usage, "exclude each other") { try await run("--check", "--remove") }
        await expect(.invalidInput, "bundled model") { try await run(model: "swiftllm") }
        await expect(.unreadableInput, "no such file") { try await run(model: folder.path("none.gguf")) }
    }

    /// The program maps the file, says so, and says why it does not.
    @Test func commandsMapIt() async throws {
        func infer() throws -> (text: String, errors: String) {
            let result = try Program.run(
                "infer", "-m", model, "-n", "8", "--temperature", "0", "--ignore-eos", "--verbose", "a")
            #expect(result.code == 0)
            return (result.text, result.errors)
        }
        let before = try infer()
        #expect(!before.errors.contains("mapped"))
        _ = try await run()
        let after = try infer()
        #expect(after.text == before.text && after.errors.contains("of them mapped"))
        try FileSystem.touch(model)
        let stale = try infer()
        #expect(stale.text == before.text && !stale.errors.contains("mapped"))
        #expect(stale.errors.hasPrefix("packed weights are not used: \(packed): "), "\(stale.errors)")
    }

    private func run(model: String? = nil, _ words: String...) async throws -> String {
        let command = try CommandTable.command("pack")
        let written = Written()
        let arguments = try ArgumentParser.parse(["-m", model ?? self.model] + words, for: command)
        try await command.run(arguments, Output { written.append($0) })
        return written.text
    }

    private func expect(
        _ code: ExitCode, _ message: String, at location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> String
    ) async {
        do {
            Issue.record("found no error but \(try await body())", sourceLocation: location)
        } catch {
            #expect(ExitCode(error) == code, sourceLocation: location)
            #expect("\(error)".contains(message), "\(error)", sourceLocation: location)
        }
    }
}
