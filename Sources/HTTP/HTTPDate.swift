import Platform

/// The date format of HTTP headers (RFC 9110, section 5.6.7).
package enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Parameter secondsSinceEpoch: not before 1970.
    package static func text(secondsSinceEpoch: Int) -> String {
        let date = CivilDate(dayNumber: secondsSinceEpoch / 86_400)
        let second = secondsSinceEpoch % 86_400
        let time = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        return "\(days[date.weekday]), \(two(date.day)) \(months[date.month - 1]) \(date.year) \(time) GMT"
    }

    /// Seconds since 1970 of a date of that form; nil for other texts.
    package static func secondsSinceEpoch(_ text: String) -> Int? {
        let words = text.split { $0 == " " || $0 == ":" }
        guard words.count == 8, words[7] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let numbers = [1, 3, 4, 5, 6].compactMap { Int(words[$0]) }
        guard numbers.count == 5, 1...31 ~= numbers[0], 1970...9999 ~= numbers[1], 0...23 ~= numbers[2],
            0...59 ~= numbers[3], 0...60 ~= numbers[4]
        else { return nil }
        let date = CivilDate(year: numbers[1], month: month + 1, day: numbers[0])
        return date.dayNumber * 86_400 + numbers[2] * 3600 + numbers[3] * 60 + numbers[4]
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
