import WireFormats

extension OpenAIRoutes {
    /// `POST /v1/completions`
    static func completions(_ call: RouteCall) async throws {
        let request = try OpenAICompletions.decode(try await call.json())
        let head = call.head(request.model, idPrefix: "cmpl-")
        let answers = call.server.answers
        if request.rendersOnly {
            let prompt = try await answers.render(request)
            return try await call.reply(OpenAICompletions.debugBody(head: head, prompt: prompt, mediaCount: 0))
        }
        if request.style.streams {
            let encoder = OpenAICompletionStreamEncoder(
                head: head, style: request.style, answersPerPrompt: request.choiceCount)
            return try await call.stream(encoder, .events) { sink in
                try await answers.complete(request, dialect: .openAI, to: sink)
            }
        }
        var wanted = request
        wanted.choiceCount = max(request.bestOf ?? 0, request.choiceCount)
        let isChosen = wanted.choiceCount > request.choiceCount
        // The likeliest answers cannot be told without their log probabilities.
        if isChosen, wanted.logProbabilities == nil { wanted.logProbabilities = 0 }
        var replies = try await call.collect { try await answers.complete(wanted, dialect: .openAI, to: $0) }
        if isChosen { replies = Self.best(request.choiceCount, of: wanted.choiceCount, replies) }
        if request.logProbabilities == nil { for index in replies.indices { replies[index].dropLogProbabilities() } }
        try await call.reply(
            try OpenAICompletions.body(head: head, replies: replies, answersPerPrompt: request.choiceCount))
    }

    /// The likeliest answers to each prompt, by their mean log probability per token.
    private static func best(_ kept: Int, of made: Int, _ replies: [CollectedReply]) -> [CollectedReply] {
        func likelihood(_ reply: CollectedReply) -> Float {
            // Those of an echoed prompt come first.
            let tokens = reply.logProbabilities.suffix(reply.end.usage.completionTokens).compactMap(\.logProbability)
            return tokens.isEmpty ? -.infinity : tokens.reduce(0, +) / Float(tokens.count)
        }
        return stride(from: 0, to: replies.count, by: made).flatMap { first in
            replies[first..<min(first + made, replies.count)].sorted { likelihood($0) > likelihood($1) }.prefix(kept)
        }
    }
}
