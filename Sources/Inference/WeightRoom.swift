package import Compute
package import GGUF
package import Models

/// How much memory a model's weights leave to its cache, and whether they fit at all.
package struct WeightRoom: Sendable, Equatable {
    /// Bytes of weights in memory of the process's own.
    package let ownBytes: Int
    /// Bytes of weights in a mapped file: the system drops what it has no room for, and reads it again.
    package let mappedBytes: Int
    /// Bytes that the model may take in all.
    package let limitBytes: Int

    /// The part of memory that mapped weights leave to the cache, however large they are.
    private static let leastCachePart = 4

    package init(ownBytes: Int, mappedBytes: Int, limitBytes: Int) {
        self.ownBytes = ownBytes
        self.mappedBytes = mappedBytes
        self.limitBytes = limitBytes
    }

    package init(_ memory: BackendMemory, limitBytes: Int) {
        self.init(ownBytes: memory.weightBytes, mappedBytes: memory.mappedBytes, limitBytes: limitBytes)
    }

    /// All weights.
    package var weightBytes: Int { ownBytes + mappedBytes }

    /// Bytes for cache and workspace; negative if there is no room for the weights.
    package var freeBytes: Int {
        let rest = limitBytes - weightBytes
        return mappedBytes > 0 ? max(rest, (limitBytes - ownBytes) / Self.leastCachePart) : rest
    }

    /// Whether mapped weights do not all stay in memory beside a cache and workspace of so many bytes.
    package func streams(besides bytes: Int) -> Bool { mappedBytes > 0 && weightBytes + bytes > limitBytes }
}

/// What is worth knowing about a load that went well.
package enum LoadNotice: Sendable, CustomStringConvertible {
    /// Packed weights that cannot be used: the model's file is packed at load.
    case unusablePackedFile(ComputeError)
    /// Not all of the mapped weights fit in memory.
    case largerThanMemory(path: String, WeightRoom)

    package var description: String {
        switch self {
        case .unusablePackedFile(let error): "packed weights are not used: \(error)"
        case .largerThanMemory(let path, let room):
            "\(path): \(room.weightBytes >> 20) MiB of weights do not fit in \(room.limitBytes >> 20) MiB of memory: "
                + "they are read from the file again and again, which is slow"
        }
    }
}

extension PackedFiles {
    /// The packed weights of a model, if there are any that can be used.
    package func find(for file: GGUFFile, notify: (LoadNotice) -> Void) -> PackedFile? {
        switch find(for: file) {
        case .nothing: return nil
        case .usable(let packed): return packed
        case .unusable(let error):
            notify(.unusablePackedFile(error))
            return nil
        }
    }
}
