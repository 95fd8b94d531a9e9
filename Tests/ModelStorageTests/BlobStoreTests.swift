import Foundation
import Hashing
import ModelStorage
import Platform
import Testing

/// Blobs appear whole or not at all.
@Suite struct BlobStoreTests {
    private let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    @Test func blobsAreCalledByTheirDigest() throws {
        let folder = try TemporaryStore()
        let blob = try folder.store.blobs.write(Array("hello".utf8))
        #expect(blob.digest.hexadecimal == hello && blob.byteCount == 5 && blob.isNew)
        #expect(folder.files("blobs") == ["sha256-\(hello)"])
        #expect(try folder.store.blobs.contents(blob.digest, limit: 5) == Array("hello".utf8))
        #expect(try !folder.store.blobs.write(Array("hello".utf8)).isNew)
    }

    @Test func piecesAreHashedTogether() throws {
        let folder = try TemporaryStore()
        var writer = try folder.store.blobs.begin()
        try writer.write(Array("hel".utf8))
        #expect(folder.files("blobs").allSatisfy { !$0.hasPrefix("sha256") }, "visible before it is whole")
        try writer.write(Array("lo".utf8))
        let blob = try writer.finish(expecting: BlobDigest("sha256:" + hello))
        #expect(blob.digest.hexadecimal == hello)
    }

    @Test func aWrongDigestLeavesNothing() throws {
        let folder = try TemporaryStore()
        let wrong = try BlobDigest("sha256:" + String(repeating: "0", count: 64))
        var writer = try folder.store.blobs.begin()
        try writer.write(Array("hello".utf8))
        do {
            _ = try writer.finish(expecting: wrong)
            Issue.record("must throw")
        } catch {
            #expect(error == .digestMismatch(expected: wrong, found: try BlobDigest("sha256:" + hello)))
            #expect("\(error)" == "digest mismatch, expected \(wrong), got sha256:\(hello)")
        }
        #expect(folder.files("blobs") == [])
    }

    @Test func anAbandonedBlobLeavesNothing() throws {
        let folder = try TemporaryStore()
        do {
            var writer = try folder.store.blobs.begin()
            try writer.write([1, 2, 3])
        }
        #expect(folder.files("blobs") == [])
    }

    @Test func filesAreCopied() throws {
        let folder = try TemporaryStore()
        let bytes = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Data(bytes).write(to: URL(filePath: folder.path("file")))
        var progress: [Int] = []
        let blob = try folder.store.blobs.write(copyOf: MappedBytes(contentsOf: folder.path("file"))) {
            progress.append($0)
        }
        #expect(blob.digest == BlobDigest(SHA256.hash(bytes)))
        #expect(progress.last == bytes.count && progress.sorted() == progress)
        #expect(try folder.store.blobs.contents(blob.digest, limit: bytes.count) == bytes)
    }

    @Test func missingAndLargeBlobsAreErrors() throws {
        let folder = try TemporaryStore()
        let digest = try BlobDigest("sha256:" + hello)
        #expect(throws: ModelStorageError.blobNotFound(digest)) {
            try folder.store.blobs.contents(digest, limit: 10)
        }
        _ = try folder.store.blobs.write(Array("hello".utf8))
        #expect(throws: ModelStorageError.self) { try folder.store.blobs.contents(digest, limit: 4) }
    }

    /// The blobs' folder is a file: the same path through the code as a read-only or full disk.
    @Test func whatCannotBeWrittenIsSaid() throws {
        let folder = try TemporaryStore()
        try folder.write("", to: "blobs")
        do {
            _ = try folder.store.blobs.write([1])
            Issue.record("must throw")
        } catch {
            #expect(error.kind == .failed)
            #expect("\(error)".contains(folder.path("blobs")))
        }
    }

    @Test func concurrentWritersOfOneBlobDoNotDisturbEachOther() async throws {
        let folder = try TemporaryStore()
        let bytes = [UInt8](repeating: 7, count: 100_000)
        try await withThrowingTaskGroup(of: BlobDigest.self) { group in
            for _ in 0..<8 { group.addTask { try folder.store.blobs.write(bytes).digest } }
            for try await digest in group { #expect(digest == BlobDigest(SHA256.hash(bytes))) }
        }
        #expect(folder.files("blobs").count == 1)
    }
}
