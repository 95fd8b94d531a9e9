import Foundation
import Hashing
import JSON
import ModelStorage
import Platform
import Testing

/// Models in Ollama's layout.
@Suite struct ModelStoreTests {
    @Test func anEmptyStoreHasNoModels() throws {
        let store = ModelStore(root: NSTemporaryDirectory() + "no-such-store-\(UUID())")
        #expect(try store.list().models.isEmpty)
        try store.prune()
        #expect(!FileManager.default.fileExists(atPath: store.root))
        #expect(throws: ModelStorageError.modelNotFound("m:latest")) { try store.open(ModelName("m")) }
    }

    @Test func modelsAreListedNewestFirst() throws {
        let folder = try TemporaryStore()
        for (index, name) in ["one", "two:8b", "me/three"].enumerated() {
            try folder.addModel(name, weights: name)
            let path = ["library/one/latest", "library/two/8b", "me/three/latest"][index]
            try folder.age("manifests/registry.ollama.ai/" + path, hours: Double(3 - index))
        }
        #expect(try folder.store.list().models.map(\.name.display) == ["me/three:latest", "two:8b", "one:latest"])
    }

    @Test func aModelTellsItsParts() throws {
        let folder = try TemporaryStore()
        let manifest = try folder.addModel(
            "m",
            texts: [
                (MediaType.prompt, "old"), (MediaType.template, "{{ .Prompt }}"), (MediaType.system, "Be kind."),
                (MediaType.license, "MIT"), (MediaType.license, "BSD"),
                (MediaType.parameters, #"{"temperature":0.10,"stop":["a","b"]}"#),
                (MediaType.messages, #"[{"role":"user","content":"hi"}]"#), (MediaType.projector, "projector"),
            ])
        let model = try folder.store.open(ModelName("M:Latest"))
        #expect(model.name.display == "m:latest")
        #expect(model.weights == [folder.store.blobs.path(manifest.layers[0].digest)])
        #expect(try String(contentsOfFile: model.weights[0], encoding: .utf8) == "weights")
        #expect(model.projectors.count == 1 && model.adapters.isEmpty && model.drafts.isEmpty)
        #expect(model.template == "{{ .Prompt }}" && model.system == "Be kind.")
        #expect(model.licenses == ["MIT", "BSD"])
        #expect(JSONWriter.text(.object(model.parameters)) == #"{"temperature":0.10,"stop":["a","b"]}"#)
        #expect(model.messages == [["role": "user", "content": "hi"]])
        #expect(model.config.family == "llama" && model.parent == nil)
        let path = folder.path("manifests/registry.ollama.ai/library/m/latest")
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(model.entry.digest == SHA256.hash(bytes))
        let sizes = model.manifest.blobs.reduce(0) { $0 + $1.byteCount }
        #expect(model.manifest.byteCount == sizes && sizes > 100)
    }

    /// A manifest as Ollama 0.5 wrote it, byte for byte, with a field that nobody knows.
    @Test func unknownFieldsAndBytesAreKept() throws {
        let folder = try TemporaryStore()
        try folder.addModel("base")
        let base = try folder.store.open(ModelName("base"))
        let config = try #require(base.manifest.config)
        let text =
            #"{"schemaVersion": 2, "future": {"x": 1.50}, "config": {"digest": "\#(config.digest)", "mediaType": "#
            + #""c", "size": \#(config.byteCount), "y": null}, "layers": null}"#
        try folder.write(text, to: "manifests/registry.ollama.ai/library/other/latest")
        try folder.store.copy(ModelName("other"), to: ModelName("hf.co/a/copy:Q4"))
        let copy = try String(contentsOfFile: folder.path("manifests/hf.co/a/copy/Q4"), encoding: .utf8)
        #expect(copy == text)
        #expect(try folder.store.open(ModelName("hf.co/a/copy:Q4")).manifest.bytes.count < text.utf8.count)
    }

    @Test func ownManifestsAreOllamas() throws {
        let folder = try TemporaryStore()
        let manifest = try folder.addModel("m")
        let digest = SHA256.hash(Array("weights".utf8))
        let config = try #require(manifest.config)
        let expected =
            #"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"#
            + #""mediaType":"application/vnd.docker.container.image.v1+json","digest":"\#(config.digest)","size":"#
            + #"\#(config.byteCount)},"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"#
            + #""sha256:\#(digest)","size":7}]}"# + "\n"
        #expect(String(decoding: manifest.bytes, as: UTF8.self) == expected)
    }

    @Test func copiesShareBlobsAndOutliveTheOriginal() throws {
        let folder = try TemporaryStore()
        try folder.addModel("m")
        let blobs = folder.files("blobs")
        try folder.store.copy(ModelName("m"), to: ModelName("me/n:x"))
        #expect(folder.files("blobs") == blobs)
        try folder.store.delete(ModelName("m"))
        #expect(folder.files("blobs") == blobs)
        #expect(folder.files("manifests") == ["registry.ollama.ai/me/n/x"])
        #expect(try folder.store.open(ModelName("me/n:x")).weights.count == 1)
        try folder.store.delete(ModelName("ME/N:X"))
        #expect(folder.files("blobs") == [] && folder.files("") == [".lock"])
        #expect(throws: ModelStorageError.modelNotFound("m:latest")) { try folder.store.delete(ModelName("m")) }
        #expect(throws: ModelStorageError.modelNotFound("m:latest")) {
            try folder.store.copy(ModelName("m"), to: ModelName("n"))
        }
    }

    @Test func replacingAModelRemovesWhatOnlyItUsed() throws {
        let folder = try TemporaryStore()
        try folder.addModel("m", weights: "shared", texts: [(MediaType.system, "one")])
        try folder.addModel("M", weights: "shared", texts: [(MediaType.system, "two")])
        #expect(folder.files("manifests") == ["registry.ollama.ai/library/m/latest"])
        let model = try folder.store.open(ModelName("m"))
        #expect(model.system == "two")
        #expect(folder.files("blobs").count == 3)
    }

    @Test func aManifestNeedsItsBlobs() throws {
        let folder = try TemporaryStore()
        let digest = BlobDigest(SHA256.hash([1]))
        let missing = Layer(mediaType: MediaType.model, digest: digest, byteCount: 1)
        #expect(throws: ModelStorageError.blobNotFound(digest)) {
            try folder.store.save([missing], config: ModelConfig(), as: ModelName("m"))
        }
        _ = try folder.store.blobs.write([1])
        let wrong = Layer(mediaType: MediaType.model, digest: digest, byteCount: 2)
        #expect(throws: ModelStorageError.blobSize(digest, expected: 2, found: 1)) {
            try folder.store.save([wrong], config: ModelConfig(), as: ModelName("m"))
        }
        #expect(folder.files("manifests") == [])
    }

    @Test func aModelWhoseBlobIsGoneDoesNotOpen() throws {
        let folder = try TemporaryStore()
        let manifest = try folder.addModel("m")
        try FileManager.default.removeItem(atPath: folder.store.blobs.path(manifest.layers[0].digest))
        #expect(throws: ModelStorageError.blobNotFound(manifest.layers[0].digest)) {
            try folder.store.open(ModelName("m"))
        }
        #expect(try folder.store.list().models.count == 1)
    }

    @Test(arguments: [
        "", "{", "[]", #"{"layers":3}"#, #"{"layers":[{}]}"#, #"{"layers":[{"mediaType":"a","digest":"x","size":1}]}"#,
        #"{"config":{"digest":"sha256:12","size":1,"mediaType":"c"}}"#, "\u{0}\u{1}", #"{"layers":[null]}"#,
        #"{"layers":[{"mediaType":"a","digest":"sha256:\#(String(repeating: "0", count: 64))","size":-1}]}"#,
    ])
    func brokenManifestsAreReportedAndStopRemoval(text: String) throws {
        let folder = try TemporaryStore()
        try folder.addModel("good")
        try folder.write(text, to: "manifests/registry.ollama.ai/library/bad/latest")
        let list = try folder.store.list()
        #expect(list.models.map(\.name.display) == ["good:latest"] && list.problems.count == 1)
        #expect("\(list.problems[0])".contains("bad/latest"))
        #expect(throws: ModelStorageError.self) { try folder.store.open(ModelName("bad")) }
        let blob = try folder.store.blobs.write([1, 2, 3])
        try folder.store.prune(olderThan: .zero)
        #expect(try folder.store.blobs.contains(blob.digest), "its owner may be the manifest that cannot be read")
        try folder.store.delete(ModelName("bad"))
        try folder.store.prune(olderThan: .zero)
        #expect(try !folder.store.blobs.contains(blob.digest))
    }

    @Test func strayFilesAreNoModels() throws {
        let folder = try TemporaryStore()
        try folder.addModel("m")
        for path in ["a", "h/b", "h/n/c", "h/n/m/.hidden", "h/n/m/a b", "h/n/m/t/deeper"] {
            try? folder.write("{}", to: "manifests/" + path)
        }
        #expect(try folder.store.list().models.map(\.name.display) == ["m:latest"])
        #expect(try folder.store.list().problems.isEmpty)
    }

    @Test func pruningRemovesOldLeftoversOnly() throws {
        let folder = try TemporaryStore()
        try folder.addModel("m")
        let used = folder.files("blobs")
        let old = try folder.store.blobs.write([1])
        let new = try folder.store.blobs.write([2])
        let digits = String(repeating: "a", count: 64)
        let others = String(repeating: "b", count: 64)
        let underWay = ["sha256-\(digits)-partial", "sha256-\(digits)-partial-3", "sha256-\(digits)-partial-4"]
        let forgotten = ["sha256-\(others)-partial", "sha256-\(others)-partial-0"]
        for (names, hours) in [
            (["incoming-partial.1f.partial", "notes"], 2.0), (underWay, 24 * 20), (forgotten, 24 * 20),
        ] {
            for name in names {
                try folder.write("x", to: "blobs/" + name)
                try folder.age("blobs/" + name, hours: hours)
            }
        }
        // The files of a download are of use together: one of them is newer.
        try folder.age("blobs/" + underWay[2], hours: 24 * 3)
        try folder.age("blobs/sha256-" + old.digest.hexadecimal, hours: 2)
        try FileManager.default.createDirectory(
            atPath: folder.path("manifests/host/ns/gone"), withIntermediateDirectories: true)
        try folder.store.prune()
        let kept = used + underWay + ["sha256-" + new.digest.hexadecimal, "notes"]
        #expect(folder.files("blobs") == kept.sorted())
        #expect(!FileManager.default.fileExists(atPath: folder.path("manifests/host")))
    }

    @Test func packedWeightsGoWithTheirBlobs() throws {
        let folder = try TemporaryStore()
        let kept = "sha256-" + (try folder.addModel("kept", weights: "one")).layers[0].digest.hexadecimal
        let removed = "sha256-" + (try folder.addModel("removed", weights: "two")).layers[0].digest.hexadecimal
        let lost = "sha256-" + String(repeating: "c", count: 64)
        let leftover = "\(kept).packed.1f.partial"
        for name in ["\(kept).packed", "\(removed).packed", "\(lost).packed", leftover, "notes"] {
            try folder.write("packed", to: "packed/" + name)
            try folder.age("packed/" + name, hours: 2)
        }
        try folder.write("packed", to: "packed/\(kept).packed.2f.partial")
        try folder.store.delete(ModelName("removed"))
        #expect(!folder.files("packed").contains("\(removed).packed"))
        try folder.store.prune()
        #expect(folder.files("packed") == ["notes", "\(kept).packed", "\(kept).packed.2f.partial"])
        #expect(try folder.store.list().models.map(\.name.display) == ["kept:latest"])
    }

    @Test func oldBlobNamesAreRenamed() throws {
        let folder = try TemporaryStore()
        let manifest = try folder.addModel("m")
        let path = folder.store.blobs.path(manifest.layers[0].digest)
        try FileManager.default.moveItem(
            atPath: path, toPath: folder.path("blobs/" + manifest.layers[0].digest.description))
        try folder.store.prune()
        #expect(try folder.store.open(ModelName("m")).weights == [path])
    }

    @Test func aReadOnlyStoreCanBeRead() throws {
        let folder = try TemporaryStore()
        try folder.addModel("m")
        try FileManager.default.removeItem(atPath: folder.path(".lock"))
        for path in ["", "blobs", "manifests"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path(path))
        }
        defer {
            for path in ["", "blobs", "manifests"] {
                try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path(path))
            }
        }
        #expect(try folder.store.open(ModelName("m")).weights.count == 1)
        #expect(folder.files("").contains(".lock") == false)
    }

    /// Writers, deleters and readers at once: at every moment each model that is listed opens or has just been deleted.
    @Test func concurrentChangesLeaveAWholeStore() async throws {
        let folder = try TemporaryStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for round in 0..<15 {
                        do throws(ModelStorageError) {
                            try folder.addModelTyped("m\(round % 3)", weights: "w\(writer % 2)\(round % 4)")
                        } catch {
                            // Another writer's deletion took the blob between its writing and the manifest.
                            guard case .blobNotFound = error else { throw error }
                        }
                        if round % 5 == writer { try? folder.store.delete(ModelName("m\(writer % 3)")) }
                    }
                }
            }
            try await group.waitForAll()
        }
        for entry in try folder.store.list().models { _ = try folder.store.open(entry.name) }
        #expect(try folder.store.list().problems.isEmpty)
        try folder.store.prune(olderThan: .zero)
        let used = Set(try folder.store.list().models.flatMap { $0.manifest.blobs.map(\.digest.hexadecimal) })
        #expect(Set(folder.files("blobs")) == Set(used.map { "sha256-" + $0 }))
    }
}

extension TemporaryStore {
    /// `addModel` with the store's own error.
    fileprivate func addModelTyped(_ name: String, weights: String) throws(ModelStorageError) {
        let blob = try store.blobs.write(Array(weights.utf8))
        let layer = Layer(mediaType: MediaType.model, digest: blob.digest, byteCount: blob.byteCount)
        try store.save([layer], config: ModelConfig(), as: ModelName(name))
    }
}
