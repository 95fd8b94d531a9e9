import Foundation
import TestSupport
import Testing

/// Files of the repository that are not Swift.
enum Repository {
    static func text(_ path: String) throws -> String {
        try String(contentsOf: Fixtures.root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: Fixtures.root.appending(path: path).path(percentEncoded: false))
    }
}

/// Documents that name code must name code that exists.
@Suite struct DocumentRules {
    static let documents = [
        "README.md", "CONTRIBUTING.md", "docs/one-token.md", "docs/glossary.md", "docs/architecture.md",
        "docs/unsafe.md", "docs/howto-add-architecture.md", "docs/howto-add-quant-type.md",
    ]

    @Test(arguments: documents)
    func linksResolve(document: String) throws {
        let text = try Repository.text(document)
        let folder = (document as NSString).deletingLastPathComponent
        var links = 0
        for match in text.matches(of: #/\]\(([^)#:]+)(#[^)]*)?\)/#) {
            let target = (folder as NSString).appendingPathComponent(String(match.1))
            let path = (target as NSString).standardizingPath
            #expect(Repository.exists(path), "\(document) links to \(match.1), which does not exist")
            links += 1
        }
        if document == "docs/one-token.md" { #expect(links >= 8, "the walk through one token links to the code") }
    }

    /// One token's walk names a function beside each link: `[text](file#name)` must find `name` in the file.
    @Test func namedCodeExists() throws {
        let text = try Repository.text("docs/one-token.md")
        for match in text.matches(of: #/\]\(\.\./([^)#]+)#([A-Za-z0-9_]+)\)/#) {
            let file = try Repository.text(String(match.1))
            #expect(file.contains(match.2), "\(match.1) does not mention \(match.2)")
        }
    }
}
