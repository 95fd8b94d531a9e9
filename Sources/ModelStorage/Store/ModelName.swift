/// The full name of a model: which registry it comes from, whose it is, what it is called, which variant.
///
/// Written `host/namespace/model:tag`; all but the model have defaults. Upper and lower case are kept but do not tell
/// names apart. Every part is checked when a name is made, so that the path made from it stays inside the store.
///
/// *Source*: Ollama's naming rules.
package struct ModelName: Sendable {
    package let host: String
    package let namespace: String
    package let model: String
    package let tag: String
    /// Whether the name asked for a registry without encryption (`http://…`).
    package let asksForPlainHTTP: Bool

    package static let defaultHost = "registry.ollama.ai"
    package static let defaultNamespace = "library"
    package static let defaultTag = "latest"

    /// Reads a name as users write it; what is missing gets its default.
    ///
    /// - Throws: `invalidName` if a part is empty, too long or has characters that its grammar does not allow.
    package init(_ text: String) throws(ModelStorageError) {
        let colon = text.utf8.lastIndex(of: UInt8(ascii: ":"))
        let slash = text.utf8.lastIndex(of: UInt8(ascii: "/"))
        let tagStart = colon.flatMap { colon in slash.map { $0 < colon } ?? true ? colon : nil }
        let pieces = text[..<(tagStart ?? text.endIndex)].utf8
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String($0) ?? "" }
        let hostText = pieces.dropLast(2).joined(separator: "/")
        let scheme = [Self.plainScheme, Self.secureScheme].first { hostText.hasPrefix($0) } ?? ""
        host = pieces.count > 2 ? String(hostText.dropFirst(scheme.count)) : Self.defaultHost
        namespace = pieces.count > 1 ? pieces[pieces.count - 2] : Self.defaultNamespace
        model = pieces.last ?? ""
        tag = tagStart.map { String(text[text.utf8.index(after: $0)...]) } ?? Self.defaultTag
        asksForPlainHTTP = scheme == Self.plainScheme
        guard isValid else { throw .invalidName(text) }
    }

    /// The name of a stored model, from the folders that its manifest lies in; nil if they are no names.
    init?(host: String, namespace: String, model: String, tag: String) {
        self.host = host
        self.namespace = namespace
        self.model = model
        self.tag = tag
        asksForPlainHTTP = false
        guard isValid else { return nil }
    }

    /// As people read it: without the default host, without the default namespace on it, always with the tag.
    package var display: String {
        if !Self.isSame(host, Self.defaultHost) { return "\(host)/\(namespace)/\(model):\(tag)" }
        if !Self.isSame(namespace, Self.defaultNamespace) { return "\(namespace)/\(model):\(tag)" }
        return "\(model):\(tag)"
    }

    /// Whether both name one model: letter case does not matter.
    package func matches(_ other: ModelName) -> Bool {
        zip(parts, other.parts).allSatisfy { Self.isSame($0, $1) }
    }

    /// Host, namespace, model and tag: the folders and the file of the manifest.
    var parts: [String] { [host, namespace, model, tag] }

    // MARK: Grammar

    private static let plainScheme = "http://"
    private static let secureScheme = "https://"
    private static let hostLengths = 1...350
    private static let lengths = 1...80

    private var isValid: Bool {
        Self.isPart(host, Self.hostLengths, allowing: ".:") && Self.isPart(namespace, Self.lengths, allowing: "")
            && Self.isPart(model, Self.lengths, allowing: ".") && Self.isPart(tag, Self.lengths, allowing: ".")
    }

    /// Letters, digits and underscores, and from the second character on also `-` and those that `allowing` lists.
    private static func isPart(_ part: String, _ lengths: ClosedRange<Int>, allowing extra: String) -> Bool {
        guard lengths.contains(part.utf8.count), let first = part.utf8.first, isWord(first) else { return false }
        return part.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") || extra.utf8.contains($0) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Whether texts of ASCII are the same but for letter case.
    private static func isSame(_ one: String, _ other: String) -> Bool { one.lowercased() == other.lowercased() }
}
