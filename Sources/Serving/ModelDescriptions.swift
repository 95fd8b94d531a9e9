import GGUF
import Hashing
import ModelStorage
import Platform
import Synchronization
import WireFormats

// The store's words for models, in the words of the wire.

extension WireFormats.ModelDetails {
    init(_ details: ModelStorage.ModelDetails) {
        self.init()
        parentModel = details.parentModel ?? ""
        format = details.format ?? ""
        family = details.family ?? ""
        families = details.families
        parameterSize = details.parameterSize ?? ""
        quantizationLevel = details.quantization ?? ""
        contextLength = details.contextLength
        embeddingLength = details.embeddingLength
    }
}

extension Capability {
    /// Whether this server can do it with a model that can. It reads and writes text alone.
    var isServed: Bool {
        switch self {
        case .completion, .tools, .insert, .embedding, .thinking: true
        case .vision, .image, .audio: false
        }
    }
}

extension Timestamp {
    init(_ time: FileTime) { self.init(seconds: Int64(time.seconds), nanoseconds: Int32(time.nanoseconds)) }
}

extension ModelCatalog {
    /// All models as lists show them, newest first; those that are not in the store come last.
    func list() throws -> [OllamaTags.Model] {
        let stored = try store.list().models.map { entry in
            OllamaTags.Model(
                name: entry.name.display, modified: Timestamp(entry.modified),
                byteCount: Int64(entry.manifest.byteCount), digest: entry.digest.description,
                details: WireFormats.ModelDetails(ModelDetails(entry)))
        }
        let names = Set(stored.map { $0.name.lowercased() })
        return stored + unstored.filter { !names.contains($0.source.name) }.compactMap { try? tag($0) }
    }

    /// What names the bundled model's version.
    private static let bundledDigest = EmbeddedFiles.model.withBytes { bytes in
        SHA256.hash(bytes.littleEndianIntegers(UInt8.self)).description
    }

    /// A file is too large to be read for a list: its path, size and time stand for it.
    private func digest(_ entry: CatalogEntry, byteCount: Int) -> String {
        guard !entry.source.key.isEmpty else { return Self.bundledDigest }
        let time = modified(entry)
        let text = "\(entry.source.key) \(byteCount) \(time.seconds) \(time.nanoseconds)"
        return SHA256.hash(Array(text.utf8)).description
    }

    /// When its file was last changed.
    private func modified(_ entry: CatalogEntry) -> FileTime {
        guard !entry.source.key.isEmpty else { return built }
        return (try? FileSystem.status(of: entry.source.key))?.modified ?? built
    }

    private func tag(_ entry: CatalogEntry) throws -> OllamaTags.Model {
        let modified = Timestamp(modified(entry))
        if let tag = tags.tag(of: entry.source), tag.modified == modified { return tag }
        let file = try entry.source.open()
        let byteCount = file.parts.reduce(0) { $0 + $1.count }
        let facts = try WeightsFacts(file)
        var tag = OllamaTags.Model(
            name: entry.source.name, modified: modified, byteCount: Int64(byteCount),
            digest: digest(entry, byteCount: byteCount), details: WireFormats.ModelDetails(ModelDetails(facts)))
        var evidence = CapabilityEvidence()
        evidence.model = file.metadata
        tag.capabilities = evidence.capabilities.filter(\.isServed).map(\.rawValue)
        tags.keep(tag, of: entry.source)
        return tag
    }

    /// Everything that can be told of a model.
    func report(named text: String, options: ShowReport.Options) throws -> ShowReport {
        let entry = try entry(named: text)
        guard let stored = entry.stored else {
            let source = entry.source.key.isEmpty ? entry.source.name : entry.source.key
            return try ShowReport(
                try entry.source.open(), source: source, modified: modified(entry), options: options)
        }
        return try ShowReport(stored, options: options)
    }
}

/// What lists say of models that are not in the store: their files are opened again only when they have changed.
final class TagCache: Sendable {
    private let known = Mutex<[String: OllamaTags.Model]>([:])

    func tag(of source: ModelSource) -> OllamaTags.Model? { known.withLock { $0[source.key] } }
    func keep(_ tag: OllamaTags.Model, of source: ModelSource) { known.withLock { $0[source.key] = tag } }
}
