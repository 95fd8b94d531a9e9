import Foundation
import GGUF
import Inference
import TestSupport
import Testing
import Tokenization

/// Against the breakers that llama.cpp makes of the same texts (`fixtures/samplers/dry.json`).
@Suite struct DRYBreakerTests {
    private struct Table: Decodable {
        struct Case: Decodable {
            struct Stage: Decodable {
                let parameters: Parameters
            }
            let name: String
            let stages: [Stage]
        }
        struct Parameters: Decodable {
            let breakers: [String]
            let breaker_tokens: [[TokenID]]
        }
        let cases: [Case]
    }

    @Test func agreesWithTheTable() throws {
        let tokenizer = try Tokenizer(metadata: GGUFFile(path: Fixtures.path("goldens/llama.gguf")).metadata)
        let cases = try Fixtures.json("samplers/dry.json", as: Table.self).cases
        var compared = 0
        for table in cases {
            for stage in table.stages {
                let found = tokenizer.sequenceBreakers(containing: stage.parameters.breakers)
                #expect(Set(found) == Set(stage.parameters.breaker_tokens), "\(table.name)")
                compared += found.count
            }
        }
        #expect(compared > 10)
    }

    @Test func longAndEmptyTextsAreHarmless() throws {
        let tokenizer = try Tokenizer(metadata: GGUFFile(path: Fixtures.path("goldens/llama.gguf")).metadata)
        #expect(tokenizer.sequenceBreakers(containing: ["", ""]).isEmpty)
        let long = tokenizer.sequenceBreakers(containing: [String(repeating: "x", count: 100_000)])
        #expect(long.allSatisfy { $0.count <= 40 } && !long.isEmpty)
    }
}
