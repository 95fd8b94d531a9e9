import JSON
import Testing
import WireFormats

@Suite("Input items of a stored reply")
struct InputItemTests {
    private static let items = OpenAIInputItems.items(
        of: [
            ["role": "user", "content": "a"],
            ["type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}"],
            ["type": "function_call_output", "call_id": "c", "output": "b"],
            ["role": "assistant", "content": "d"],
        ], replyID: "resp_x")

    private func ids(_ limit: String?, _ order: String?, _ after: String?) throws -> [String?] {
        let body = try OpenAIInputItems.Page(limit: limit, order: order, after: after).body(of: Self.items)
        let shown = try #require(body["data"]?.arrayValue)
        #expect(body["first_id"]?.stringValue == shown.first?["id"]?.stringValue)
        #expect(body["last_id"]?.stringValue == shown.last?["id"]?.stringValue)
        return shown.map { $0["id"]?.stringValue } + (body["has_more"] == true ? ["…"] : [])
    }

    @Test("A text is one message; items get a type and an id, those with one keep it")
    func normalised() {
        #expect(
            OpenAIInputItems.items(of: "hi", replyID: "resp_x") == [
                [
                    "role": "user", "content": [["type": "input_text", "text": "hi"]], "type": "message",
                    "id": "msg_x_in0",
                ]
            ])
        #expect(
            Self.items.map { $0["type"]?.stringValue } == [
                "message", "function_call", "function_call_output", "message",
            ])
        #expect(Self.items[3]["content"]?.arrayValue?.first?["type"] == "output_text")
    }

    @Test("Pages come latest first, or as asked")
    func pages() throws {
        #expect(try ids(nil, nil, nil) == ["msg_x_in3", "fco_x_in2", "fc_1", "msg_x_in0"])
        #expect(try ids("2", "asc", nil) == ["msg_x_in0", "fc_1", "…"])
        #expect(try ids("2", "asc", "fc_1") == ["fco_x_in2", "msg_x_in3"])
        #expect(try ids("1", nil, "msg_x_in0") == [])
    }

    @Test("A query that cannot be meant is refused", arguments: ["0", "x", "101", "-1"])
    func refused(_ limit: String) {
        #expect(throws: WireError.self) { try OpenAIInputItems.Page(limit: limit, order: nil, after: nil) }
        #expect(throws: WireError.self) { try OpenAIInputItems.Page(limit: nil, order: limit, after: nil) }
    }
}
