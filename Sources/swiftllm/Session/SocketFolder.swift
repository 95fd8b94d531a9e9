package import Foundation
import Platform

/// A folder for the socket of a server inside this process, which nobody else may enter.
package struct SocketFolder {
    private static let prefix = "swiftllm-"
    private static let socket = "server"

    package let url: URL
    package var socketPath: String { url.appending(path: Self.socket).path(percentEncoded: false) }

    /// Makes one.
    ///
    /// - Parameter parent: where temporary files go.
    package init(in parent: URL) throws {
        url = parent.appending(path: Self.prefix + UUID().uuidString.prefix(13))
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    package func remove() { try? FileManager.default.removeItem(at: url) }

    /// Removes this user's folders whose server is gone: a process that is killed leaves its own behind.
    ///
    /// - Parameters:
    ///   - age: younger ones stay, as their server may not listen yet.
    ///   - isListening: whether anybody does at that address.
    package static func removeAbandoned(
        in parent: URL, age: Duration = .seconds(60), isListening: (ServerAddress) async -> Bool
    ) async {
        let files = FileManager.default
        let latest = FileTime.now - age
        for name in (try? FileSystem.names(in: parent.path(percentEncoded: false))) ?? [] where name.hasPrefix(prefix) {
            let folder = parent.appending(path: name)
            let path = folder.appending(path: socket).path(percentEncoded: false)
            // Of the folder itself, not of what a link of that name leads to.
            let attributes = try? files.attributesOfItem(atPath: folder.path(percentEncoded: false))
            guard attributes?[.type] as? FileAttributeType == .typeDirectory,
                (attributes?[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid(),
                let status = try? FileSystem.status(of: path), status.modified < latest,
                await !isListening(ServerAddress(socket: path))
            else { continue }
            try? files.removeItem(at: folder)
        }
    }
}
