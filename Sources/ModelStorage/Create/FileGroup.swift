import GGUF

/// Files that make one GGUF model: usually one, or all parts of a split one.
struct FileGroup {
    /// The first file's name.
    let name: String
    var files: [CreationRequest.File]

    /// Puts parts of one model together, by their names: `model-00001-of-00003.gguf` and so on. Parts that are not
    /// called so, such as blobs, belong to one model.
    ///
    /// - Parameter isPart: whether a file says of itself that it is a part.
    static func groups(
        _ files: [CreationRequest.File], isPart: (CreationRequest.File) throws(ModelStorageError) -> Bool
    ) throws(ModelStorageError) -> [FileGroup] {
        var groups: [FileGroup] = []
        var places: [String: Int] = [:]
        for file in files {
            var key = partKey(file.name)
            if key == nil, try isPart(file) { key = "" }
            guard let key else {
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
    static func partKey(_ name: String) -> String? { SplitName(name).map { "\($0.model) \($0.count)" } }
}
