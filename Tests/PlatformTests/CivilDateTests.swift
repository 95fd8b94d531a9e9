import Platform
import Testing

@Suite struct CivilDateTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1), (47_540, 2100, 2, 28),
        (47_541, 2100, 3, 1), (-719_162, 1, 1, 1), (-719_163, 0, 12, 31), (-719_469, 0, 2, 29),
        (-719_528, 0, 1, 1), (-719_529, -1, 12, 31), (2_932_896, 9999, 12, 31),
    ])
    func known(number: Int, year: Int, month: Int, day: Int) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date.dayNumber == number)
        #expect(CivilDate(dayNumber: number) == date)
    }

    /// Four centuries and more, day by day, by the rule for leap years alone.
    @Test func everyDay() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var number = CivilDate(year: 1890, month: 1, day: 1).dayNumber
        // 1890-01-01 was a Wednesday.
        var weekday = 3
        var wrong: [CivilDate] = []
        for year in 1890...2310 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                for day in 1...(lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)) {
                    let date = CivilDate(year: year, month: month, day: day)
                    if date != CivilDate(dayNumber: number) || date.dayNumber != number || date.weekday != weekday {
                        wrong.append(date)
                    }
                    (number, weekday) = (number + 1, (weekday + 1) % 7)
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
    }

    @Test func daysPastAMonthsEndCountOn() {
        #expect(CivilDate(year: 2023, month: 2, day: 31).dayNumber == CivilDate(year: 2023, month: 3, day: 3).dayNumber)
    }
}
