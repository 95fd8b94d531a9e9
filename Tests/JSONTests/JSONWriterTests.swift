import Foundation
import JSON
import Testing

@Suite struct JSONWriterTests {
    private let sample: JSONValue = [
        "name": "a\"b\\c\n\r\t\u{1}\u{1F}/é🦙", "empty": [], "none": [:], "list": [1, 2.5, true, nil],
        "nested": ["x": [[]]],
    ]

    @Test func compactIsOneLine() {
        #expect(
            sample.description
                == #"{"name":"a\"b\\c\n\r\t\u0001\u001f/é🦙","empty":[],"none":{},"list":[1,2.5,true,null],"nested":{"x":[[]]}}"#
        )
    }

    @Test func indentedIsOneElementALine() {
        let value: JSONValue = ["a": [1, [:]], "b": []]
        #expect(
            JSONWriter.text(value, style: .indented) == """
                {
                  "a": [
                    1,
                    {}
                  ],
                  "b": []
                }
                """)
    }

    @Test(arguments: [JSONWriter.Style.compact, .indented])
    func whatIsWrittenReadsBack(style: JSONWriter.Style) throws {
        let bytes = JSONWriter.bytes(sample, style: style)
        #expect(try JSONParser.parse(bytes) == sample)
        let foundation = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(foundation["name"] as? String == sample["name"]?.stringValue)
        #expect(foundation.count == 5)
    }

    @Test func numbersTakeTheirShortestDigits() {
        #expect(JSONValue.float(0.1).description == "0.1")
        #expect(JSONValue.double(1e-7).description == "1e-07")
        #expect(JSONValue.double(.nan).isNull)
        #expect(JSONValue.float(-.infinity).isNull)
        #expect(JSONValue.integer(UInt64.max).description == "18446744073709551615")
        #expect(throws: Never.self) { try JSONParser.parse(JSONValue.double(.leastNonzeroMagnitude).description) }
    }

    @Test func objectsKeepTheirOrder() {
        var object = JSONObject()
        object["b"] = 1
        object["a"] = 2
        object["b"] = 3
        #expect(object.keys == ["b", "a"])
        object["b"] = nil
        object["c"] = nil
        #expect(JSONValue.object(object).description == #"{"a":2}"#)
    }
}
