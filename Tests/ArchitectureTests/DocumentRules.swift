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

extension Repository {
    /// Every Markdown file at the root and under `docs/`.
    static let documents: [String] = {
        let root = Fixtures.root.path(percentEncoded: false)
        let top = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let docs = FileManager.default.enumerator(atPath: root + "/docs")?.compactMap { $0 as? String } ?? []
        return (top + docs.map { "docs/" + $0 }).filter { $0.hasSuffix(".md") }.sorted()
    }()
}

/// Documents that name code must name code that exists.
@Suite struct DocumentRules {
    @Test func documentsAreFound() { #expect(Repository.documents.count > 8) }

    @Test(arguments: Repository.documents)
    func linksResolve(document: String) throws {
        let folder = (document as NSString).deletingLastPathComponent
        for match in try Repository.text(document).matches(of: #/\]\(([^)#:]+)(#[^)]*)?\)/#) {
            let target = (folder as NSString).appendingPathComponent(String(match.1))
            let path = (target as NSString).standardizingPath
            #expect(Repository.exists(path), "\(document) links to \(match.1), which does not exist")
        }
    }

    /// One token's walk names code beside each link: `[text](../file#name)` must find `name` in the file.
    @Test func namedCodeExists() throws {
        let links = try Repository.text("docs/one-token.md").matches(of: #/\]\(\.\./([^)#]+)#([A-Za-z0-9_]+)\)/#)
        #expect(links.count >= 12)
        for link in links {
            #expect(try Repository.text(String(link.1)).contains(link.2), "\(link.1) does not mention \(link.2)")
        }
    }
}
