import Foundation
import Platform

/// The composition root: finds the command, runs it, and turns errors to one line and an exit code.
@main struct Main {
    static func main() async {
        StandardStream.ignoreClosedPipes()
        let code = await run(Array(CommandLine.arguments.dropFirst()), output: .standard)
        exit(code.rawValue)
    }

    /// Runs one command line; errors go to the error stream.
    static func run(_ words: [String], output: Output) async -> ExitCode {
        do {
            try await dispatch(words, output: output)
            return .success
        } catch {
            let code = ExitCode(error)
            if code != .closedPipe { report(error, words) }
            return code
        }
    }

    private static func dispatch(_ words: [String], output: Output) async throws {
        switch words.first {
        case nil, "--help", "-h": try output.write(HelpText.overview(CommandTable.all))
        case "--version": try output.write("swiftllm \(swiftllmVersion)\n")
        case "help":
            guard let name = words.dropFirst().first else {
                return try output.write(HelpText.overview(CommandTable.all))
            }
            try output.write(HelpText.page(try CommandTable.command(name)))
        case .some(let name):
            let command = try CommandTable.command(name)
            let arguments = try ArgumentParser.parse(Array(words.dropFirst()), for: command)
            if arguments.has(.help) { return try output.write(HelpText.page(command)) }
            try await command.run(arguments, output)
        }
    }

    private static func report(_ error: any Error, _ words: [String]) {
        var line = "swiftllm: \(error)"
        if error is UsageError {
            let isCommand = CommandTable.all.contains { $0.name == words.first }
            line += " (see 'swiftllm \(isCommand ? words[0] + " " : "")--help')"
        }
        let oneLine = line.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n"
        try? Array(oneLine.utf8).withBytes { bytes throws(PlatformError) in try StandardStream.error.write(bytes) }
    }
}
