import GGUF
import Hashing
import ModelStorage
import Platform
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
        return stored + unstored.filter { !names.contains($0.source.name) }.compactMap { try? Self.tag($0) }
    }

    private static func tag(_ entry: CatalogEntry) throws -> OllamaTags.Model {
        let file = try entry.source.open()
        let facts = try WeightsFacts(file)
        var tag = OllamaTags.Model(
            name: entry.source.name, modified: Timestamp(entry.modified), byteCount: Int64(entry.byteCount(file)),
            digest: String(repeating: "0", count: 64), details: WireFormats.ModelDetails(ModelDetails(facts)))
        var evidence = CapabilityEvidence()
        evidence.model = file.metadata
        tag.capabilities = evidence.capabilities.map(\.rawValue)
        return tag
    }

    /// Everything that can be told of a model.
    func report(named text: String, options: ShowReport.Options) throws -> ShowReport {
        let entry = try entry(named: text)
        guard let stored = entry.stored else {
            let source = entry.source.key.isEmpty ? entry.source.name : entry.source.key
            return try ShowReport(
                try entry.source.open(), source: source, modified: entry.modified, options: options)
        }
        return try ShowReport(stored, options: options)
    }
}

extension CatalogEntry {
    /// When its file was last changed.
    fileprivate var modified: FileTime {
        (try? FileSystem.status(of: source.key))?.modified ?? FileTime(seconds: 0)
    }

    fileprivate func byteCount(_ file: GGUFFile) -> Int { file.parts.reduce(0) { $0 + $1.count } }
}
