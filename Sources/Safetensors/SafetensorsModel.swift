import JSON

/// The tensors of one model, which may be spread over several files.
package struct SafetensorsModel: Sendable {
    /// Tensors in the order of the files, and in each in the order of their bytes.
    package let tensors: [SafetensorsTensor]
    private let indices: [String: Int]

    /// A file and the name by which the index knows it.
    package struct Shard: Sendable {
        package let name: String
        package let path: String

        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// Opens all files.
    ///
    /// - Parameter index: contents of `model.safetensors.index.json`, which says where each tensor is; nil without one.
    /// - Throws: `missingShard`, `missingTensor` or `duplicateTensor` if the files are not what the index says, and
    ///   whatever is wrong with one of them.
    package init(_ shards: [Shard], index: [UInt8]?) throws(SafetensorsError) {
        var tensors: [SafetensorsTensor] = []
        var indices: [String: Int] = [:]
        var homes: [String] = []
        for shard in shards.sorted(by: { $0.name < $1.name }) {
            for tensor in try SafetensorsFile(path: shard.path).tensors {
                if let other = indices.updateValue(tensors.count, forKey: tensor.name) {
                    throw .duplicateTensor(tensor.name, files: [homes[other], shard.name])
                }
                tensors.append(tensor)
                homes.append(shard.name)
            }
        }
        self.tensors = tensors
        self.indices = indices
        guard let index else { return }
        let names = Set(shards.map(\.name))
        for (tensor, file) in try Self.places(index) {
            guard names.contains(file) else { throw .missingShard(tensor: tensor, file: file) }
            guard let found = indices[tensor], homes[found] == file else { throw .missingTensor(tensor, file: file) }
        }
    }

    /// The tensor of that name, or nil.
    package subscript(name: String) -> SafetensorsTensor? { indices[name].map { tensors[$0] } }

    private static func places(_ index: [UInt8]) throws(SafetensorsError) -> [(tensor: String, file: String)] {
        let json: JSONValue
        do { json = try JSONParser.parse(index) } catch { throw .invalidIndex(reason: "\(error)") }
        guard let map = json["weight_map"]?.objectValue else {
            throw .invalidIndex(reason: "'weight_map': expected an object")
        }
        var places: [(tensor: String, file: String)] = []
        for (tensor, file) in map.members {
            guard let file = file.stringValue else {
                throw .invalidIndex(reason: "'weight_map': expected the name of a file for each tensor")
            }
            places.append((tensor, file))
        }
        return places
    }
}
