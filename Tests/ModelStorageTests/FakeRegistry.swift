import HTTP
import Hashing
import JSON
import ModelStorage
import Synchronization

/// A registry on a port of this machine, which can misbehave.
final class FakeRegistry: Sendable {
    struct Behaviour: Sendable {
        /// Requests for blobs that are cut off in the middle.
        var cuts = 0
        /// Requests for blobs that are answered with 503.
        var failures = 0
        /// What answers with 503 say of when to come again.
        var retryAfter: String?
        /// When the last cut has been made: more failures, and a delay.
        var failuresAfterCuts = 0
        var delayAfterCuts: Duration = .zero
        /// Pieces of uploads that are refused with 503, half of them taken.
        var uploadFailures = 0
        /// Pieces that are taken before that.
        var uploadsBeforeFailures = 0
        /// Uploads that are forgotten at their first failure.
        var losesUploads = false
        var ignoresRanges = false
        var shiftsRanges = false
        /// Where blobs are said to be.
        var redirect: String?
        /// What has to be said by who asks.
        var authorization: String?
        /// What the challenge names as the place of tokens, in place of the registry's own.
        var realm: String?
        var givesTokens = true
        var damagesBlobs = false
        var manifestFailures = 0
        /// Answers to requests for manifests, in place of a manifest: 400 and these words.
        var refusal: String?
        /// How long the first byte of a part takes.
        var delay: Duration = .zero

        /// The answer of a registry that has too much to do.
        var busy: HTTPResponse {
            HTTPResponse(.serviceUnavailable, headers: retryAfter.map { ["Retry-After": $0] } ?? [:])
        }
    }

    /// What was asked.
    struct Seen: Sendable {
        let method: String
        let path: String
        /// Path and query, as they came.
        let target: String
        let range: String?
        let authorization: String?

        /// Bytes of the range.
        var byteCount: Int {
            let bounds = (range ?? "").split { !$0.isNumber }.compactMap { Int($0) }
            return bounds.count == 2 ? bounds[1] - bounds[0] + 1 : 0
        }
    }

    struct State: Sendable {
        var behaviour = Behaviour()
        var seen: [Seen] = []
        var blobs: [String: [UInt8]] = [:]
        var manifests: [String: [UInt8]] = [:]
        var uploads: [String: [UInt8]] = [:]
        /// Files of the repository `user/repo`, as Hugging Face has them.
        var files: [String: [UInt8]] = [:]
    }

