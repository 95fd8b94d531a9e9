import Foundation
import Synchronization

/// The built program, run as a user runs it.
enum Program {
    struct Result {
        let code: Int32
        let output: Data
        let errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The program lies beside the test bundle.
    static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "swiftllm").path(percentEncoded: false)

    static func run(_ arguments: String..., input: String = "") throws -> Result {
        try run(executable: path, arguments, input: input)
    }

    /// Runs any program; output goes through files, so that no pipe can fill up.
    ///
    /// - Parameter whileRunning: called once the process runs.
    static func run(
        executable: String, _ arguments: [String], input: String = "", whileRunning: (Process) -> Void = { _ in }
    ) throws -> Result {
        let folder = URL.temporaryDirectory.appending(path: "program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try ["input", "output", "errors"].map { name in
            let file = folder.appending(path: name)
            try Data((name == "input" ? input : "").utf8).write(to: file)
            return file
        }
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        whileRunning(process)
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: try Data(contentsOf: files[1]),
            errors: try String(contentsOf: files[2], encoding: .utf8))
    }
}

/// What a command that runs in this process wrote.
final class Written: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
