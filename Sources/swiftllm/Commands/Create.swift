import Foundation
import Hashing
import JSON
import ModelStorage
import Platform
import WireFormats

extension Command {
    /// `swiftllm create`: a model from a Modelfile.
    package static let create = Command(
        name: "create",
        summary: "Make a model from a Modelfile.",
        discussion: """
            Makes a model as a Modelfile says: from GGUF files, a folder of Hugging Face's form (safetensors), or \
            another model, with a system message, parameters, a template. Without a Modelfile it is made from the \
            current folder. Files go to the server first, unless it has them.
            """,
        operands: [CommandOperand("MODEL", help: "The new model's name.")],
        options: [.modelfile, .quantize, .draftQuantize, .progressJSON],
        examples: [
            Example("swiftllm create terse -f Modelfile", "A variant as the file says."),
            Example("swiftllm create small --quantize Q4_K_M", "From the weights in this folder, made smaller."),
        ],
        run: { arguments, output in try await CreateCommand(arguments, output).run() })
}

extension CommandOption {
    fileprivate static let modelfile = CommandOption(
        "file", short: "f", value: .file, placeholder: "FILE",
        help: "The Modelfile; - for standard input. Default: Modelfile.")
    fileprivate static let quantize = CommandOption(
        "quantize", short: "q", value: .text, placeholder: "TYPE",
        help: "Quantise weights that are not quantised yet, such as Q4_K_M or Q8_0.")
    fileprivate static let draftQuantize = CommandOption(
        "draft-quantize", value: .text, placeholder: "TYPE", help: "The same for the draft model.")
}

/// One run of the command.
private struct CreateCommand: Sendable {
    private let arguments: Arguments
    private let output: Output
    private let request: CreationRequest

    init(_ arguments: Arguments, _ output: Output) throws {
        self.arguments = arguments
        self.output = output
        let text = arguments.operands[0]
        guard let name = try? ModelName(text) else { throw InputError("invalid model name: \(text)") }
        let (bytes, folder) = try Self.modelfile(arguments)
        request = try CreationRequest(
            Modelfile(parsing: bytes), name: name, folder: folder, home: NSHomeDirectory())
        if arguments.has(.draftQuantize), request.drafts.isEmpty {
            throw UsageError.conflict("--draft-quantize requires a DRAFT model")
        }
    }

    /// The Modelfile and the folder where its paths begin.
    private static func modelfile(_ arguments: Arguments) throws -> (bytes: [UInt8], folder: String) {
        guard let path = arguments.text(.modelfile) else {
            let isThere = FileManager.default.fileExists(atPath: "Modelfile")
            return (isThere ? try InputFile.bytes("Modelfile") : Array("FROM .\n".utf8), ".")
        }
        if path == "-" { return (Array(try FileHandle.standardInput.readToEnd() ?? Data()), ".") }
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        return (try InputFile.bytes(path), folder)
    }

    func run() async throws {
        try await endingWithInterrupt {
            try await ServerConnection.with { server in
                let json = try await wireRequest(server).json
                if arguments.has(.progressJSON) {
                    return try await server.workWritingJSON("/api/create", json, output)
                }
                try await server.workShowingProgress("/api/create", json)
            }
        }
    }

    /// The request for a server that has all files.
    private func wireRequest(_ server: ModelServer) async throws -> OllamaCreateRequest {
        var wire = OllamaCreateRequest(model: arguments.operands[0])
        wire.from = request.from?.display
        wire.files = try await sent(request.files, to: server)
        wire.adapters = try await sent(request.adapters, to: server)
        wire.draftFiles = try await sent(request.drafts, to: server)
        wire.quantize = arguments.text(.quantize)
        wire.draftQuantize = arguments.text(.draftQuantize)
        wire.template = request.template
        wire.system = request.system
        wire.licenses = request.licenses
        wire.parameters = request.parameters
        wire.renderer = request.renderer
        wire.parser = request.parser
        wire.requires = request.requires
        if !request.messages.isEmpty {
            wire.messages = try translated { () throws(WireError) in try OllamaChat.messages(.array(request.messages)) }
        }
        return wire
    }

    /// Sends what the server does not have yet.
    private func sent(
        _ files: [CreationRequest.File], to server: ModelServer
    ) async throws -> [(path: String, digest: String)] {
        var sent: [(path: String, digest: String)] = []
        for file in files {
            guard case .path(let path) = file.source else { continue }
            let blob = try BlobUpload(path: path, showsProgress: !arguments.has(.progressJSON))
            try await blob.send(to: server)
            sent.append((file.name, blob.digest))
        }
        return sent
    }
}

/// A file on its way to a server.
private struct BlobUpload: Sendable {
    let digest: String
    private let path: String
    private let bytes: MappedBytes
    private let display: TransferDisplay?

    private static let chunkLength = 1 << 20

    /// Opens and hashes a file.
    init(path: String, showsProgress: Bool) throws {
        self.path = path
        bytes = try MappedBytes(contentsOf: path)
        display = showsProgress ? TransferDisplay() : nil
        var hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: Self.chunkLength) {
            let end = min(start + Self.chunkLength, bytes.count)
            hash.update(bytes.withBytes { $0.extracting(start..<end).littleEndianIntegers(UInt8.self) })
        }
        digest = "sha256:\(hash.finalized())"
    }

    func send(to server: ModelServer) async throws {
        guard try await !server.hasBlob(digest) else { return }
        let position = Position()
        do {
            try await server.sendBlob(digest, byteCount: bytes.count) { [self] in await next(position) }
            display?.end(succeeded: true)
        } catch {
            display?.end(succeeded: false)
            throw error
        }
    }

    private func next(_ position: Position) async -> [UInt8]? {
        let range = await position.advance(by: Self.chunkLength, to: bytes.count)
        guard !range.isEmpty else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        display?.take(
            OllamaProgress(
                "copying \(name)", digest: digest, total: Int64(bytes.count), completed: Int64(range.upperBound)))
        return bytes.withBytes { $0.extracting(range).littleEndianIntegers(UInt8.self) }
    }

    /// How far the file has been read.
    private actor Position {
        private var offset = 0

        func advance(by length: Int, to end: Int) -> Range<Int> {
            let range = offset..<min(offset + length, end)
            offset = range.upperBound
            return range
        }
    }
}
