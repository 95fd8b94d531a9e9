import HTTP
import Platform
import Synchronization

/// Sends one blob to a registry, unless it is there: a session is begun, the bytes go in pieces, a last request tells
/// the digest. The session of a push that was interrupted is gone on with, if the registry knows it still.
///
/// *Source*: the OCI distribution specification, "Pushing a blob in chunks".
struct BlobUpload: Sendable {
    private let registry: RegistryClient
    private let store: BlobStore
    private let layer: Layer
    private let file: MappedBytes
    /// The repository on the same registry that holds the blob already, if one is known.
    private let origin: String?

    /// Bytes that are handed over at a time.
    private static let pieceByteCount = 256 << 10

    private var tuning: RegistryAccess.Tuning { registry.tuning }

    /// - Throws: `blobNotFound`, `blobSize`.
    init(
        _ layer: Layer, of name: ModelName, from store: BlobStore, to registry: RegistryClient
    ) throws(ModelStorageError) {
        guard let count = try store.byteCount(layer.digest) else { throw .blobNotFound(layer.digest) }
        guard count == layer.byteCount else { throw .blobSize(layer.digest, expected: layer.byteCount, found: count) }
        let path = store.path(layer.digest)
        file = try withFiles { () throws(PlatformError) in try MappedBytes(contentsOf: path) }
        (self.registry, self.store, self.layer) = (registry, store, layer)
        let parent = layer.from.flatMap { try? ModelName($0) }
        origin = parent.flatMap { parent in
            parent.host.lowercased() == name.host.lowercased() ? "\(parent.namespace)/\(parent.model)" : nil
        }
    }

    /// A place where a registry takes bytes, and how many it has.
    private struct Session {
        var url: HTTPURL
        var offset = 0
    }

    /// Sends the blob.
    ///
    /// - Parameter progress: called with the number of bytes that were sent, or were there.
    func run(progress: @escaping @Sendable (Int) -> Void) async throws(ModelStorageError) {
        let note = UploadNote(layer.digest, to: registry, in: store)
        if try await !isThere() { try await send(note, progress) }
        note.close()
        progress(layer.byteCount)
    }

    private func send(
        _ note: borrowing UploadNote, _ progress: @escaping @Sendable (Int) -> Void
    ) async throws(ModelStorageError) {
        var known: Session?
        if let address = note.address { known = try await resumed(address) }
        if known == nil { known = try await begin() }
        guard var session = known else { return }
        var attempt = 1
        while true {
            let before = session.offset
            let failure: ModelStorageError
            do throws(ModelStorageError) {
                note.save("\(session.url)")
                progress(session.offset)
                while session.offset < layer.byteCount {
                    try await send(&session, progress)
                    note.save("\(session.url)")
                }
                return try await end(session)
            } catch {
                failure = error
            }
            if case .registry(let cause) = failure, cause.isLostSession { note.remove() }
            attempt = session.offset > before ? 1 : attempt + 1
            guard case .registry(let cause) = failure, cause.isPassing || cause.isLostSession,
                attempt <= tuning.attempts
            else { throw failure }
            try await registry.pause(before: attempt, after: cause)
            // Where the registry has forgotten the session, all begins anew.
            if let place = try await refreshed(session) {
                session = place
            } else if let again = try await begin() {
                session = again
            } else {
                return
            }
        }
    }

    /// The session of an earlier push; nil if the registry has forgotten it.
    private func resumed(_ address: String) async throws(ModelStorageError) -> Session? {
        guard let url = try? registry.resolve(address, from: registry.base) else { return nil }
        return try await refreshed(Session(url: url))
    }

    private func isThere() async throws(ModelStorageError) -> Bool {
        var call = RegistryCall("HEAD", try registry.url("blobs/\(layer.digest)"))
        call.isAnswer = { [200, 404].contains($0) }
        return try await registry.persistently(call).status == .ok
    }

    /// Begins a session; nil if the registry took the blob from another of its repositories.
    private func begin() async throws(ModelStorageError) -> Session? {
        var path = "blobs/uploads/"
        if let origin { path += "?mount=\(layer.digest)&from=\(origin)" }
        let url = try registry.url(path)
        var call = RegistryCall("POST", url)
        call.isAnswer = { [201, 202].contains($0) }
        let response = try await registry.persistently(call)
        if response.status == .created { return nil }
        return Session(url: try place(response, url))
    }

    /// Where the registry wants the next bytes.
    private func place(_ response: HTTPClientResponse, _ url: HTTPURL) throws(ModelStorageError) -> HTTPURL {
        guard let location = response.headers["Location"] else {
            throw .registry(.status(url: "\(url)", code: response.status.code, message: "no Location came"))
        }
        return try registry.resolve(location, from: url)
    }

    private func send(
        _ session: inout Session, _ progress: @escaping @Sendable (Int) -> Void
    ) async throws(ModelStorageError) {
        let range = session.offset..<min(session.offset + tuning.uploadByteCount, layer.byteCount)
        var call = RegistryCall("PATCH", session.url, headers: ["Content-Type": "application/octet-stream"])
        call.headers.set("Content-Range", "\(range.lowerBound)-\(range.upperBound - 1)")
        call.isUpload = true
        call.isAnswer = { [202, 204].contains($0) }
        let file = file
        call.body = { Self.body(file, range, progress) }
        let response = try await registry.send(call)
        session.url = try place(response, session.url)
        session.offset = range.upperBound
        progress(range.upperBound)
    }

    private static func body(
        _ file: MappedBytes, _ range: Range<Int>, _ progress: @escaping @Sendable (Int) -> Void
    ) -> HTTPClientRequest.Body {
        let position = Mutex(range.lowerBound)
        return .stream(count: range.count) { () throws(HTTPError) in
            let piece = position.withLock { position in
                let end = min(position + pieceByteCount, range.upperBound)
                defer { position = end }
                return position..<end
            }
            guard !piece.isEmpty else { return nil }
            progress(piece.lowerBound)
            defer { file.release(piece) }
            return file.withBytes { $0.extracting(piece).littleEndianIntegers(UInt8.self) }
        }
    }

    private func end(_ session: Session) async throws(ModelStorageError) {
        let target = session.url.target
        let query = "digest=sha256%3A\(layer.digest.hexadecimal)"
        let url: HTTPURL
        do { url = try session.url.with(target: target + (target.contains("?") ? "&" : "?") + query) } catch {
            throw .registry(.network(url: "\(session.url)", error))
        }
        var call = RegistryCall("PUT", url, headers: ["Content-Type": "application/octet-stream"])
        call.isUpload = true
        call.isAnswer = { [201, 204].contains($0) }
        _ = try await registry.send(call)
    }

    /// How many bytes a registry has, and where it wants the next; nil if it does not know the session any more.
    private func refreshed(_ session: Session) async throws(ModelStorageError) -> Session? {
        var call = RegistryCall("GET", session.url)
        call.isAnswer = { $0 < 500 && $0 != 401 && $0 != 429 }
        let response = try await registry.persistently(call)
        guard response.status == .noContent, let range = response.headers["Range"],
            let last = range.split(separator: "-").last.flatMap({ Int($0) }), last < layer.byteCount
        else { return nil }
        // `0-0` is said of no bytes too: all is sent again then.
        guard last > 0 else { return nil }
        let url = response.headers["Location"] == nil ? session.url : try place(response, session.url)
        return Session(url: url, offset: last + 1)
    }
}

extension RegistryError {
    /// Whether the registry does not know where an upload was.
    fileprivate var isLostSession: Bool {
        if case .status(_, let code, _, _) = self { [400, 404, 416].contains(code) } else { false }
    }
}
