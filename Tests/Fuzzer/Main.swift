import Foundation

/// Damages small model files, whole and split, at random and hands them to everything that reads models.
///
///     Fuzzer [--cases N] [--seed S] [--jobs J]   run N cases; report every case that traps, hangs or eats memory
///     Fuzzer --seed S --case K                   run one case here, in this process, saying what it does
///
/// A case depends on its seed and number alone. Cases run in child processes that note the number before they begin,
/// so a trap is repeated by the second form.
@main struct Main {
    static func main() {
        let options = Options(CommandLine.arguments.dropFirst())
        let corpus = Corpus()
        guard !corpus.documents.isEmpty else {
            say("no fixtures found")
            exit(2)
        }
        if let progress = options.progressPath {
            Child(corpus, options, progressPath: progress).run()
        } else if let number = options.onlyCase {
            let folder = URL.temporaryDirectory.appending(path: "fuzzer-\(UUID().uuidString)")
            Case(corpus, seed: options.seed, number: number).run(in: folder, isVerbose: true)
            try? FileManager.default.removeItem(at: folder)
            say("case \(number): survived")
        } else {
            exit(Parent(options).run() ? 0 : 1)
        }
    }
}

/// The command line. This is a test's tool: what it does not understand it refuses without ceremony.
struct Options {
    var cases = 1000
    var seed = UInt64.random(in: 0..<1_000_000)
    var jobs = ProcessInfo.processInfo.activeProcessorCount
    var onlyCase: Int?
    /// The child's own options: where to note its progress, its first case and how far to step.
    var progressPath: String?
    var first = 0
    var stride = 1

    init(_ words: ArraySlice<String>) {
        var words = words
        while let name = words.popFirst() {
            guard let value = words.popFirst() else { Self.fail("\(name) needs a value") }
            switch name {
            case "--cases": cases = Self.integer(value)
            case "--seed": seed = UInt64(Self.integer(value))
            case "--jobs": jobs = max(1, Self.integer(value))
            case "--case": onlyCase = Self.integer(value)
            case "--progress": progressPath = value
            case "--first": first = Self.integer(value)
            case "--stride": stride = max(1, Self.integer(value))
            default: Self.fail("unknown option \(name)")
            }
        }
    }

    private static func integer(_ text: String) -> Int {
        guard let value = Int(text), value >= 0 else { fail("expected a count, found \(text)") }
        return value
    }

    private static func fail(_ message: String) -> Never {
        say("Fuzzer: \(message)")
        exit(2)
    }
}

/// Prints a line at once: a report must not sit in a buffer when the process dies.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
