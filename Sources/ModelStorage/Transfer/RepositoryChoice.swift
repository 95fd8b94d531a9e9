import GGUF

/// A file of a repository.
package struct RepositoryFile: Equatable, Sendable {
    /// With the folders that it lies in.
    package let name: String
    package let byteCount: Int?
    /// Nil where the repository does not tell.
    package let digest: BlobDigest?

    package init(name: String, byteCount: Int?, digest: BlobDigest?) {
        (self.name, self.byteCount, self.digest) = (name, byteCount, digest)
    }

    private static let ending = ".gguf"
    private static let projectorMark = "mmproj"
    private static let matrixMark = "imatrix"

    private var lowerName: String { name.lowercased() }
    private var lastName: String { lowerName.split(separator: "/").last.map(String.init) ?? "" }

    /// Whether it encodes images or sound for a model.
    var isProjector: Bool { lastName.hasSuffix(Self.ending) && lastName.contains(Self.projectorMark) }

    /// Whether it is a model, or a part of one.
    var isWeights: Bool {
        lastName.hasSuffix(Self.ending) && !isProjector && !lastName.contains(Self.matrixMark)
    }

    /// In lower case, without the ending and what tells parts of one model apart.
    var modelName: String { SplitName.model(of: lowerName) }

    /// Which part of a model it is; nil for a whole one.
    var part: SplitName? { SplitName(lowerName) }
}

/// The files of a repository that a tag stands for.
///
/// A tag is a quantisation, which the names of files end in or their folder is called, or a file's name without its
/// folder. `latest` is `Q4_K_M` if there is one, else the only model that there is.
package struct RepositoryChoice {
    /// All parts of a model, in order.
    package let weights: [RepositoryFile]
    /// At most one.
    package let projectors: [RepositoryFile]

    package struct Failure: Error, Equatable {
        package let reason: String

        package init(reason: String) { self.reason = reason }
    }

    private static let preferred = "q4_k_m"
    private static let projectorTypes = ["f16", "bf16", "q8_0", "f32"]
    private static let separators: Set<Character> = ["-", ".", "_", "/"]
    /// Models that a message names.
    private static let namedCount = 30

    /// - Throws: which models there are, if the tag is none of them or several.
    package init(_ tag: String, of files: [RepositoryFile]) throws(Failure) {
        // A model may be there whole, and in parts of several sizes.
        let models = Dictionary(grouping: files.filter(\.isWeights)) {
            [$0.modelName, "\($0.part?.count ?? 1)"]
        }
        let tag = tag.lowercased()
        let isDefault = tag == ModelName.defaultTag
        var found = models.keys.filter { Self.matches($0[0], isDefault ? Self.preferred : tag) }
        if isDefault, found.isEmpty, models.count == 1 { found = Array(models.keys) }
        // `Q4_K_M` is also what `UD-Q4_K_M` ends in: the shortest name has least besides.
        let shortest = found.map { $0[0].count }.min()
        found = found.filter { $0[0].count == shortest }.sorted { Int($0[1]) ?? 0 < Int($1[1]) ?? 0 }
        guard let key = found.first, let parts = models[key] else {
            throw Failure(reason: "there are \(Self.list(models.keys))")
        }
        guard found.allSatisfy({ $0[0] == key[0] }) else { throw Failure(reason: "it may be \(Self.list(found))") }
        weights = try Self.ordered(parts)
        projectors = Self.projector(files.filter(\.isProjector))
    }

    /// Whether a model, with its folder, is what a tag means.
    private static func matches(_ name: String, _ tag: String) -> Bool {
        let wanted = SplitName.model(of: tag)
        return name.split(separator: "/").suffix(2).contains { piece in
            piece.hasSuffix(wanted)
                && (piece.count == wanted.count || separators.contains(piece.dropLast(wanted.count).last ?? " "))
        }
    }

    private static func list(_ keys: some Sequence<[String]>) -> String {
        let sorted = Set(keys.map { $0[0] }).sorted()
        return sorted.prefix(namedCount).joined(separator: ", ") + (sorted.count > namedCount ? ", …" : "")
    }

    private static func projector(_ files: [RepositoryFile]) -> [RepositoryFile] {
        let sorted = files.sorted { $0.name < $1.name }
        let best = projectorTypes.lazy.compactMap { type in
            sorted.first { matches($0.modelName, type) }
        }.first
        return (best ?? sorted.first).map { [$0] } ?? []
    }

    /// Parts in their order, if all are there.
    private static func ordered(_ files: [RepositoryFile]) throws(Failure) -> [RepositoryFile] {
        guard let count = files[0].part?.count else { return [files[0]] }
        let parts = Dictionary(files.map { ($0.part?.number ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
        let missing = (1...count).filter { parts[$0] == nil }
        guard missing.isEmpty else {
            let numbers = missing.prefix(namedCount).map(String.init).joined(separator: ", ")
            throw Failure(reason: "\(files[0].name) is one of \(count) parts, of which these are missing: \(numbers)")
        }
        return (1...count).compactMap { parts[$0] }
    }
}
