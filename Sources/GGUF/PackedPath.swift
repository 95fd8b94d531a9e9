/// Where the packed form of a model's weights is kept.
package enum PackedPath {
    /// What its file's name ends in.
    package static let ending = ".packed"
    /// Its folder in a model store, beside the one of the blobs: programs that share a store remove from among the
    /// blobs whatever is none.
    package static let storeFolder = "packed"

    /// The place for a model file: beside it, or for a blob of a store in the store's folder.
    package static func path(ofFile path: String) -> String {
        guard isStored(path) else { return path + ending }
        var names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        names[names.count - 2] = storeFolder
        return names.joined(separator: "/") + ending
    }

    /// Whether a file is a blob of a store: what it holds is its name, and its time says when it was last wanted.
    package static func isStored(_ path: String) -> Bool {
        let names = path.split(separator: "/", omittingEmptySubsequences: false).suffix(2)
        return names.count == 2 && names.first == "blobs" && isBlob(names.last.map(String.init) ?? "")
    }

    /// The place in a folder that holds the packed forms of all models.
    ///
    /// - Parameter key: keeps models apart that have one name.
    package static func path(ofFile path: String, key: UInt64, in folder: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return "\(folder)/\(name)-\(String(key, radix: 16))\(ending)"
    }

    /// The blob whose packed form a file in a store's folder is, or a leftover of writing it; nil for other files.
    package static func blob(ofPackedFile name: String) -> String? {
        guard let mark = name.firstRange(of: ending) else { return nil }
        let blob = String(name[..<mark.lowerBound])
        return isBlob(blob) ? blob : nil
    }

    private static func isBlob(_ name: String) -> Bool {
        let prefix = "sha256-"
        return name.utf8.count == prefix.utf8.count + 64 && name.hasPrefix(prefix)
            && name.utf8.dropFirst(prefix.utf8.count).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
