package import Foundation
import Platform

/// A folder for the socket of a server inside this process, which nobody else may enter.
///
/// As long as the value lives it holds a lock in its folder, which tells others that the folder is in use.
package final class SocketFolder: Sendable {
    private static let prefix = "swiftllm-socket-"
    private static let lockName = "lock"
    private static let socketName = "server"

    /// The path of the folder.
    package let path: String
    private let lock: FileLock

    package var socketPath: String { "\(path)/\(Self.socketName)" }

    /// Makes one.
    ///
    /// - Parameter parent: where temporary files go.
    package init(in parent: URL) throws {
        let url = parent.appending(path: Self.prefix + UUID().uuidString.prefix(13))
        path = url.path(percentEncoded: false)
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        do {
            lock = try FileLock(path: "\(path)/\(Self.lockName)")
        } catch {
            Self.remove(path)
            throw error
        }
    }

    package func remove() { Self.remove(path) }

    /// Removes what such a folder holds and then the folder, unless something else is in it.
    private static func remove(_ folder: String) {
        for name in [socketName, lockName] { _ = try? FileSystem.removeFile("\(folder)/\(name)") }
        FileSystem.removeEmptyFolder(folder)
    }

    /// Removes this user's folders that nobody holds: a process that is killed leaves its own behind.
    ///
    /// - Parameters:
    ///   - parent: where temporary files go.
    ///   - age: younger ones stay, as they may not be locked yet.
    package static func removeAbandoned(in parent: URL, age: Duration = .seconds(60)) {
        let latest = FileTime.now - age
        for name in (try? FileSystem.names(in: parent.path(percentEncoded: false))) ?? [] where name.hasPrefix(prefix) {
            let folder = parent.appending(path: name).path(percentEncoded: false)
            let lockPath = "\(folder)/\(lockName)"
            // Of the folder itself, not of what a link of that name leads to.
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder)
            guard attributes?[.type] as? FileAttributeType == .typeDirectory,
                (attributes?[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid(),
                let status = try? FileSystem.status(of: folder), status.modified < latest,
                // What has no lock, which the next line would make, is none of ours.
                (try? FileSystem.status(of: lockPath))?.kind == .file,
                let lock = try? FileLock.attempt(path: lockPath)
            else { continue }
            remove(folder)
            _ = consume lock
        }
    }
}
