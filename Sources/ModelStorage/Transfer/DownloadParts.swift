import JSON
import Platform

/// A range of a blob and how much of it is there.
struct DownloadPart: Equatable, Sendable {
    let number: Int
    let offset: Int
    let byteCount: Int
    var completed: Int

    var isComplete: Bool { completed == byteCount }
}

/// What is known of a download that is under way: `sha256-…-partial` holds the bytes, `sha256-…-partial-N` say how far
/// each part is, as Ollama has it, so that either program goes on where the other was.
///
/// Bytes are written before the note that tells of them, and notes are replaced whole. So whatever moment a process is
/// killed at, the notes never claim more than is there.
struct DownloadParts: Sendable {
    /// The file of bytes.
    let path: String
    let byteCount: Int

    private static let noteByteLimit = 4096

    /// How far earlier attempts came; empty if there is nothing to go on with.
    func found() throws(ModelStorageError) -> [DownloadPart] {
        let path = path
        let status = try withFiles { () throws(PlatformError) in try FileSystem.status(of: path) }
        guard status?.byteCount == byteCount else { return [] }
        var parts: [DownloadPart] = []
        var end = 0
        while end < byteCount, let part = note(parts.count), part.offset == end {
            parts.append(part)
            end += part.byteCount
        }
        return end == byteCount ? parts : []
    }

    /// Begins anew.
    func fresh(_ tuning: RegistryAccess.Tuning) throws(ModelStorageError) -> [DownloadPart] {
        try removeNotes()
        let bounds = tuning.partByteCounts
        let size = min(max(byteCount / tuning.parallelParts, bounds.lowerBound), bounds.upperBound)
        return stride(from: 0, to: byteCount, by: size).enumerated().map { number, offset in
            DownloadPart(number: number, offset: offset, byteCount: min(size, byteCount - offset), completed: 0)
        }
    }

    /// All in one part, for registries that give nothing else: what is there up to the first gap stays.
    func joined(_ parts: [DownloadPart]) throws(ModelStorageError) -> [DownloadPart] {
        var completed = 0
        for part in parts {
            completed += part.completed
            if !part.isComplete { break }
        }
        try removeNotes()
        let whole = DownloadPart(number: 0, offset: 0, byteCount: byteCount, completed: completed)
        try save(whole)
        return [whole]
    }

    /// Notes how far a part is.
    func save(_ part: DownloadPart) throws(ModelStorageError) {
        let json: JSONValue = [
            "N": .integer(part.number), "Offset": .integer(part.offset), "Size": .integer(part.byteCount),
            "Completed": .integer(part.completed),
        ]
        let path = "\(path)-\(part.number)"
        try withFiles { () throws(PlatformError) in
            var file = try AtomicFile(path: path)
            try JSONWriter.bytes(json).withBytes { bytes throws(PlatformError) in try file.write(bytes) }
            try file.finish()
        }
    }

    /// Removes the notes, and with `bytes` what they speak of.
    func removeNotes() throws(ModelStorageError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let prefix = (parts.last ?? "") + "-"
        try withFiles { () throws(PlatformError) in
            for name in try FileSystem.names(in: folder) where name.hasPrefix(prefix) {
                guard name.dropFirst(prefix.count).utf8.first.map({ (48...57).contains($0) }) == true else { continue }
                try FileSystem.removeFile("\(folder)/\(name)")
            }
        }
    }

    private func note(_ number: Int) -> DownloadPart? {
        let path = "\(path)-\(number)"
        guard let bytes = try? FileSystem.contents(of: path, limit: Self.noteByteLimit),
            let json = try? JSONText.parse(bytes, path: path), json["N"]?.intValue == number,
            let offset = json["Offset"]?.intValue, let size = json["Size"]?.intValue,
            let completed = json["Completed"]?.intValue, (0...byteCount).contains(offset),
            size > 0, size <= byteCount - offset, (0...size).contains(completed)
        else { return nil }
        return DownloadPart(number: number, offset: offset, byteCount: size, completed: completed)
    }
}
