import Foundation
import JSON
import Synchronization
import Testing
import WireFormats
import swiftllm

/// Addresses, and what becomes of a server's replies.
@Suite struct ServerAccessTests {
    @Test(
        arguments: [
            ("", "127.0.0.1:11434"), ("0.0.0.0", "127.0.0.1:11434"), ("example.com", "example.com:11434"),
            ("example.com:1234", "example.com:1234"), (":1234", "127.0.0.1:1234"), ("http://1.2.3.4", "1.2.3.4:80"),
            ("https://example.com", "example.com:443"), ("https://example.com:8443/", "example.com:8443"),
            ("http://example.com/ollama/", "example.com:80/ollama"), ("example.com:99999", "example.com:11434"),
            ("example.com:x", "example.com:11434"), ("[::1]", "[::1]:11434"), ("[::]:1234", "[::1]:1234"),
            ("::1", "[::1]:11434"), ("\"example.com\"", "example.com:11434"), (" 'a:1' ", "a:1"),
            ("unix:/run/llm.sock", "unix:/run/llm.sock"), ("[", "[:11434"), ("://", "127.0.0.1:11434"),
        ])
    func addressesAreRead(text: String, expected: String) {
        #expect("\(ServerAddress(environment: ["OLLAMA_HOST": text]).reachable)" == expected)
    }

    @Test func ourVariableComesFirst() {
        let address = ServerAddress(environment: ["OLLAMA_HOST": "a:1", "SWIFTLLM_HOST": "b:2"])
        #expect("\(address)" == "b:2")
        #expect(ServerAddress("https://a").usesTLS)
    }

    @Test func foldersOfKilledServersAreRemoved() throws {
        let parent = URL.temporaryDirectory.appending(path: "folders-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: parent) }
        let living = try SocketFolder(in: parent)
        // Its lock goes with the value, as it does with a process.
        let dead = try SocketFolder(in: parent).path
        try Data().write(to: URL(filePath: "\(dead)/server"))
        let inhabited = try SocketFolder(in: parent).path
        try Data().write(to: URL(filePath: "\(inhabited)/letter"))
        try FileManager.default.createSymbolicLink(
            atPath: parent.appending(path: "swiftllm-socket-link").path(percentEncoded: false),
            withDestinationPath: dead)
        // Whatever else somebody calls so.
        for name in ["swiftllm-notes", "swiftllm-socket-notes"] {
            let folder = parent.appending(path: name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try Data().write(to: folder.appending(path: "server"))
        }
        func names() throws -> Set<String> {
            Set(try FileManager.default.subpathsOfDirectory(atPath: parent.path(percentEncoded: false)))
        }
        let all = try names()
        SocketFolder.removeAbandoned(in: parent)
        #expect(try names() == all)
        SocketFolder.removeAbandoned(in: parent, age: .seconds(-60))
        let gone = URL(filePath: dead).lastPathComponent
        let left = URL(filePath: inhabited).lastPathComponent
        #expect(try names() == all.filter { !$0.hasPrefix(gone) && $0 != "\(left)/lock" })
        living.remove()
        #expect(!FileManager.default.fileExists(atPath: living.path))
        #expect(FileManager.default.fileExists(atPath: "\(inhabited)/letter"))
    }

    /// Answers every request with the same reply, in chunks of a few bytes.
    private struct Canned: ServerTransport {
        let status: Int
        let body: String
        var chunkLength = 3

        func send(_ method: String, _ path: String, body request: ServerRequestBody) async throws -> ServerReply {
            let bytes = Array(body.utf8)
            let rest = Mutex(bytes[...])
            return ServerReply(status: status) { [chunkLength] in
                rest.withLock { rest in
                    let chunk = rest.prefix(chunkLength)
                    rest = rest.dropFirst(chunkLength)
                    return chunk.isEmpty ? nil : Array(chunk)
                }
            }
        }
    }

    private func events(_ body: String, status: Int = 200, chunkLength: Int = 3) async throws -> [ReplyEvent] {
        let server = ModelServer(Canned(status: status, body: body, chunkLength: chunkLength))
        let events = Mutex<[ReplyEvent]>([])
        let request = ChatRequest(model: "m", messages: [], style: ReplyStyle(streams: true))
        try await server.chat(request) { event in events.withLock { $0.append(event) } }
        return events.withLock { $0 }
    }

    private static let stream = """
        {"message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}
        {"message":{"role":"assistant","content":"é日"},"done":false}

        {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","eval_count":2}
        """

    @Test(arguments: [1, 2, 7, 1000])
    func streamsAreCutIntoLines(chunkLength: Int) async throws {
        let events = try await events(Self.stream, chunkLength: chunkLength)
        #expect(events.prefix(2) == [.thinking("Hm"), .text("é日")])
        guard case .finished(let summary) = events.last else {
            Issue.record("no end")
            return
        }
        #expect(summary.usage.completionTokens == 2)
    }

    @Test(
        arguments: [
            (404, #"{"error":"model 'x' not found"}"#, "model 'x' not found"),
            (500, "oops", "line of the server's reply is no JSON"), (503, "", "the server answered with status 503"),
            (200, #"{"error":"broke"}"#, "broke"), (200, "", "the server ended the answer early"),
            (200, #"{"message":{"content":"a"},"done":false}"#, "the server ended the answer early"),
            (200, "[1]", "the server sent no JSON object"),
        ])
    func errorsAreInTheServersWords(status: Int, body: String, message: String) async {
        let error = await #expect(throws: ServerError.self) { try await events(body, status: status) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test func everyPrefixOfAStreamIsAnErrorOrEarly() async throws {
        for length in 0..<Self.stream.utf8.count {
            let cut = String(decoding: Self.stream.utf8.prefix(length), as: UTF8.self)
            await #expect(throws: ServerError.self) { try await events(cut, chunkLength: 64) }
        }
    }

    @Test func sessionsBecomeRequests() throws {
        var session = ChatSession(model: "m")
        session.system = "Be brief."
        session.ask("Hi")
        session.answer(Message(role: .assistant, text: "Hello"))
        session.ask("Again")
        session.answer(Message(role: .assistant))
        session.ask("More")
        #expect(session.request.messages.map(\.text) == ["Be brief.", "Hi", "Hello", "More"])
        session.withdraw()
        try session.setParameter("temperature", values: ["0.5"])
        try session.setParameter("stop", values: ["a", "b c"])
        try session.setParameter("temperature", values: ["1"])
        #expect(session.request.options.temperature == 1)
        #expect(session.request.options.stop == ["a", "b c"])
        #expect(session.parameters.map(\.name) == ["stop", "temperature"])
        for (name, value) in [("seed", "x"), ("nonsense", "1"), ("temperature", "hot")] {
            #expect(throws: WireError.self) { try session.setParameter(name, values: [value]) }
        }
        #expect(
            "\(session.createRequest(named: "copy"))"
                == #"{"model":"copy","from":"m","system":"Be brief.","parameters":{"temperature":1.0,"stop":["a","b c"]},"#
                + #""messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}"#)
        session.clear()
        #expect(session.request.messages.map(\.text) == ["Be brief."])
    }
}
