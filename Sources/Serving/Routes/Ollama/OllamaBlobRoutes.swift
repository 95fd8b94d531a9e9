import HTTP
import ModelStorage
import WireFormats

extension OllamaRoutes {
    /// `HEAD /api/blobs/:digest`
    static func hasBlob(_ call: RouteCall) async throws {
        let digest = try digest(call)
        guard try call.server.catalog.store.blobs.contains(digest) else {
            throw OllamaError.blobNotFound(digest.description)
        }
        try await call.reply(status: .ok)
    }

    /// `POST /api/blobs/:digest`: bytes go to the disk as they come, and appear when all are there and right.
    static func addBlob(_ call: RouteCall) async throws {
        let digest = try digest(call)
        let blobs = call.server.catalog.store.blobs
        if try blobs.contains(digest) { return try await call.reply(status: .ok) }
        var writer = try blobs.begin()
        while let part = try await call.request.body.next() { try writer.write(part) }
        do {
            _ = try writer.finish(expecting: digest)
        } catch {
            guard case .digestMismatch(let expected, let found) = error else { throw error }
            throw OllamaError.digestMismatch(expected: expected.description, found: found.description)
        }
        try await call.reply(status: .created)
    }

    private static func digest(_ call: RouteCall) throws(WireError) -> BlobDigest {
        guard let digest = try? BlobDigest(call.parameters["digest"] ?? "") else {
            throw OllamaError.invalidDigest
        }
        return digest
    }
}
