import Foundation
import GGUF
import Tokenization

/// `swiftllm tokenize MODEL`: shows how a model's vocabulary reads a text.
///
/// With `--json-lines` standard input holds one request a line, such as
/// `{"text": "Hello", "add_special": true, "parse_special": false}` (or `"ids": […]` to decode), and standard output
/// one array of ids (or one text) for each. With `--benchmark FILE` it prints the speed on a file.
struct TokenizeCommand {
    private let tokenizer: Tokenizer
    private let loadSeconds: Double

    private struct Request: Decodable {
        var text: String?
        var hex: String?
        var ids: [TokenID]?
        var add_special: Bool?
        var parse_special: Bool?
    }

    static func run(_ arguments: [String]) throws {
        guard let path = arguments.first else {
            print("usage: swiftllm tokenize MODEL [TEXT | --json-lines | --benchmark FILE]")
            return
        }
        let command = try TokenizeCommand(path: path)
        switch arguments.dropFirst().first {
        case "--json-lines": try command.answerLines()
        case "--benchmark": try command.benchmark(file: arguments.last ?? "")
        case let text?: print(command.tokenizer.encode(text, options: .prompt))
        case nil:
            let bytes = Array(FileHandle.standardInput.readDataToEndOfFile())
            print(command.tokenizer.encode(bytes: bytes, options: .prompt))
        }
    }

    private init(path: String) throws {
        let start = ContinuousClock.now
        tokenizer = try Tokenizer(metadata: try GGUFFile(path: path).metadata)
        loadSeconds = (ContinuousClock.now - start) / .seconds(1)
    }

    private func answerLines() throws {
        while let line = readLine() {
            let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
            let options = EncodingOptions(
                addingSpecialTokens: request.add_special ?? false,
                parsingSpecialTokens: request.parse_special ?? false)
            let ids = request.hex.map { tokenizer.encode(bytes: Self.bytes(hex: $0), options: options) }
                ?? tokenizer.encode(request.text ?? "", options: options)
            print("[" + ids.map(String.init).joined(separator: ",") + "]")
        }
    }

    private static func bytes(hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
    }

    private func benchmark(file: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var best = Double.infinity
        var count = 0
        for _ in 0..<5 {
            let start = ContinuousClock.now
            count = tokenizer.encode(text, options: .userText).count
            best = min(best, (ContinuousClock.now - start) / .seconds(1))
        }
        let megabytes = Double(text.utf8.count) / 1e6
        print(
            """
            {"load_ms": \(Self.rounded(loadSeconds * 1e3)), "mb_per_s": \(Self.rounded(megabytes / best)), \
            "tokens": \(count), "bytes": \(text.utf8.count)}
            """)
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
