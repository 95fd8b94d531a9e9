import ModelStorage
import Testing

/// Which files of a repository a tag stands for.
@Suite struct RepositoryChoiceTests {
    private func chosen(_ tag: String, _ names: [String]) throws -> [String] {
        let files = names.map { RepositoryFile(name: $0, byteCount: 1, digest: nil) }
        let choice = try RepositoryChoice(tag, of: files)
        return (choice.weights + choice.projectors).map(\.name)
    }

    private static let files = [
        "README.md", ".gitattributes", "M-Q4_K_M.gguf", "M-UD-Q4_K_M.gguf", "m-bf16.gguf", "M.Q8_0.gguf",
        "Q6_K/M-Q6_K-00002-of-00002.gguf", "Q6_K/M-Q6_K-00001-of-00002.gguf",
        "M-UD-Q8_K_XL/a-00001-of-00001.gguf", "imatrix.gguf", "M.imatrix.gguf",
        "Q5_K_M/M-Q5_K_M-00001-of-00003.gguf", "Q5_K_M/M-Q5_K_M-00003-of-00003.gguf",
    ]

    @Test(arguments: [
        ("latest", ["M-Q4_K_M.gguf"]), ("Q4_K_M", ["M-Q4_K_M.gguf"]), ("ud-q4_k_m", ["M-UD-Q4_K_M.gguf"]),
        ("BF16", ["m-bf16.gguf"]), ("q8_0", ["M.Q8_0.gguf"]), ("M.Q8_0.gguf", ["M.Q8_0.gguf"]),
        ("Q6_K", ["Q6_K/M-Q6_K-00001-of-00002.gguf", "Q6_K/M-Q6_K-00002-of-00002.gguf"]),
        ("M-Q6_K-00001-of-00002.gguf", ["Q6_K/M-Q6_K-00001-of-00002.gguf", "Q6_K/M-Q6_K-00002-of-00002.gguf"]),
        ("UD-Q8_K_XL", ["M-UD-Q8_K_XL/a-00001-of-00001.gguf"]),
    ])
    func tagsStandForFiles(tag: String, expected: [String]) throws {
        #expect(try chosen(tag, Self.files) == expected)
        #expect(try chosen(tag, Self.files.reversed()) == expected)
    }

    @Test func whatIsNotThereIsSaid() throws {
        let all = "m-bf16, m-q4_k_m, m-ud-q4_k_m, m-ud-q8_k_xl/a, m.q8_0, q5_k_m/m-q5_k_m, q6_k/m-q6_k"
        for tag in ["Q3_K_M", "K_M_", "_k_m", ""] {
            #expect(throws: RepositoryChoice.Failure(reason: "there are \(all)")) { try chosen(tag, Self.files) }
        }
        let parts = "Q5_K_M/M-Q5_K_M-00001-of-00003.gguf is one of 3 parts, of which these are missing: 2"
        #expect(throws: RepositoryChoice.Failure(reason: parts)) { try chosen("q5_k_m", Self.files) }
        #expect(throws: RepositoryChoice.Failure(reason: "it may be a-q8_0, b-q8_0")) {
            try chosen("Q8_0", ["a-Q8_0.gguf", "b-Q8_0.gguf"])
        }
        #expect(throws: RepositoryChoice.Failure.self) { try chosen("latest", ["a-Q8_0.gguf", "a-Q5_0.gguf"]) }
        #expect(try chosen("latest", ["a.gguf", "b.txt"]) == ["a.gguf"])
    }

    /// The same model may be there whole, and in parts of two sizes.
    @Test func oneOfTheSameIsTaken() throws {
        let parts = (1...12).map { "m-q8_0-000\($0 < 10 ? "0" : "")\($0)-of-00012.gguf" }
        let halves = ["m-q8_0-00001-of-00002.gguf", "m-q8_0-00002-of-00002.gguf"]
        #expect(try chosen("q8_0", parts + ["m-q8_0.gguf"] + halves) == ["m-q8_0.gguf"])
        #expect(try chosen("q8_0", parts + halves) == halves)
        #expect(try chosen("q8_0", parts.reversed()) == parts)
    }

    @Test func projectorsComeAlong() throws {
        let files = ["m-q8_0.gguf", "mmproj-m-bf16.gguf", "mmproj-m-f16.gguf", "mmproj-m-f32.gguf"]
        #expect(try chosen("q8_0", files) == ["m-q8_0.gguf", "mmproj-m-f16.gguf"])
        #expect(try chosen("q8_0", ["m-q8_0.gguf", "x-mmproj.gguf"]) == ["m-q8_0.gguf", "x-mmproj.gguf"])
    }

    @Test(arguments: [
        "a-00000-of-00000.gguf", "a-00002-of-00001.gguf", "a-0x001-of-00002.gguf", "-00001-of-00002.gguf",
    ])
    func namesThatOnlyLookLikeParts(name: String) throws {
        #expect(try chosen("latest", [name]) == [name])
    }
}
