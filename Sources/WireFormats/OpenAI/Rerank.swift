package import JSON

/// `POST /v1/rerank`, in the form that Cohere, Jina, llama-server and vLLM share.
package enum Rerank {
    /// Documents to order by how well they answer a query.
    package struct Request: Sendable, Equatable {
        package var model: String
        package var query: String
        package var documents: [String]
        /// How many of the best to return; nil means all.
        package var limit: Int?
        /// Whether the reply repeats the documents.
        package var returnsDocuments: Bool
        package var truncates: Bool?
        package var keepAlive: KeepAlive?
    }

    /// Reads a request; a document is a text or an object with a member `text`.
    package static func decode(_ json: JSONValue) throws(WireError) -> Request {
        let object = try RequestObject(json, dialect: .openAI)
        var documents: [String] = []
        for (index, element) in try (object.array("documents") ?? []).enumerated() {
            guard let text = element.stringValue ?? element["text"]?.stringValue else {
                throw object.mismatch("documents[\(index)]", expected: "string", found: element)
            }
            documents.append(text)
        }
        guard !documents.isEmpty else { throw object.error("documents", "documents must not be empty") }
        guard documents.count <= WireLimits.inputCount else {
            throw object.error("documents", "at most \(WireLimits.inputCount) documents are allowed")
        }
        return Request(
            model: try object.required("model"), query: try object.required("query"), documents: documents,
            limit: try object.int("top_n", in: 0...Int(Int32.max)).flatMap { $0 == 0 ? nil : $0 },
            returnsDocuments: try object.bool("return_documents") ?? false,
            truncates: try object.bool("truncate"), keepAlive: try object.keepAlive())
    }

    /// The reply: the best first, equal ones in the request's order.
    /// - Parameter scores: one for each document; those that are not finite come last.
    package static func body(
        head: ReplyHead, request: Request, scores: [Float], promptTokens: Int
    ) -> JSONValue {
        let ranked = zip(request.documents, scores).enumerated().sorted { one, other in
            let (first, second) = (finite(one.element.1), finite(other.element.1))
            return first == second ? one.offset < other.offset : first > second
        }
        let results = ranked.prefix(request.limit ?? ranked.count).map { index, pair in
            let document: JSONValue = ["text": .string(pair.0)]
            return JSONValue.object(
                present: ("index", .integer(index)), ("relevance_score", .float(finite(pair.1))),
                ("document", document.unless(!request.returnsDocuments)))
        }
        return .object(
            present: ("id", .string(head.id).unless(head.id.isEmpty)), ("object", "list"),
            ("model", .string(head.model)), ("results", .array(results)),
            ("usage", ["prompt_tokens": .integer(promptTokens), "total_tokens": .integer(promptTokens)]))
    }

    private static func finite(_ score: Float) -> Float { score.isFinite ? score : -Float.greatestFiniteMagnitude }
}
