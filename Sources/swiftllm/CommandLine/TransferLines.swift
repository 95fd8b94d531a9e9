package import WireFormats

/// The lines that show how far a pull, push or create is: a bar for every blob, a line for every other step.
package struct TransferLines: Sendable {
    private struct Line {
        let key: String
        var title: String
        var total: Int64 = 0
        var completed: Int64 = 0
        /// Bytes that were there when the line began, and when that was.
        var firstCompleted: Int64 = 0
        var start: Duration
        var isDone = false

        /// The part that is done, 0 to 1, whatever numbers a server sends.
        var share: Double { min(max(Double(completed) / Double(total), 0), 1) }
    }

    private static let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    private static let barWidth = 8...60

    private var lines: [Line] = []

    package init() {}

    /// Takes what a server tells.
    ///
    /// - Parameter time: since the beginning.
    /// - Returns: whether this is a step of its own, worth a line in a log.
    package mutating func take(_ progress: OllamaProgress, at time: Duration) -> Bool {
        let key = progress.digest ?? progress.status
        let isNew = !lines.contains { $0.key == key }
        if isNew {
            for index in lines.indices where lines[index].total == 0 { lines[index].isDone = true }
            var line = Line(key: key, title: progress.status, start: time)
            line.firstCompleted = progress.completed ?? 0
            lines.append(line)
        }
        guard let index = lines.lastIndex(where: { $0.key == key }) else { return isNew }
        let wasDone = lines[index].isDone
        lines[index].total = progress.total ?? lines[index].total
        // A bar never goes back, whatever a server says.
        lines[index].completed = max(lines[index].completed, progress.completed ?? 0)
        lines[index].isDone = wasDone || (lines[index].total > 0 && lines[index].completed >= lines[index].total)
        return isNew || lines[index].isDone != wasDone
    }

    /// Nothing more comes.
    package mutating func end() { for index in lines.indices { lines[index].isDone = true } }

    /// All lines, each at most `columns` wide.
    package func text(columns: Int, at time: Duration) -> [String] {
        lines.map { line in
            line.total > 0 ? bar(line, columns: columns, at: time) : step(line, columns: columns, at: time)
        }
    }

    /// The last line, for a log.
    package var logLine: String? {
        lines.last.map { line in
            guard line.total > 0 else { return line.title }
            return
                "\(line.title): \(percent(line)) %, \(HumanText.size(line.completed)) of \(HumanText.size(line.total))"
        }
    }

    private func percent(_ line: Line) -> Int { Int(line.share * 100) }

    private func step(_ line: Line, columns: Int, at time: Duration) -> String {
        let turns = Int(time / .milliseconds(100)) % Self.frames.count
        return String((line.title + (line.isDone ? "" : " " + Self.frames[turns])).prefix(columns))
    }

    private func bar(_ line: Line, columns: Int, at time: Duration) -> String {
        let head = "\(line.title): \(padded("\(percent(line))%", 4)) "
        let tail = " " + facts(line, at: time)
        let room = columns - head.count - tail.count - 3
        guard room >= Self.barWidth.lowerBound else { return String((head + tail.dropFirst()).prefix(columns)) }
        let width = min(room, Self.barWidth.upperBound)
        let filled = Int(line.share * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: " ", count: width - filled)
        return "\(head)▕\(bar)▏\(tail)"
    }

    private func facts(_ line: Line, at time: Duration) -> String {
        guard !line.isDone else { return padded(HumanText.size(line.total), 7) }
        let amount = "\(HumanText.size(line.completed))/\(HumanText.size(line.total))"
        let seconds = (time - line.start) / .seconds(1)
        let bytes = Double(line.completed) - Double(line.firstCompleted)
        guard seconds > 0.5, bytes > 0 else { return amount }
        let rate = bytes / seconds
        let left = max(Double(line.total) - Double(line.completed), 0) / rate
        let leftText =
            left < 86_400 ? HumanText.duration(nanoseconds: Int64(left.rounded(.up)) * 1_000_000_000) : "long"
        return "\(amount)  \(HumanText.size(Int64(min(rate, 1e15))))/s  \(padded(leftText, 6))"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count, 0)) + text
    }
}
