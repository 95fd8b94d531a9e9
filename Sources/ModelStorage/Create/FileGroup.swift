/// Files that make one GGUF model: usually one, or all parts of a split one.
struct FileGroup {
    /// The first file's name.
    let name: String
    var files: [CreationRequest.File]

    /// Puts parts of one model together, by their names: `model-00001-of-00003.gguf` and so on.
    static func groups(_ files: [CreationRequest.File]) throws(ModelStorageError) -> [FileGroup] {
        var groups: [FileGroup] = []
        var places: [String: Int] = [:]
        for file in files {
            guard let key = partKey(file.name) else {
                groups.append(FileGroup(name: file.name, files: [file]))
                continue
            }
            if let place = places[key] {
                groups[place].files.append(file)
            } else {
                places[key] = groups.count
                groups.append(FileGroup(name: file.name, files: [file]))
            }
        }
        return groups
    }

    /// What the names of all parts of a model share; nil if the name is not that of a part.
    private static func partKey(_ name: String) -> String? {
        let bytes = Array(name.utf8)
        let suffix = Array("-00000-of-00000.gguf".utf8)
        guard bytes.count >= suffix.count else { return nil }
        let tail = bytes.suffix(suffix.count)
        let fits = zip(tail, suffix).allSatisfy { byte, pattern in
            pattern == UInt8(ascii: "0") ? (48...57).contains(byte) : byte == pattern
        }
        guard fits else { return nil }
        return String(decoding: bytes.dropLast(suffix.count) + tail.dropFirst(6), as: UTF8.self)
    }
}
