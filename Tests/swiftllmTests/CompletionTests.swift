import Foundation
import Testing
import swiftllm

/// Completion scripts: complete by the table, sound to the shell where that shell is here to ask.
@Suite struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"])
    func scriptsNameEverything(shell: String) throws {
        let script = try Program.run("completion", shell).text
        for command in CommandTable.all {
            #expect(script.contains(command.name))
            for option in command.options {
                #expect(script.contains(shell == "fish" ? "-l \(option.long)" : "--\(option.long)"))
            }
        }
        guard let path = Self.find(shell) else { return }
        #expect(try Program.run(executable: path, ["-n", "/dev/stdin"], input: script).errors.isEmpty)
    }

    @Test(
        .enabled(if: find("bash") != nil),
        arguments: [
            ("swiftllm insp", "inspect"), ("swiftllm inspect --js", "--json"), ("swiftllm completion z", "zsh"),
            ("swiftllm help compl", "completion"), ("swiftllm inspect /etc/host", "/etc/hosts"),
            ("swiftllm tokenize -m /etc/passw", "/etc/passwd"), ("swiftllm inspect --tensor x", ""),
        ])
    func bashCompletes(line: String, expected: String) throws {
        let script = try Program.run("completion", "bash").text
        let words = line.split(separator: " ").map { "'\($0)'" }
        let test = """
            \(script)
            COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
            _swiftllm; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let replies = try Program.run(executable: try #require(Self.find("bash")), ["-c", test]).text
        #expect(
            replies.split(separator: "\n", omittingEmptySubsequences: false).contains(Substring(expected)), "\(replies)"
        )
    }

    private static func find(_ shell: String) -> String? {
        ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { "\($0)/\(shell)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
