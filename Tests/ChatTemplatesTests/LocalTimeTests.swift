import ChatTemplates
import JSON
import Testing

/// Weeks and days of years where they are hard to tell; expected values are those of Python's `strftime`.
@Suite struct LocalTimeTests {
    @Test(arguments: [
        (2027, 1, 1, "2026-W53-5 001 00 00"), (2024, 12, 30, "2025-W01-1 365 52 53"),
        (2020, 12, 31, "2020-W53-4 366 52 52"), (2021, 1, 3, "2020-W53-7 003 01 00"),
        (2023, 1, 1, "2022-W52-7 001 01 00"), (2026, 6, 15, "2026-W25-1 166 24 24"),
        (2000, 12, 31, "2000-W52-7 366 53 52"), (1999, 1, 4, "1999-W01-1 004 01 01"),
    ])
    func weeks(year: Int, month: Int, day: Int, text: String) throws {
        let template = try ChatTemplate(source: "{{ strftime_now('%G-W%V-%u %j %U %W') }}")
        let now = LocalTime(year: year, month: month, day: day)
        #expect(try template.render(context: JSONObject(), now: now) == text)
    }
}
