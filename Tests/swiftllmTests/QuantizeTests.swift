import Foundation
import GGUF
import Platform
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

    @Test(arguments: [(SIGINT, ExitCode.interrupted), (SIGTERM, .terminated)])
    func leavesNothingBehindWhenInterrupted(signal: Int32, code: ExitCode) throws {
        let folder = try Folder()
        let model = folder.path("model.gguf")
        // The slowest search on one thread takes seconds for so many weights.
        try writeModel(model, rows: 8192, columns: 4096)
        try Data("before".utf8).write(to: URL(filePath: folder.path("out.gguf")))
        let result = try Program.run(
            executable: Program.path, ["quantize", model, folder.path("out.gguf"), "Q3_K_S", "--threads", "1"]
        ) { process in
            while process.isRunning, !folder.names.contains(where: { $0.hasSuffix(".partial") }) { usleep(1000) }
            kill(process.processIdentifier, signal)
        }
        #expect(result.code == code.rawValue)
        #expect(result.errors.hasSuffix("swiftllm: interrupted\n"), "\(result.errors)")
        #expect(folder.names == ["model.gguf", "out.gguf"])
        #expect(try Data(contentsOf: URL(filePath: folder.path("out.gguf"))) == Data("before".utf8))
    }

    /// A model of one matrix, in BF16.
    private func writeModel(_ path: String, rows: Int, columns: Int) throws {
        var metadata = Metadata()
        metadata["general.architecture"] = .string(MetadataString(bytes: Array("llama".utf8)))
        metadata["llama.block_count"] = .uint32(1)
        let plan = TensorPlan(name: "blk.0.ffn_up.weight", shape: [columns, rows], type: .bf16)
        var writer = try GGUFWriter(path: path, metadata: metadata, tensors: [plan])
        var random = SeededGenerator(seed: 1)
        let row = (0..<columns).flatMap { _ in [UInt8.random(in: 0...255, using: &random), 0x3C] }
        for _ in 0..<rows { try row.withBytes { bytes throws(GGUFError) in try writer.write(bytes) } }
        try writer.finish()
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

        var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    }
}