    static let weights = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    static let config = Array(#"{"model_family":"llama"}"#.utf8)

    let state: Mutex<State>

    init(_ behaviour: Behaviour = Behaviour()) {
        var state = State()
        state.behaviour = behaviour
        for bytes in [Self.weights, Self.config] { state.blobs[Self.digest(bytes)] = bytes }
        state.manifests["library/m/latest"] = Self.manifest.bytes
        self.state = Mutex(state)
    }

    static func digest(_ bytes: [UInt8]) -> String { BlobDigest(SHA256.hash(bytes)).description }

    static var manifest: Manifest {
        func layer(_ type: String, _ bytes: [UInt8]) -> Layer {
            Layer(mediaType: type, digest: BlobDigest(SHA256.hash(bytes)), byteCount: bytes.count)
        }
        return Manifest(config: layer(MediaType.config, config), layers: [layer(MediaType.model, weights)])
    }

    func change(_ change: @Sendable (inout Behaviour) -> Void) { state.withLock { change(&$0.behaviour) } }

    var seen: [Seen] { state.withLock { $0.seen } }

    /// Serves on a free port while `body` runs.
    func serve(_ body: (_ authority: String) async throws -> Void) async throws {
        let server = HTTPServer(HTTPServer.Configuration()) { request, responder in
            try? await self.answer(request, responder)
        }
        let address = try server.start()[0]
        do { try await body("\(address)") } catch {
            await server.shutDown(grace: .zero)
            throw error
        }
        await server.shutDown(grace: .zero)
    }

    // MARK: Answers

    private func answer(_ request: HTTPRequest, _ responder: HTTPResponder) async throws {
        let seen = Seen(
            method: request.method, path: request.path, target: request.target.raw,
            range: request.headers["Range"] ?? request.headers["Content-Range"],
            authorization: request.headers["Authorization"])
        let behaviour = state.withLock { state in
            state.seen.append(seen)
            return state.behaviour
        }
        if request.path == "/token" { return try await token(behaviour, responder) }
        let parts = request.target.segments
        if parts.first == "cdn" { return try await blob(parts[1], request, responder) }
        if let wanted = behaviour.authorization, seen.authorization != wanted {
            return try await refuse(request, behaviour, responder)
        }
        if parts.first == "upload" { return try await upload(parts[1], request, responder) }
        if parts.first == "api" { return try await listFiles(responder) }
        if parts.count > 4, parts[2] == "resolve" {
            let name = parts[4...].joined(separator: "/")
            guard let bytes = state.withLock({ $0.files[name] }), parts[3] == Self.commit else {
                return try await responder.send(HTTPResponse(.notFound))
            }
            // Elsewhere, as large files are.
            let headers: HTTPHeaders = ["Location": "/cdn/\(Self.digest(bytes))"]
            return try await responder.send(HTTPResponse(HTTPStatus(302), headers: headers))
        }
        switch (request.method, parts.count > 3 ? parts[3] : "") {
        case ("PUT", "manifests"):
            let bytes = try await request.body.collect(upTo: 1 << 20)
            state.withLock { $0.manifests[parts[1...2].joined(separator: "/") + "/" + parts[4]] = bytes }
            try await responder.send(HTTPResponse(.created))
        case (_, "manifests"): try await manifest(parts, responder)
        case ("POST", "blobs"):
            let id = state.withLock { state in
                state.uploads["\(state.uploads.count)"] = []
                return state.uploads.count - 1
            }
            try await responder.send(HTTPResponse(HTTPStatus(202), headers: ["Location": "/upload/\(id)?a=b"]))
        case (_, "blobs"):
            if let place = behaviour.redirect, request.method == "GET" {
                let headers: HTTPHeaders = ["Location": "\(place)/cdn/\(parts[4])"]
                return try await responder.send(HTTPResponse(HTTPStatus(307), headers: headers))
            }
            try await blob(parts[4], request, responder)
        default: try await responder.send(HTTPResponse(.ok, text: "{}"))
        }
    }

    private func token(_ behaviour: Behaviour, _ responder: HTTPResponder) async throws {
        guard behaviour.givesTokens else {
            return try await responder.send(HTTPResponse(.unauthorized, text: #"{"error":"who are you?"}"#))
        }
        try await responder.send(HTTPResponse(.ok, text: #"{"token":"t"}"#))
    }

    private func refuse(_ request: HTTPRequest, _ behaviour: Behaviour, _ responder: HTTPResponder) async throws {
        let realm = behaviour.realm ?? "http://\(request.headers["Host"] ?? "")/token"
        let challenge =
            behaviour.authorization?.hasPrefix("Basic") == true
            ? #"Basic realm="models""# : #"Bearer realm="\#(realm)",service="s",scope="repository:library/m:pull""#
        try await responder.send(
            HTTPResponse(
                .unauthorized, headers: ["WWW-Authenticate": challenge],
                body: Array(#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#.utf8)))
    }

    private func manifest(_ parts: [String], _ responder: HTTPResponder) async throws {
        let (bytes, fails) = state.withLock { state in
            defer { state.behaviour.manifestFailures -= 1 }
            return (
                state.manifests[parts[1...2].joined(separator: "/") + "/" + parts[4]],
                state.behaviour.manifestFailures > 0
            )
        }
        if fails { return try await responder.send(state.withLock { $0.behaviour.busy }) }
        if let words = state.withLock({ $0.behaviour.refusal }) {
            return try await responder.send(HTTPResponse(.badRequest, text: #"{"error":"\#(words)"}"#))
        }
        guard let bytes else { return try await responder.send(HTTPResponse(.notFound, text: "{}")) }
        try await responder.send(HTTPResponse(.ok, text: String(decoding: bytes, as: UTF8.self)))
    }

    private func blob(_ digest: String, _ request: HTTPRequest, _ responder: HTTPResponder) async throws {
        guard let bytes = state.withLock({ $0.blobs[digest] }) else {
            return try await responder.send(HTTPResponse(.notFound))
        }
        if request.method == "HEAD" { return try await responder.send(HTTPResponse(.ok)) }
        let (fails, cuts, current) = state.withLock { state in
            defer {
                if state.behaviour.failures > 0 {
                    state.behaviour.failures -= 1
                } else if state.behaviour.cuts > 0 {
                    state.behaviour.cuts -= 1
                    if state.behaviour.cuts == 0 {
                        state.behaviour.failures = state.behaviour.failuresAfterCuts
                        state.behaviour.delay = state.behaviour.delayAfterCuts
                    }
                }
            }
            return (state.behaviour.failures > 0, state.behaviour.cuts > 0, state.behaviour)
        }
        if fails { return try await responder.send(current.busy) }
        if current.delay > .zero { try await Task.sleep(for: current.delay) }
        var range = 0..<bytes.count
        let bounds = (request.headers["Range"] ?? "").split { !$0.isNumber }.compactMap { Int($0) }
        let isPart = !current.ignoresRanges && bounds.count == 2
        if isPart { range = bounds[0]..<bounds[1] + 1 }
        var part = Array(bytes[range])
        if current.damagesBlobs { part[0] ^= 1 }
        var headers = HTTPHeaders()
        let first = range.lowerBound + (current.shiftsRanges ? 1 : 0)
        if isPart { headers.set("Content-Range", "bytes \(first)-\(range.upperBound - 1)/\(bytes.count)") }
        let writer = try await responder.begin(
            isPart ? HTTPStatus(206) : .ok, headers: headers, contentLength: part.count)
        try await writer.write(cuts ? Array(part.prefix(part.count / 2)) : part)
        if !cuts { try await writer.finish() }
    }

    // MARK: Files

    static let commit = "0123456789abcdef0123456789abcdef01234567"

    /// Adds files to the repository.
    func add(_ files: [String: [UInt8]]) {
        state.withLock { state in
            for (name, bytes) in files {
                state.files[name] = bytes
                state.blobs[Self.digest(bytes)] = bytes
            }
        }
    }

    private func listFiles(_ responder: HTTPResponder) async throws {
        let siblings = state.withLock { $0.files }.sorted { $0.key < $1.key }.map { name, bytes -> JSONValue in
            guard name.hasSuffix(".gguf") else {
                return ["rfilename": .string(name), "size": .integer(bytes.count), "blobId": "1"]
            }
            let digest = Self.digest(bytes).dropFirst("sha256:".count)
            return [
                "rfilename": .string(name), "size": .integer(bytes.count), "blobId": "2",
                "lfs": ["sha256": .string(String(digest)), "size": .integer(bytes.count), "pointerSize": 134],
            ]
        }
        let list: JSONValue = ["id": "user/repo", "sha": .string(Self.commit), "siblings": .array(siblings)]
        try await responder.send(HTTPResponse(.ok, body: JSONWriter.bytes(list)))
    }

    // MARK: Uploads

    private func upload(_ id: String, _ request: HTTPRequest, _ responder: HTTPResponder) async throws {
        let location: HTTPHeaders = ["Location": "/upload/\(id)?a=b"]
        guard let taken = state.withLock({ $0.uploads[id] }), request.target.query("a") == "b" else {
            return try await responder.send(HTTPResponse(.notFound))
        }
        switch request.method {
        case "PATCH":
            let bytes = try await request.body.collect(upTo: 1 << 20)
            let first = (request.headers["Content-Range"] ?? "").split(separator: "-").first.flatMap { Int($0) }
            guard first == taken.count else { return try await responder.send(HTTPResponse(HTTPStatus(416))) }
            let fails = state.withLock { state in
                let fails = state.behaviour.uploadFailures > 0 && state.behaviour.uploadsBeforeFailures <= 0
                state.behaviour.uploadsBeforeFailures -= 1
                if fails { state.behaviour.uploadFailures -= 1 }
                state.uploads[id] = taken + (fails ? bytes.prefix(bytes.count / 2) : bytes[...])
                if fails, state.behaviour.losesUploads { state.uploads[id] = nil }
                return fails
            }
            let busy = state.withLock { $0.behaviour.busy }
            try await responder.send(fails ? busy : HTTPResponse(HTTPStatus(202), headers: location))
        case "GET":
            var headers = location
            headers.set("Range", "0-\(max(taken.count - 1, 0))")
            try await responder.send(HTTPResponse(.noContent, headers: headers))
        default:
            let digest = request.target.query("digest") ?? ""
            guard Self.digest(taken) == digest else { return try await responder.send(HTTPResponse(.badRequest)) }
            state.withLock { $0.blobs[digest] = taken }
            try await responder.send(HTTPResponse(.created))
        }
    }
}

extension RegistryAccess {
    /// Small pieces and short waits.
    static func forTests(_ environment: [String: String] = [:], home: String? = nil) throws -> RegistryAccess {
        var access = try RegistryAccess(userAgent: "test", environment: environment, home: home)
        access.tuning.partByteCounts = 40_000...50_000
        access.tuning.uploadByteCount = 100_000
        access.tuning.parallelParts = 3
        access.tuning.retryTime = .milliseconds(2)
        access.tuning.noteByteCount = 10_000
        access.tuning.stallTime = .seconds(60)
        return access
    }
}
