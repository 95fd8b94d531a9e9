import JSON
import TestSupport
import Testing
import WireFormats

/// Whatever JSON comes in, a decoder returns or throws its typed error; it never traps.
@Suite struct WireFuzz {
    @Test(arguments: Endpoint.all.map(\.name))
    func seedsAreValid(name: String) throws {
        let endpoint = try #require(Endpoint.all.first { $0.name == name })
        for seed in endpoint.seeds { try endpoint.decode(try JSONParser.parse(seed)) }
    }

    @Test(arguments: Endpoint.all.map(\.name), [1, 2, 3] as [UInt64])
    func mutationsNeverTrap(name: String, seed: UInt64) throws {
        let endpoint = try #require(Endpoint.all.first { $0.name == name })
        var mutator = JSONMutator(seed: seed)
        var refused = 0
        let rounds = 2000
        for text in endpoint.seeds {
            let valid = try JSONParser.parse(text)
            for _ in 0..<rounds {
                var value = valid
                for _ in 0..<Int.random(in: 1...3, using: &mutator.generator) { value = mutator.mutated(value) }
                do { try endpoint.decode(value) } catch {
                    refused += 1
                    #expect(!error.message.isEmpty)
                    for dialect in Dialect.allCases { _ = dialect.errorBody(error, requestID: "r") }
                }
            }
        }
        #expect(refused > rounds / 20, "mutations that are hardly ever refused test nothing")
    }

    /// Bytes that are hardly JSON at all.
    @Test(arguments: [1, 2] as [UInt64])
    func brokenBytesNeverTrap(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for endpoint in Endpoint.all {
            for text in endpoint.seeds {
                for _ in 0..<200 {
                    var bytes = Array(text.utf8)
                    for _ in 0..<Int.random(in: 1...4, using: &generator) {
                        let index = Int.random(in: 0..<bytes.count, using: &generator)
                        bytes[index] = UInt8.random(in: 0...255, using: &generator)
                    }
                    _ = wireError { () throws(WireError) in try endpoint.decode(RequestBody.parse(bytes)) }
                }
            }
        }
    }

    /// Events in any order, also ones that make no sense.
    @Test(arguments: 0..<6, [1, 2] as [UInt64])
    func encodersTakeAnyEvents(index: Int, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let encoders: [any ReplyEncoder] = [
            OllamaChat.streamEncoder(head: sampleHead), OllamaGenerate.streamEncoder(head: sampleHead),
            OpenAIChatStreamEncoder(head: sampleHead, style: ReplyStyle(streams: true)),
            OpenAICompletionStreamEncoder(head: sampleHead, style: ReplyStyle(streams: true), answersPerPrompt: 0),
            OpenAIResponseStreamEncoder(head: sampleHead, request: SampleReply.responsesRequest),
            AnthropicStreamEncoder(head: sampleHead),
        ]
        let events =
            SampleReply.events + [
                .toolCallArguments(index: 7, "x"), .toolCallBegan(index: -1, id: "", name: ""),
                .toolCall(index: 3, SampleReply.call), .failed(WireError(.busy, "")), .text(""),
                .finished(ReplySummary(reason: .cancelled, usage: Usage(promptTokens: .max, completionTokens: .max))),
            ]
        for _ in 0..<300 {
            var encoder = encoders[index]
            for _ in 0..<12 {
                guard let event = events.randomElement(using: &generator) else { continue }
                let time = Timestamp(seconds: .max, nanoseconds: .min)
                for chunk in encoder.encode(event, choice: Int.random(in: -1...2, using: &generator), at: time) {
                    _ = try JSONParser.parse(chunk.bytes)
                }
            }
            _ = encoder.finish(at: Timestamp(seconds: 0))
        }
    }
}

/// Changes JSON values one place at a time.
struct JSONMutator {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private static let strange: [JSONValue] = [
        nil, true, 0, -1, 1.5, "", "x", [], [:], [nil], [[]], ["": nil], "\u{0}", "data:;base64,", "a\u{301}",
        .integer(Int.max), .integer(Int.min), .double(1e308), .double(-0.0),
        .double(.leastNonzeroMagnitude), "9e999", .array(Array(repeating: "x", count: 70)), .integer(UInt64.max),
    ]

    /// The value with one place, chosen at random, replaced, removed, doubled or renamed.
    mutating func mutated(_ value: JSONValue) -> JSONValue {
        let stops = Int.random(in: 0..<4, using: &generator) == 0
        switch value {
        case .object(let object) where object.count > 0 && !stops:
            var members = object.members
            let index = Int.random(in: 0..<members.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: members.remove(at: index)
            case 1: members[index].key = members[index].key.uppercased()
            case 2: members[index].value = [members[index].value]
            default: members[index].value = mutated(members[index].value)
            }
            return .object(JSONObject(members))
        case .array(var elements) where !elements.isEmpty && !stops:
            let index = Int.random(in: 0..<elements.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: elements.remove(at: index)
            case 1: elements.append(elements[index])
            case 2: elements[index] = ["value": elements[index]]
            default: elements[index] = mutated(elements[index])
            }
            return .array(elements)
        default: return Self.strange.randomElement(using: &generator) ?? nil
        }
    }
}
