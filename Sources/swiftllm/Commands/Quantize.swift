import Foundation
import GGUF
import Platform
import Quantization

extension Command {
    /// `swiftllm quantize`: a model with smaller weights.
    package static let quantize = Command(
        name: "quantize",
        summary: "Write a model anew with smaller weights.",
        discussion: """
            Reads a GGUF model and writes it with its matrices quantised: \(names.joined(separator: ", ")). Q4_K_M \
            is a good first choice; Q8_0 loses next to nothing. Which tensors get more bits than others follows \
            llama.cpp. A split model becomes one file.

            OUTPUT appears when all of it is written; until then whatever has that name stays, also after Ctrl-C. It \
            must not be the input.
            """,
        operands: [
            CommandOperand(
                "INPUT", value: .file, help: "The model, best in F32, BF16 or F16; any part of a split one."),
            CommandOperand("OUTPUT", value: .file, help: "The file to write."),
            CommandOperand("MIX", help: "What to quantise to, such as Q4_K_M, in any letter case."),
        ],
        options: [.allowRequantize, .dryRun, .threads],
        examples: [
            Example("swiftllm quantize model-f16.gguf model-q4_k_m.gguf Q4_K_M", "The usual."),
            Example("swiftllm quantize model.gguf out.gguf Q5_K_M --dry-run", "Types and sizes; writes nothing."),
        ],
        run: { arguments, output in try await QuantizeRun(arguments).run(output) })

    private static var names: [String] { QuantizationMix.all.map(\.name) }
}

extension CommandOption {
    fileprivate static let allowRequantize = CommandOption(
        "allow-requantize",
        help: "Convert tensors that are quantised already. The result is worse than from the original weights.")
    fileprivate static let dryRun = CommandOption("dry-run", help: "Show what would be written, and write nothing.")
}

private struct QuantizeRun {
    private let arguments: Arguments
    private let mix: QuantizationMix
    private var input: String { arguments.operands[0] }
    private var path: String { arguments.operands[1] }

    init(_ arguments: Arguments) throws(UsageError) {
        let name = arguments.operands[2]
        guard let mix = QuantizationMix(name: name) else {
            let names = QuantizationMix.all.map(\.name)
            throw .invalidValue(
                of: "MIX", expected: "one of \(names.joined(separator: ", "))", found: name,
                nearest: NearestName.of(name.uppercased(), in: names))
        }
        self.arguments = arguments
        self.mix = mix
    }

    func run(_ output: Output) async throws {
        let file = try GGUFFile(path: input)
        let quantizer: GGUFQuantizer
        do { quantizer = try GGUFQuantizer(file, mix: mix) } catch { throw InputError("\(input): \(error)") }
        if arguments.has(.dryRun) { return try output.write(QuantizeReport(quantizer).tensorTable) }
        try check(quantizer, file)
        var progress = ProgressReport(
            "\(mix.name)", totalBytes: quantizer.changes.reduce(0) { $0 + $1.tensor.bytes.count })
        defer { progress.finish() }
        // Twice as many pieces as cores, so that none idles while the first piece of all is waited for.
        let taskCount = arguments.integer(.threads) ?? 2 * CoreCount.available
        Interruption.watch()
        try await quantizer.write(to: path, taskCount: taskCount) { doneBytes in
            if Interruption.isRequested { throw InterruptedError() }
            progress.update(doneBytes: doneBytes)
        }
        try output.write("\(path): \(QuantizeReport(quantizer).summary)\n")
    }

    private func check(_ quantizer: GGUFQuantizer, _ file: GGUFFile) throws {
        if let part = file.parts.first(where: { Self.isSameFile($0.path, path) }) {
            throw InputError("\(path): is the input (\(part.path)), expected another file to write")
        }
        guard !arguments.has(.allowRequantize), let change = quantizer.changes.first(where: \.requantizes) else {
            return
        }
        throw InputError(
            "\(input): tensor \(TextExcerpt.line(change.tensor.name)) is \(change.tensor.type.name) already: quantise "
                + "the original weights, or give --allow-requantize and lose quality")
    }

    /// Whether two paths lead to one file, through whatever links.
    private static func isSameFile(_ one: String, _ other: String) -> Bool {
        guard let one = identity(one), let other = identity(other) else { return false }
        return one == other
    }

    /// Device and number of a file.
    private static func identity(_ path: String) -> [Int]? {
        let path = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let device = attributes?[.systemNumber] as? Int, let number = attributes?[.systemFileNumber] as? Int
        else { return nil }
        return [device, number]
    }
}

/// What `quantize` says of its work.
private struct QuantizeReport {
    private let changes: [GGUFQuantizer.Change]

    init(_ quantizer: GGUFQuantizer) { changes = quantizer.changes }

    /// All tensors, and the sum.
    var tensorTable: String {
        var table = TextTable([
            ("TENSOR", .left), ("SHAPE", .left), ("FROM", .left), ("TO", .left), ("SIZE", .right),
        ])
        for change in changes {
            table.append([
                TextExcerpt.line(change.tensor.name), change.tensor.shape.map(String.init).joined(separator: " × "),
                change.tensor.type.name, change.type.name, InspectReport.sizeText(change.byteCount),
            ])
        }
        return table.text + "\n\(summary)\n"
    }

    /// Sizes, bits a weight, and how many tensors have which type.
    var summary: String {
        let before = changes.reduce(0) { $0 + $1.tensor.bytes.count }
        let after = changes.reduce(0) { $0 + $1.byteCount }
        let weights = max(1, changes.reduce(0) { $0 + $1.tensor.weightCount })
        let bits = (Double(after) * 8 / Double(weights) * 100).rounded() / 100
        let types = Dictionary(grouping: changes, by: \.type).map { (type: $0, count: $1.count) }
            .sorted { ($1.count, $0.type.rawValue) < ($0.count, $1.type.rawValue) }
            .map { "\($0.count) \($0.type.name)" }.joined(separator: ", ")
        return "\(InspectReport.sizeText(before)) to \(InspectReport.sizeText(after)), \(bits) bits a weight; "
            + "tensors: \(types)"
    }
}
