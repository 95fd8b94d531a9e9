import Foundation
import GGUF
import Quantization
import TestSupport
import Testing
import swiftllm

/// `swiftllm quantize`, run in this process.
@Suite struct QuantizeTests {
    @Test func writesAModelAndSaysWhatItDid() async throws {
        let folder = try Folder()
        let text = try await run(Fixtures.path("goldens/llama.gguf"), folder.path("out.gguf"), "q8_0")
        #expect(text.hasPrefix("\(folder.path("out.gguf")): "))
        #expect(text.contains("Q8_0"))
        #expect(try GGUFFile(path: folder.path("out.gguf")).tensor("token_embd.weight").type == .q8_0)
    }

    @Test func dryRunWritesNothing() async throws {
        let folder = try Folder()
        let text = try await run(
            Fixtures.path("goldens/llama.gguf"), folder.path("out.gguf"), "Q4_K_M", "--dry-run")
        #expect(text.contains("token_embd.weight") && text.contains("bits a weight"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.gguf")))
    }

    @Test func refusesToReplaceItsInput() async throws {
        let folder = try Folder()
        let model = folder.path("model.gguf")
        try FileManager.default.copyItem(atPath: Fixtures.path("goldens/llama.gguf"), toPath: model)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link.gguf"), withDestinationPath: model)
        let before = try Data(contentsOf: URL(filePath: model))
        for output in [model, "\(folder.path)/./model.gguf", folder.path("link.gguf")] {
            await #expect(throws: InputError.self) { try await run(model, output, "Q8_0") }
        }
        #expect(try Data(contentsOf: URL(filePath: model)) == before)
    }

    @Test func requantizesOnlyWhenAsked() async throws {
        let folder = try Folder()
        let model = Fixtures.path("goldens/llama-q8_0.gguf")
        let error = await #expect(throws: InputError.self) { try await run(model, folder.path("out.gguf"), "Q4_0") }
        #expect(error?.description.contains("--allow-requantize") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.gguf")))
        _ = try await run(model, folder.path("out.gguf"), "Q4_0", "--allow-requantize")
        _ = try await run(model, folder.path("same.gguf"), "Q8_0")
    }

    @Test func unknownMixesAreUsageErrors() async throws {
        await #expect(throws: UsageError.self) { try await run("a.gguf", "b.gguf", "Q9_K") }
        await #expect(throws: UsageError.self) { try await run("a.gguf", "b.gguf") }
    }

    @discardableResult
    private func run(_ words: String...) async throws -> String {
        let command = try CommandTable.command("quantize")
        let written = Written()
        let output = Output { written.append($0) }
        try await command.run(try ArgumentParser.parse(words, for: command), output)
        return written.text
    }

    /// What a command wrote; commands write from one task at a time.
    private final class Written: @unchecked Sendable {
        private var bytes: [UInt8] = []
        private let lock = NSLock()
        func append(_ more: [UInt8]) { lock.withLock { bytes += more } }
        var text: String { lock.withLock { String(decoding: bytes, as: UTF8.self) } }
    }

    /// A folder that goes with the test.
    private final class Folder: Sendable {
        let path: String

        init() throws {
            let url = URL.temporaryDirectory.appending(path: "quantize-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            path = url.path(percentEncoded: false)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func path(_ name: String) -> String { "\(path)/\(name)" }
    }
}
