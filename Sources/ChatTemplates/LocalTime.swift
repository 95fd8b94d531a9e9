import Platform

/// A date and time of day on the user's clock, as `strftime_now` formats it.
package struct LocalTime: Equatable, Sendable {
    let date: CivilDate
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let microsecond: Int

    /// - Precondition: The values are a date of the Gregorian calendar and a time.
    package init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) {
        date = CivilDate(year: year, month: month, day: day)
        (self.hour, self.minute, self.second, self.microsecond) = (hour, minute, second, microsecond)
    }

    /// Reads `2026-03-07T15:04:05`, with or without a fraction, or a date alone; nil if the text is neither.
    package init?(iso8601 text: String) {
        let halves = text.split(whereSeparator: { $0 == "T" || $0 == " " })
        guard let first = halves.first, halves.count <= 2, let date = LocalTime.numbers(first, "-", count: 3) else {
            return nil
        }
        var time = [0, 0, 0]
        var microsecond = 0
        if halves.count == 2 {
            let parts = halves[1].split(separator: ".", maxSplits: 1)
            guard let clock = parts.first.flatMap({ LocalTime.numbers($0, ":", count: 3) }) else { return nil }
            time = clock
            if parts.count == 2 {
                let fraction = parts[1] + String(repeating: "0", count: max(6 - parts[1].count, 0))
                guard let value = Int(fraction.prefix(6)), value >= 0 else { return nil }
                microsecond = value
            }
        }
        guard (1...9999).contains(date[0]), (1...12).contains(date[1]), (1...31).contains(date[2]),
            (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2])
        else { return nil }
        self.init(
            year: date[0], month: date[1], day: date[2], hour: time[0], minute: time[1], second: time[2],
            microsecond: microsecond)
    }

    private static func numbers(_ text: Substring, _ separator: Character, count: Int) -> [Int]? {
        let numbers = text.split(separator: separator).compactMap { Int($0) }
        return numbers.count == count ? numbers : nil
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// 0 for the first of January.
    private var dayOfYear: Int { date.dayNumber - Self.firstDayNumber(of: date.year) }

    private static func firstDayNumber(of year: Int) -> Int { CivilDate(year: year, month: 1, day: 1).dayNumber }

    /// ISO 8601: the week belongs to the year in which its Thursday lies.
    private var isoWeek: (year: Int, week: Int) {
        let weekdayFromMonday = (date.weekday + 6) % 7
        let thursday = date.dayNumber - weekdayFromMonday + 3
        let isoYear = CivilDate(dayNumber: thursday).year
        return (isoYear, (thursday - Self.firstDayNumber(of: isoYear)) / 7 + 1)
    }

    /// Seconds since 1970 if the clock showed universal time.
    private var secondNumber: Int { date.dayNumber * 86_400 + hour * 3600 + minute * 60 + second }

    private static func padded(_ value: Int, _ width: Int, with fill: String = "0") -> String {
        let digits = "\(value)"
        return String(repeating: fill, count: max(width - digits.utf8.count, 0)) + digits
    }

    /// `strftime` of the C locale.
    func formatted(_ format: String) -> String {
        var result = ""
        var isField = false
        var flag: Unicode.Scalar?
        for scalar in format.unicodeScalars {
            if !isField {
                if scalar == "%" { isField = true } else { result.unicodeScalars.append(scalar) }
            } else if flag == nil, scalar == "-" || scalar == "_" || scalar == "0" {
                flag = scalar
            } else {
                result += unpadded(field(scalar), flag)
                (isField, flag) = (false, nil)
            }
        }
        return isField ? result + "%" : result
    }

    /// What the flags of the C library do to a field: `-` drops its padding, `_` pads with spaces.
    private func unpadded(_ field: String, _ flag: Unicode.Scalar?) -> String {
        guard let flag, flag != "0", field.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return field }
        let digits = field.drop { $0 == "0" || $0 == " " }
        let number = digits.isEmpty ? "0" : String(digits)
        return flag == "-" ? number : String(repeating: " ", count: field.utf8.count - number.utf8.count) + number
    }

    private func field(_ letter: Unicode.Scalar) -> String {
        let padded = LocalTime.padded
        let (year, month, day, weekday) = (date.year, date.month, date.day, date.weekday)
        let hour12 = hour % 12 == 0 ? 12 : hour % 12
        switch letter {
        case "Y": return "\(year)"
        case "C": return padded(year / 100, 2, "0")
        case "y": return padded(year % 100, 2, "0")
        case "m": return padded(month, 2, "0")
        case "d": return padded(day, 2, "0")
        case "e": return padded(day, 2, " ")
        case "H": return padded(hour, 2, "0")
        case "k": return padded(hour, 2, " ")
        case "I": return padded(hour12, 2, "0")
        case "l": return padded(hour12, 2, " ")
        case "M": return padded(minute, 2, "0")
        case "S": return padded(second, 2, "0")
        case "f": return padded(microsecond, 6, "0")
        case "p": return hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "B": return LocalTime.months[month - 1]
        case "b", "h": return String(LocalTime.months[month - 1].prefix(3))
        case "A": return LocalTime.weekdays[weekday]
        case "a": return String(LocalTime.weekdays[weekday].prefix(3))
        case "w": return "\(weekday)"
        case "u": return "\(weekday == 0 ? 7 : weekday)"
        case "j": return padded(dayOfYear + 1, 3, "0")
        case "U": return padded((dayOfYear + 7 - weekday) / 7, 2, "0")
        case "W": return padded((dayOfYear + 7 - (weekday + 6) % 7) / 7, 2, "0")
        case "G": return "\(isoWeek.year)"
        case "g": return padded(isoWeek.year % 100, 2, "0")
        case "V": return padded(isoWeek.week, 2, "0")
        case "s": return "\(secondNumber)"
        case "D", "x": return formatted("%m/%d/%y")
        case "F": return formatted("%Y-%m-%d")
        case "T", "X": return formatted("%H:%M:%S")
        case "R": return formatted("%H:%M")
        case "r": return formatted("%I:%M:%S %p")
        case "c": return formatted("%a %b %e %H:%M:%S %Y")
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        case "z", "Z": return ""
        default: return "%" + String(letter)
        }
    }
}
