import ChatTemplates
import Foundation
import JSON
import TestSupport
import Testing

/// What Go itself makes of templates: `fixtures/templates/go/cases.json`.
@Suite struct GoTemplateFixtureTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let template: String
        let data: JSONValue?
        let chat: JSONValue?
        let text: String?

        var testDescription: String { "\(template.prefix(120)) \(chat.map { "\($0)".prefix(60) } ?? "")" }
    }

    static let cases: [Case] = {
        guard let bytes = try? Fixtures.data("templates/go/cases.json"),
            let document = try? JSONParser.parse([UInt8](bytes)), let cases = document["cases"]?.arrayValue
        else { return [] }
        return cases.map { json in
            let source = json["file"]?.stringValue.flatMap { file in
                (try? Fixtures.data("templates/go/" + file)).map { String(decoding: $0, as: UTF8.self) }
            }
            return Case(
                template: source ?? json["template"]?.stringValue ?? "",
                data: json["chat"] == nil ? document["data"] : nil, chat: json["chat"], text: json["text"]?.stringValue)
        }
    }()

    static let now = LocalTime(year: 2026, month: 3, day: 7)

    @Test func thereAreCases() { #expect(Self.cases.count > 400) }

    @Test(arguments: cases)
    func rendersAsGoDoes(one: Case) throws {
        let result = Result { () throws in
            let template = try GoTemplate(source: one.template)
            guard let json = one.chat else { return try template.render(data: one.data ?? nil, now: Self.now) }
            var chat = GoChat(messages: json["messages"]?.arrayValue ?? [])
            chat.tools = json["tools"]?.arrayValue ?? []
            chat.suffix = json["suffix"]?.stringValue ?? ""
            chat.thinks = json["think"]?.boolValue
            chat.thinkingLevel = json["thinkLevel"]?.stringValue ?? ""
            let rendered = try template.renderChat(chat, now: Self.now)
            return rendered.text
        }
        switch (result, one.text) {
        case (.success(let text), let expected?): #expect(text == expected)
        case (.success(let text), nil): Issue.record("must fail, rendered \(text)")
        case (.failure(let error), nil): #expect(error is TemplateError)
        case (.failure(let error), let expected?): Issue.record("\(error), expected \(expected)")
        }
    }
}
