import Foundation
import Platform
import Testing

/// Files and folders by their paths.
@Suite final class FileSystemTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "files-\(UUID().uuidString)"
        try FileSystem.createFolder(folder + "/a/b//c/")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test func foldersAreMadeWithTheirParents() throws {
        #expect(try FileSystem.status(of: folder + "/a/b/c")?.kind == .folder)
        try FileSystem.createFolder(folder + "/a/b/c")
        #expect(try FileSystem.names(in: folder + "/a") == ["b"])
        #expect(try FileSystem.names(in: folder + "/none") == [])
        #expect(!FileSystem.removeEmptyFolder(folder + "/a"))
        #expect(FileSystem.removeEmptyFolder(folder + "/a/b/c"))
    }

    @Test func filesTellSizeAndTime() throws {
        let path = folder + "/file"
        try Data([1, 2, 3]).write(to: URL(filePath: path))
        let status = try #require(try FileSystem.status(of: path))
        #expect(status.kind == .file && status.byteCount == 3)
        #expect(abs(status.modified.seconds - Int(Date().timeIntervalSince1970)) < 100)
        #expect(try FileSystem.status(of: path + "/below") == nil)
        #expect(try FileSystem.contents(of: path, limit: 3) == [1, 2, 3])
        #expect(throws: PlatformError.notReadable(path: path, reason: "has more than 2 bytes")) {
            try FileSystem.contents(of: path, limit: 2)
        }
        #expect(throws: PlatformError.isDirectory(path: folder)) { try FileSystem.contents(of: folder, limit: 2) }
        #expect(throws: PlatformError.notReadable(path: "/dev/zero", reason: "not a regular file")) {
            try FileSystem.contents(of: "/dev/zero", limit: 2)
        }
        #expect(throws: PlatformError.self) { try FileSystem.createFolder(path + "/below") }
        try FileSystem.rename(path, to: folder + "/other")
        #expect(throws: PlatformError.notFound(path: path)) { try FileSystem.rename(path, to: folder + "/other") }
        #expect(try FileSystem.removeFile(folder + "/other"))
        #expect(try !FileSystem.removeFile(folder + "/other"))
    }

    @Test func aLockHasOneHolder() throws {
        let path = folder + "/lock"
        let lock = try FileLock(path: path)
        #expect(throws: PlatformError.notWritable(path: path, reason: "another process holds the lock")) {
            _ = try FileLock(path: path, patience: .milliseconds(30))
        }
        _ = consume lock
        _ = try FileLock(path: path, patience: .zero)
    }
}
