package import Compute
package import GGUF
import Platform

/// Where packed weights are kept, and what there is for a model.
package struct PackedFiles: Sendable {
    /// A folder for those of all models; nil to keep each beside its model.
    package var folder: String?

    package init(folder: String? = nil) { self.folder = folder }

    /// What there is for a model.
    package enum Finding {
        case nothing
        case usable(PackedFile)
        /// A file that is damaged, or was made from other weights.
        case unusable(ComputeError)
    }

    /// Looks in the folder, if there is one, then beside the model.
    package func find(for file: GGUFFile) -> Finding {
        var finding = Finding.nothing
        for path in paths(for: file) {
            do {
                if let packed = try PackedFile(path: path, of: file.packedSources) { return .usable(packed) }
            } catch {
                if case .nothing = finding { finding = .unusable(error) }
            }
        }
        return finding
    }

    /// Where the packed weights of a model are to be written; nil for a model that is no file.
    package func path(for file: GGUFFile) -> String? { paths(for: file).first }

    /// Removes what a killed process has left of a file that it was writing. One that is being written now stays: it
    /// changes all the time.
    package static func removeLeftovers(of path: String) {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = names.count > 1 ? names.dropLast().joined(separator: "/") + "/" : "./"
        guard let name = names.last, let found = try? FileSystem.names(in: folder) else { return }
        for leftover in found where leftover.hasPrefix(name + ".") && leftover.hasSuffix(".partial") {
            let status = try? FileSystem.status(of: folder + leftover)
            guard let status, status.modified < .now - leftoverAge else { continue }
            _ = try? FileSystem.removeFile(folder + leftover)
        }
    }

    private static let leftoverAge: Duration = .seconds(600)

    private func paths(for file: GGUFFile) -> [String] {
        guard let first = file.parts.first, first.identity != nil else { return [] }
        let beside = PackedPath.path(ofFile: first.path)
        guard let folder else { return [beside] }
        return [PackedPath.path(ofFile: first.path, key: file.packedSources[0].headerHash, in: folder), beside]
    }
}

extension GGUFFile {
    /// The model's files, as packed weights remember them.
    package var packedSources: [PackedSource] {
        parts.map { part in
            let starts = tensors.lazy.filter { $0.bytes.owner === part }.map(\.bytes.range.lowerBound)
            return PackedSource(
                part, headerByteCount: starts.min() ?? part.count, ignoresTime: PackedPath.isStored(part.path))
        }
    }
}
