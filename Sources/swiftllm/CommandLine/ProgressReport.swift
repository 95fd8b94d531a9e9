import Platform

/// Tells on the error stream how far long work is: one line that changes on a terminal, a line now and then in a log.
struct ProgressReport {
    private let title: String
    private let totalBytes: Int
    private let isTerminal: Bool
    private let write: (String) -> Void
    private let start = ContinuousClock.now
    private var lastReport: ContinuousClock.Instant?

    /// Time between two lines: short where the last one is replaced.
    private var interval: Duration { isTerminal ? .milliseconds(100) : .seconds(10) }

    init(_ title: String, totalBytes: Int) {
        self.init(title, totalBytes: totalBytes, isTerminal: StandardStream.error.isTerminal) { text in
            try? Array(text.utf8).withBytes { bytes throws(PlatformError) in try StandardStream.error.write(bytes) }
        }
    }

    init(_ title: String, totalBytes: Int, isTerminal: Bool, write: @escaping (String) -> Void) {
        self.title = title
        self.totalBytes = totalBytes
        self.isTerminal = isTerminal
        self.write = write
    }

    /// Reports if it is time to.
    mutating func update(doneBytes: Int) {
        let now = ContinuousClock.now
        let isDone = doneBytes >= totalBytes
        if let lastReport, lastReport + interval > now, !isDone { return }
        guard isTerminal || lastReport != nil || isDone else {
            lastReport = now
            return
        }
        lastReport = now
        let line = Self.line(title, doneBytes: doneBytes, totalBytes: totalBytes, elapsed: now - start)
        write(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
    }

    /// Ends the line on a terminal, so that what follows starts a new one.
    func finish() {
        if isTerminal, lastReport != nil { write("\n") }
    }

    static func line(_ title: String, doneBytes: Int, totalBytes: Int, elapsed: Duration) -> String {
        let percent = totalBytes == 0 ? 100 : Int(Double(doneBytes) / Double(totalBytes) * 100)
        var line = "\(title): \(percent) %, \(InspectReport.sizeText(doneBytes)) of "
        line += InspectReport.sizeText(totalBytes)
        let seconds = elapsed / .seconds(1)
        guard seconds > 0.5, doneBytes > 0 else { return line }
        let rate = Double(doneBytes) / seconds
        let left = Double(totalBytes - doneBytes) / rate
        line += ", \(InspectReport.sizeText(Int(min(rate, 1e15))))/s"
        return left < 0.5 ? line : line + ", \(timeText(left)) left"
    }

    private static func timeText(_ seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(.up), 1e9))
        if whole < 60 { return "\(whole) s" }
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
    }
}
