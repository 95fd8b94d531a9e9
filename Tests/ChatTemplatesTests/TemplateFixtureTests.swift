import ChatTemplates
import Foundation
import JSON
import TestSupport
import Testing

/// Templates of every feature and what jinja2, set up as `transformers` does, renders of them: `fixtures/templates`.
@Suite struct TemplateFixtureTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let group: String
        let template: String
        let expected: String?
        let error: String?

        var testDescription: String { "\(group): \(template)" }
    }

    static let file: JSONValue = {
        let bytes = (try? Fixtures.data("templates/cases.json")).map(Array.init) ?? []
        return (try? JSONParser.parse(bytes)) ?? .null
    }()

    static let cases: [Case] = (file["groups"]?.objectValue?.members ?? []).flatMap { group, cases in
        (cases.arrayValue ?? []).map { fields in
            Case(
                group: group, template: fields["template"]?.stringValue ?? "",
                expected: fields["expected"]?.stringValue, error: fields["error"]?.stringValue)
        }
    }

    static let now = LocalTime(year: 2026, month: 3, day: 7, hour: 15, minute: 4, second: 5, microsecond: 678)

    @Test func fixturesAreThere() { #expect(Self.cases.count > 800) }

    @Test(arguments: cases) func rendersAsJinja(fixture: Case) throws {
        let context = try #require(Self.file["context"]?.objectValue)
        func render() throws -> String {
            try ChatTemplate(source: fixture.template).render(context: context, now: Self.now)
        }
        if let expected = fixture.expected {
            #expect(try render() == expected)
            return
        }
        let error = try #require(throws: TemplateError.self) { try render() }
        if case .raised(_, let message) = error { #expect(message == fixture.error) }
    }

    /// A row without a fixture is not tested against jinja2.
    @Test func everyRowHasAFixture() {
        let sources = Self.cases.map(\.template).joined(separator: "\n")
        let words = Set(sources.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        // The first three refuse to work, the others have no use in a template.
        let exempt: Set = ["urlize", "random", "pprint", "bit_count", "conjugate"]
        #expect(ChatTemplate.builtInNames.subtracting(words).subtracting(exempt).sorted() == [])
    }
}
