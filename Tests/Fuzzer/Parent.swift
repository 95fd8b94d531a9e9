import Foundation

/// Runs children over all cases; when one dies or hangs, reports its case and goes on with the next.
struct Parent {
    private let options: Options
    /// A case takes milliseconds; this is for a busy machine.
    private let patience = Duration.seconds(20)
    /// After so many failures there is nothing more to learn from this run.
    private let failureLimit = 20

    init(_ options: Options) { self.options = options }

    /// Whether every case survived.
    func run() -> Bool {
        say("seed \(options.seed), \(options.cases) cases")
        let start = ContinuousClock.now
        var jobs = (0..<options.jobs).map { Job(first: $0) }
        var failures = 0
        while jobs.contains(where: { !$0.isDone }), failures < failureLimit {
            for index in jobs.indices where !jobs[index].isDone {
                guard let failure = step(&jobs[index]) else { continue }
                failures += 1
                say("FAILED: \(failure); repeat with: Fuzzer --seed \(options.seed) --case \(jobs[index].current)")
                jobs[index].first = jobs[index].current + options.jobs
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        for job in jobs { job.stop() }
        say("\(options.cases) cases, \(failures) failures, \(ContinuousClock.now - start)")
        return failures == 0
    }

    /// Starts the job's child if it has none, else looks after it; the reason if it failed.
    private func step(_ job: inout Job) -> String? {
        guard let process = job.process else {
            guard job.first < options.cases else {
                job.isDone = true
                return nil
            }
            job.start(options)
            return nil
        }
        job.readProgress()
        if process.isRunning {
            guard ContinuousClock.now - job.lastProgress > patience else { return nil }
            job.stop()
            job.process = nil
            return "case \(job.current) made no progress for \(patience)"
        }
        job.process = nil
        if process.terminationStatus == 0, process.terminationReason == .exit {
            job.isDone = true
            return nil
        }
        let kind = process.terminationReason == .uncaughtSignal ? "signal" : "status"
        return "case \(job.current) ended with \(kind) \(process.terminationStatus)"
    }
}

/// One child and the cases that it goes through.
private struct Job {
    var first: Int
    var isDone = false
    var process: Process?
    /// The case that the child noted last.
    private(set) var current: Int
    private(set) var lastProgress = ContinuousClock.now
    private let progressPath = URL.temporaryDirectory.appending(path: "fuzzer-\(UUID().uuidString)")
        .path(percentEncoded: false)

    init(first: Int) {
        self.first = first
        current = first
    }

    mutating func start(_ options: Options) {
        _ = FileManager.default.createFile(atPath: progressPath, contents: nil)
        current = first
        lastProgress = .now
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
        process.arguments = [
            "--progress", progressPath, "--seed", "\(options.seed)", "--cases", "\(options.cases)", "--first",
            "\(first)", "--stride", "\(options.jobs)",
        ]
        // Repeating the case shows the backtrace; here it would only take time.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        do {
            try process.run()
            self.process = process
        } catch {
            say("cannot start a child: \(error)")
            isDone = true
        }
    }

    mutating func readProgress() {
        guard let text = try? String(contentsOfFile: progressPath, encoding: .utf8),
            let number = Int(text.trimmingCharacters(in: .whitespaces)), number != current
        else { return }
        current = number
        lastProgress = .now
    }

    func stop() {
        if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process?.waitUntilExit()
        try? FileManager.default.removeItem(atPath: progressPath)
        try? FileManager.default.removeItem(at: Child.folder(beside: progressPath))
    }
}
