import Foundation

/// Runs cases one after another and notes the number of each before it begins.
struct Child {
    private let corpus: Corpus
    private let options: Options
    private let progress: FileHandle
    private let folder: URL

    /// Room for the corpus, the runtime and several copies of a model; a header that asks for more is a finding.
    private static let memoryLimit: rlim_t = 4 << 30

    init(_ corpus: Corpus, _ options: Options, progressPath: String) {
        self.corpus = corpus
        self.options = options
        guard let progress = FileHandle(forWritingAtPath: progressPath) else { exit(2) }
        self.progress = progress
        folder = Self.folder(beside: progressPath)
        var limit = rlimit(rlim_cur: Self.memoryLimit, rlim_max: Self.memoryLimit)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        // A trap is expected here, its backtrace is not: the case is repeated by hand.
        limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }

    func run() {
        for number in stride(from: options.first, to: options.cases, by: options.stride) {
            note(number)
            Case(corpus, seed: options.seed, number: number).run(in: folder, isVerbose: false)
        }
    }

    /// Where a child writes files: its parent removes the folder.
    static func folder(beside progressPath: String) -> URL { URL(filePath: progressPath + ".files") }

    /// Overwrites the number in place, at a fixed width.
    private func note(_ number: Int) {
        let text = String(number)
        let line = text + String(repeating: " ", count: max(0, 20 - text.count))
        try? progress.seek(toOffset: 0)
        progress.write(Data(line.utf8))
    }
}
