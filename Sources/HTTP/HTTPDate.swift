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
        let days = secondsSinceEpoch / 86_400
        let second = secondsSinceEpoch % 86_400
        // The civil calendar counted from 1 March of year 0, in cycles of 400 years (146,097 days).
        let shifted = days + 719_468
        let cycle = shifted / 146_097
        let dayOfCycle = shifted % 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 2 : monthFromMarch - 10
        let year = yearOfCycle + cycle * 400 + (month < 2 ? 1 : 0)
        let time = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        return "\(self.days[(days + 4) % 7]), \(two(day)) \(months[month]) \(year) \(time) GMT"
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
        // January and February belong to the year before, as the calendar is counted from March.
        let monthFromMarch = month < 2 ? month + 10 : month - 2
        let year = numbers[1] - (month < 2 ? 1 : 0)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + numbers[0] - 1
        let days = 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
        return days * 86_400 + numbers[2] * 3600 + numbers[3] * 60 + numbers[4]
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
