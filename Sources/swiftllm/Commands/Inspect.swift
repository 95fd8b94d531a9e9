import GGUF
import JSON
import Platform
import Quantization

extension Command {
    /// `swiftllm inspect`: what a file holds.
    package static let inspect = Command(
        name: "inspect",
        summary: "Show what a GGUF file holds.",
        discussion: """
            Shows the metadata and the tensors of a GGUF file, or of all parts of a split one. The whole header is \
            checked on the way: a file that inspects without an error is sound in form.

            Tensor shapes are in the order of the file, innermost dimension first.
            """,
        operands: [
            CommandOperand(
                "FILE", value: .file, help: "The GGUF file (any part of a split one), or the name of a stored model.")
        ],
        options: [.json, .tensor, .dump],
        examples: [
            Example("swiftllm inspect model.gguf", "Metadata and tensors as tables."),
            Example(
                "swiftllm inspect model.gguf --json | jq '.metadata[\"general.architecture\"]'",
                "The same for programs: whole arrays, nothing shortened."),
            Example(
                "swiftllm inspect model.gguf --tensor output_norm.weight --dump > norm.f32",
                "The weights of a tensor as little-endian float32."),
        ],
        run: { arguments, output in try Inspection.run(arguments, output) })
}

extension CommandOption {
    fileprivate static let tensor = CommandOption(
        "tensor", value: .text, placeholder: "NAME", help: "Show only this tensor.")
    fileprivate static let dump = CommandOption(
        "dump", help: "Write the tensor's weights to standard output, as little-endian float32 in the file's order.")
}

private enum Inspection {
    static func run(_ arguments: Arguments, _ output: Output) throws {
        let file = try NamedModel.open(arguments.operands[0])
        guard let name = arguments.text(.tensor) else {
            if arguments.has(.dump) { throw UsageError.conflict("--dump needs --tensor NAME") }
            let report = InspectReport(file)
            return arguments.has(.json)
                ? try output.write(report.json, style: .indented) : try output.write(report.text)
        }
        guard let tensor = file.optionalTensor(name) else { throw unknownTensor(name, file) }
        if arguments.has(.dump) { return try dump(tensor, output) }
        let report = InspectReport(file, tensors: [tensor])
        try arguments.has(.json)
            ? output.write(InspectReport.json(tensor), style: .indented) : output.write(report.tensorTable)
    }

    private static func unknownTensor(_ name: String, _ file: GGUFFile) -> InputError {
        let nearest = NearestName.of(name, in: file.tensors.map(\.name)).map { ", did you mean \($0)?" } ?? ""
        return InputError("\(file.parts[0].path): has no tensor '\(name)'\(nearest)")
    }

    /// Writes weights as float32, some rows at a time so that memory does not grow with the tensor.
    private static func dump(_ tensor: TensorInfo, _ output: Output) throws {
        let rowsAtOnce = max(1, (1 << 18) / tensor.rowLength)
        let bytesPerRow = tensor.bytes.count / tensor.rowCount
        for firstRow in stride(from: 0, to: tensor.rowCount, by: rowsAtOnce) {
            let rows = firstRow..<min(firstRow + rowsAtOnce, tensor.rowCount)
            var weights = [Float](repeating: 0, count: rows.count * tensor.rowLength)
            try tensor.bytes.withBytes { bytes in
                var span = weights.mutableSpan
                let part = bytes.extracting(rows.lowerBound * bytesPerRow..<rows.upperBound * bytesPerRow)
                try tensor.type.decode(part, into: &span)
            }
            try output.write(weights.map(\.bitPattern.littleEndian).withBytes { $0.littleEndianIntegers(UInt8.self) })
        }
    }
}
