import ModelStorage
import Testing

/// Names as users write them.
@Suite struct ModelNameTests {
    @Test(arguments: [
        ("llama3", "registry.ollama.ai/library/llama3/latest", "llama3:latest"),
        ("llama3:8b", "registry.ollama.ai/library/llama3/8b", "llama3:8b"),
        ("mattw/dolphin:v2.1", "registry.ollama.ai/mattw/dolphin/v2.1", "mattw/dolphin:v2.1"),
        ("hf.co/User/Repo-GGUF:Q4_K_M", "hf.co/User/Repo-GGUF/Q4_K_M", "hf.co/User/Repo-GGUF:Q4_K_M"),
        ("localhost:5000/ns/model", "localhost:5000/ns/model/latest", "localhost:5000/ns/model:latest"),
        ("https://example.com/ns/model:t", "example.com/ns/model/t", "example.com/ns/model:t"),
        ("Registry.Ollama.AI/Library/m", "Registry.Ollama.AI/Library/m/latest", "m:latest"),
        ("registry.ollama.ai/other/m", "registry.ollama.ai/other/m/latest", "other/m:latest"),
        ("_m", "registry.ollama.ai/library/_m/latest", "_m:latest"),
    ])
    func namesAreCompleted(text: String, path: String, display: String) throws {
        let name = try ModelName(text)
        #expect([name.host, name.namespace, name.model, name.tag].joined(separator: "/") == path)
        #expect(name.display == display)
        #expect(try ModelName(name.display).matches(name))
    }

    @Test(arguments: [
        "", ":", "/", "m:", ":t", "/m", "m/", "a//m", "../m", "a/../m", "..", ".", ".m", "m:..", "m:.t", "-m", "a b",
        "m\u{0}", "m\n", "é", "a/b/c/d", "a.b/m", "ns:x/m", "h/n.s/m", "http://m", "http:///n/m", "ftp://h/n/m",
        "m:t/../../x", "C:\\m", "%2e%2e/m", "m:a:b", "/\u{301}m", "m\u{301}",
        String(repeating: "m", count: 81), String(repeating: "h", count: 351) + "/n/m",
    ])
    func othersAreRefused(text: String) {
        #expect(throws: ModelStorageError.invalidName(text)) { try ModelName(text) }
    }

    @Test func lengthsAreAllowedUpToTheirLimits() throws {
        _ = try ModelName(String(repeating: "m", count: 80) + ":" + String(repeating: "t", count: 80))
        _ = try ModelName(String(repeating: "h", count: 350) + "/" + String(repeating: "n", count: 80) + "/m")
    }

    @Test func letterCaseDoesNotTellNamesApart() throws {
        #expect(try ModelName("Llama3:8B").matches(ModelName("llama3:8b")))
        #expect(try !ModelName("llama3:8b").matches(ModelName("llama3:8c")))
    }

    @Test func plainHTTPIsAskedFor() throws {
        #expect(try ModelName("http://h/n/m").asksForPlainHTTP)
        #expect(try !ModelName("https://h/n/m").asksForPlainHTTP)
        #expect(try ModelName("http://h/n/m").host == "h")
    }

    @Test func digestsHaveTwoSpellings() throws {
        let digits = String(repeating: "aB", count: 32)
        #expect(try BlobDigest("sha256:" + digits).description == "sha256:" + digits.lowercased())
        #expect(try BlobDigest("sha256-" + digits) == BlobDigest("sha256:" + digits))
        for text in ["", "sha256:", "sha256:" + digits + "0", "sha1:" + digits, "sha256/" + digits, digits] {
            #expect(throws: ModelStorageError.invalidDigest(text)) { try BlobDigest(text) }
        }
    }
}
