package import Foundation
import Platform

/// A folder for the socket of a server inside this process, which nobody else may enter.
///
/// As long as the value lives it holds a lock in its folder, which tells others that the folder is in use.
package final class SocketFolder: Sendable {
    private static let prefix = "swiftllm-"
    private static let lockName = "lock"

    package let url: URL
    private let lock: FileLock

    package var socketPath: String { url.appending(path: "server").path(percentEncoded: false) }

    /// Makes one.
    ///
    /// - Parameter parent: where temporary files go.
    package init(in parent: URL) throws {
        url = parent.appending(path: Self.prefix + UUID().uuidString.prefix(13))
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        lock = try FileLock(path: url.appending(path: Self.lockName).path(percentEncoded: false))
    }

    package func remove() { try? FileManager.default.removeItem(at: url) }

    /// Removes this user's folders that nobody holds: a process that is killed leaves its own behind.
    ///
    /// - Parameters:
    ///   - parent: where temporary files go.
    ///   - age: younger ones stay, as they may not be locked yet.
    package static func removeAbandoned(in parent: URL, age: Duration = .seconds(60)) {
        let latest = FileTime.now - age
        for name in (try? FileSystem.names(in: parent.path(percentEncoded: false))) ?? [] where name.hasPrefix(prefix) {
            let folder = parent.appending(path: name)
            let path = folder.path(percentEncoded: false)
            // Of the folder itself, not of what a link of that name leads to.
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard attributes?[.type] as? FileAttributeType == .typeDirectory,
                (attributes?[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid(),
                let status = try? FileSystem.status(of: path), status.modified < latest,
                let lock = try? FileLock.attempt(path: path + "/" + lockName)
            else { continue }
            try? FileManager.default.removeItem(at: folder)
            _ = consume lock
        }
    }
}
