import Platform

/// A moment: seconds and nanoseconds since 1970, UTC.
package struct Timestamp: Sendable, Equatable, Comparable {
    package var seconds: Int64
    /// 0 … 999 999 999.
    package var nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func < (one: Timestamp, other: Timestamp) -> Bool {
        (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
    }

    /// RFC 3339 in UTC with nanoseconds, trailing zeros left out: `2026-11-21T12:00:00.5Z`.
    ///
    /// Years are kept within 1 … 9999, the format's range.
    package var rfc3339: String {
        let seconds = Int(min(max(seconds, -62_135_596_800), 253_402_300_799))
        let dayNumber = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - dayNumber * 86_400
        let day = CivilDate(dayNumber: dayNumber)
        let date = "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))"
        let time = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(date)T\(time)\(fraction)Z"
    }

    private var fraction: String {
        guard nanoseconds > 0, nanoseconds < 1_000_000_000 else { return "" }
        var digits = padded(Int(nanoseconds), 9)
        while digits.hasSuffix("0") { digits.removeLast() }
        return "." + digits
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Timestamp {
    /// Reads RFC 3339 with any offset; nil if the text is none or names no real day.
    package init?(rfc3339 text: String) {
        let pattern = #/(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)/#
        guard let match = text.wholeMatch(of: pattern), let year = Int(match.1), let month = Int(match.2),
            let day = Int(match.3), let hour = Int(match.4), let minute = Int(match.5),
            let second = Int(match.6), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var offset = 0
        if match.8.count == 6, let hours = Int(match.8.dropFirst().prefix(2)), let minutes = Int(match.8.suffix(2)) {
            offset = (hours * 3600 + minutes * 60) * (match.8.hasPrefix("-") ? -1 : 1)
        }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(dayNumber: date.dayNumber) == date else { return nil }
        let digits = (match.7.map { $0.dropFirst() } ?? "").prefix(9)
        let nanoseconds = Int32(digits + String(repeating: "0", count: 9 - digits.count)) ?? 0
        let clock = hour * 3600 + minute * 60 + second - offset
        self.init(seconds: Int64(date.dayNumber * 86_400 + clock), nanoseconds: nanoseconds)
    }
}
