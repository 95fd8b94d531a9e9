import GGUF
import Testing

@Suite struct PackedPathTests {
    private static let blob = "sha256-" + String(repeating: "0a", count: 32)

    @Test(arguments: [
        ("model.gguf", "model.gguf.packed"), ("/a/b/model.gguf", "/a/b/model.gguf.packed"),
        ("/s/blobs/\(blob)", "/s/packed/\(blob).packed"), ("blobs/\(blob)", "packed/\(blob).packed"),
        ("/s/blobs/model.gguf", "/s/blobs/model.gguf.packed"), ("/s/\(blob)", "/s/\(blob).packed"),
        ("/s/blobs/\(blob)a", "/s/blobs/\(blob)a.packed"),
    ])
    func placesBesideModels(path: String, expected: String) {
        #expect(PackedPath.path(ofFile: path) == expected)
    }

    @Test func placesInAFolder() {
        #expect(PackedPath.path(ofFile: "/a/model.gguf", key: 0xBEEF, in: "/cache") == "/cache/model.gguf-beef.packed")
    }

    @Test func namesOfBlobs() {
        #expect(PackedPath.blob(ofPackedFile: Self.blob + ".packed") == Self.blob)
        #expect(PackedPath.blob(ofPackedFile: Self.blob + ".packed.12.partial") == Self.blob)
        for name in [Self.blob, "notes.packed", "sha256-.packed", "x" + Self.blob + ".packed"] {
            #expect(PackedPath.blob(ofPackedFile: name) == nil, "\(name)")
        }
    }
}
