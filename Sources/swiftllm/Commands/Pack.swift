import Compute
import Foundation
import GGUF
import JSON
import ModelStorage
import Models
import Platform
import Serving

extension Command {
    /// `swiftllm pack`: a model's weights as they are computed with, in a file.
    package static let pack = Command(
        name: "pack",
        summary: "Keep a model's weights in a file that needs no loading.",
        discussion: """
            Every command that runs a model packs its weights first: into the order in which processors read them \
            fastest. This command does it once and keeps the result beside the model, in MODEL.packed (of a stored \
            model in the store's folder 'packed'). From then on the weights are mapped: the first answer comes at \
            once, processes share one copy, and a model larger than memory runs, slowly.

            The file is as large as the model. It is a cache: it can be removed at any time, a model that changed is \
            packed at load again until this command rewrites it, and it is of no use on another machine.

            SWIFTLLM_PACKED names a folder for the packed files of all models, where they cannot lie beside them.
            """,
        options: [.model, .packedFolder, .checkPacked, .removePacked, .threads, .json],
        examples: [
            Example("swiftllm pack -m model.gguf", "Writes model.gguf.packed."),
            Example("swiftllm pack -m qwen3:0.6b", "A stored model."),
            Example("swiftllm pack -m model.gguf --check", "Reads all of it and finds damage."),
        ],
        run: { arguments, output in try PackCommand(arguments).run(output) })
}

extension CommandOption {
    fileprivate static let packedFolder = CommandOption(
        "folder", value: .file, placeholder: "DIR",
        help: "Keep it in this folder. Commands find it there if SWIFTLLM_PACKED names the folder.")
    fileprivate static let checkPacked = CommandOption(
        "check", help: "Hold the file that is there against its checksums; write nothing.")
    fileprivate static let removePacked = CommandOption("remove", help: "Remove the file.")
}

private struct PackCommand {
    private let arguments: Arguments
    private let file: GGUFFile
    /// The file of packed weights.
    private let path: String
    private let gang: ThreadGang

    init(_ arguments: Arguments) throws {
        let model = try arguments.required(.model)
        if arguments.has(.checkPacked), arguments.has(.removePacked) {
            throw UsageError.conflict("--check and --remove exclude each other")
        }
        self.arguments = arguments
        file = try NamedModel.open(model)
        var files = PackedFiles.configured
        if let folder = arguments.text(.packedFolder) { files.folder = folder }
        guard let path = files.path(for: file) else {
            throw InputError("\(model): the bundled model is part of the program, and needs no packing")
        }
        self.path = path
        gang = ThreadGang(threadCount: arguments.integer(.threads) ?? CoreCount.available)
    }

    func run(_ output: Output) throws {
        let start = ContinuousClock.now
        let state =
            arguments.has(.removePacked) ? try remove() : arguments.has(.checkPacked) ? try check() : try write()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if arguments.has(.json) {
            var report = JSONObject([("path", .string(path)), ("state", .string(state.rawValue))])
            if let byteCount = try FileSystem.status(of: path)?.byteCount { report["bytes"] = .integer(byteCount) }
            report["seconds"] = .double((seconds * 1000).rounded() / 1000)
            return try output.write(.object(report), style: .indented)
        }
        let size = try FileSystem.status(of: path).map { ", \(ByteSize($0.byteCount))" } ?? ""
        try output.write("\(path): \(state.meaning)\(size)\n")
    }

    /// What has been done, or found.
    private enum State: String {
        case written, current, intact, removed, absent

        var meaning: String {
            switch self {
            case .written: "written"
            case .current: "is up to date"
            case .intact: "is up to date and intact"
            case .removed: "removed"
            case .absent: "was not there"
            }
        }
    }

    private func remove() throws -> State {
        PackedFiles.removeLeftovers(of: path)
        return try FileSystem.removeFile(path) ? .removed : .absent
    }

    private func check() throws -> State {
        guard let packed = try PackedFile(path: path, of: file.packedSources) else {
            throw PlatformError.notFound(path: path)
        }
        let progress = LoadProgress("checking", totalBytes: packed.byteCount, isShown: true)
        defer { progress.clear() }
        try packed.check(gang: gang) { progress.add($0) }
        return .intact
    }

    // MARK: Writing

    private func write() throws -> State {
        if (try? PackedFile(path: path, of: file.packedSources)) != nil { return .current }
        let weights = WeightList()
        do { _ = try Model(file, backend: weights) } catch { throw InputError("\(file.parts[0].path): \(error)") }
        let writer = try PackedFileWriter(weights.sources, of: file.packedSources)
        do {
            try makeRoom(writer.byteCount)
            try write(writer)
        } catch PlatformError.notWritable(let place, let reason) {
            throw PlatformError.notWritable(path: place, reason: "\(reason) (--folder DIR chooses another place)")
        }
        return .written
    }

    private func makeRoom(_ byteCount: Int) throws {
        PackedFiles.removeLeftovers(of: path)
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        try FileSystem.createFolder(folder)
        guard let free = FileSystem.freeByteCount(in: folder), free < byteCount else { return }
        throw PlatformError.notWritable(
            path: path, reason: "needs \(ByteSize(byteCount)) of disk space, \(ByteSize(free)) are free")
    }

    private func write(_ writer: consuming PackedFileWriter) throws {
        var progress = ProgressReport("packing", totalBytes: writer.byteCount)
        defer { progress.finish() }
        Interruption.watch()
        try writer.write(to: path, gang: gang) { doneBytes in
            if Interruption.isRequested { throw InterruptedError() }
            progress.update(doneBytes: doneBytes)
        }
    }
}
