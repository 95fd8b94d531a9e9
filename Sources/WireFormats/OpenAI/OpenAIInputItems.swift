package import JSON

/// `GET /v1/responses/{id}/input_items`: what a stored reply was asked with.
package enum OpenAIInputItems {
    /// Which of the items a client wants to see.
    package struct Page: Sendable {
        private let limit: Int
        private let isAscending: Bool
        private let after: String?

        /// - Parameters: of the query, as they were sent.
        /// - Throws: if one cannot be understood.
        package init(limit: String?, order: String?, after: String?) throws(WireError) {
            let count = limit.map { Int($0) } ?? 20
            guard let count, (1...100).contains(count) else {
                throw WireError(.invalid, "limit must be a number from 1 to 100", parameter: "limit")
            }
            guard order == nil || order == "asc" || order == "desc" else {
                throw WireError(.invalid, "order must be asc or desc", parameter: "order")
            }
            self.limit = count
            self.after = after
            isAscending = order == "asc"
        }

        /// The list as clients page through it, latest first unless they ask for the other order.
        /// - Parameter items: in the order in which they were sent.
        package func body(of items: [JSONValue]) -> JSONValue {
            var rest = (isAscending ? items : items.reversed())[...]
            if let after, let place = rest.firstIndex(where: { Self.id($0) == .string(after) }) {
                rest = rest[(place + 1)...]
            }
            let shown = rest.prefix(limit)
            return [
                "object": "list", "data": .array(Array(shown)), "first_id": shown.first.map(Self.id) ?? .null,
                "last_id": shown.last.map(Self.id) ?? .null, "has_more": .bool(shown.count < rest.count),
            ]
        }

        private static func id(_ item: JSONValue) -> JSONValue { item["id"] ?? .null }
    }

    /// The items of a request's input, each with its type and an id.
    /// - Parameters:
    ///   - input: as it was sent.
    ///   - id: of the reply, which the ids of nameless items are made from.
    package static func items(of input: JSONValue, replyID id: String) -> [JSONValue] {
        if let text = input.stringValue {
            return items(of: [["role": "user", "content": .string(text)]], replyID: id)
        }
        return (input.arrayValue ?? []).enumerated().map { index, item in
            guard var members = item.objectValue else { return item }
            let type = members["type"]?.stringValue ?? "message"
            members["type"] = .string(type)
            if members["id"]?.stringValue == nil {
                members["id"] = .string(ResponseBody.itemID(prefixes[type] ?? "item", "in\(index)", of: id))
            }
            if type == "message", let text = members["content"]?.stringValue {
                let kind = members["role"]?.stringValue == "assistant" ? "output_text" : "input_text"
                members["content"] = [["type": .string(kind), "text": .string(text)]]
            }
            return .object(members)
        }
    }

    private static let prefixes = [
        "message": "msg", "function_call": "fc", "function_call_output": "fco", "reasoning": "rs",
    ]
}
