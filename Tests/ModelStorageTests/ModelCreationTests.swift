import Foundation
import GGUF
import JSON
import ModelStorage
import Platform
import Quantization
import Synchronization
import TestSupport
import Testing

/// Models made from files and from other models.
@Suite struct ModelCreationTests {
    private let folder: TemporaryStore
    private let creation: ModelCreation

    init() throws {
        folder = try TemporaryStore()
        creation = ModelCreation(store: folder.store, taskCount: 2) { $0.contains("{{ bad") ? "line 1: bad" : nil }
    }

    private var store: ModelStore { folder.store }

    private func request(_ name: String, gguf: String) throws -> CreationRequest {
        var request = CreationRequest(name: try ModelName(name))
        request.files = [.init(name: "model.gguf", source: .path(Fixtures.path(gguf)))]
        return request
    }

    @discardableResult
    private func create(_ request: CreationRequest) async throws -> [ModelCreation.Status] {
        let lines = Mutex<[ModelCreation.Status]>([])
        try await creation.run(request) { status in lines.withLock { $0.append(status) } }
        return lines.withLock { $0 }
    }

    @Test func aFileBecomesAModel() async throws {
        let lines = try await create(request("m", gguf: "goldens/llama.gguf"))
        let model = try store.open(ModelName("m"))
        let bytes = try Data(contentsOf: URL(filePath: Fixtures.path("goldens/llama.gguf")))
        #expect(try Data(contentsOf: URL(filePath: model.weights[0])) == bytes)
        let file = try GGUFFile(path: model.weights[0])
        #expect(model.config.format == "gguf" && model.config.family == "llama")
        #expect(model.config.families == ["llama"])
        #expect(model.config.parameterSize == (try WeightsFacts(file).parameterSize))
        #expect(lines.map(\.text).first == "parsing GGUF" && lines.map(\.text).last == "success")
        #expect(lines.contains { $0.text == "creating new layer \(model.manifest.layers[0].digest)" })
        #expect(lines.contains { $0.text == "writing manifest" })
        let copy = try #require(lines.last { $0.total != nil })
        #expect(copy.completed == bytes.count && copy.total == bytes.count)
        #expect(folder.files("blobs").allSatisfy { $0.hasPrefix("sha256-") })
        let again = try await create(request("n", gguf: "goldens/llama.gguf"))
        #expect(again.contains { $0.text == "using existing layer \(model.manifest.layers[0].digest)" })
    }

    @Test func aModelInheritsAndReplaces() async throws {
        var base = try request("base", gguf: "goldens/llama.gguf")
        base.template = "{{ .Prompt }}"
        base.system = "old"
        base.licenses = ["MIT"]
        base.parameters = object(["temperature": 0.5, "stop": "a"])
        base.messages = [["role": "user", "content": "hi"]]
        base.parser = "qwen3"
        try await create(base)
        var derived = CreationRequest(name: try ModelName("derived"))
        derived.from = try ModelName("BASE")
        derived.system = "new"
        derived.licenses = ["BSD"]
        derived.parameters = object(["top_k": 5, "stop": ["b", "c"]])
        derived.requires = "0.14"
        try await create(derived)
        let model = try store.open(ModelName("derived"))
        #expect(model.template == "{{ .Prompt }}" && model.system == "new" && model.licenses == ["MIT", "BSD"])
        #expect(JSONWriter.text(.object(model.parameters)) == #"{"stop":["b","c"],"temperature":0.5,"top_k":5}"#)
        #expect(model.messages.count == 1 && model.config.parser == "qwen3" && model.config.requires == "0.14")
        #expect(model.parent == "base:latest" && model.config.family == "llama")
        #expect(try store.open(ModelName("base")).parameters["stop"] == ["a"])
        derived.system = ""
        derived.messages = [["role": "user", "content": "x"], ["role": "assistant", "content": "y"]]
        derived.template = "{{ .Response }}"
        try await create(derived)
        let second = try store.open(ModelName("derived"))
        #expect(second.system == nil && second.messages.count == 2 && second.template == "{{ .Response }}")
    }

    @Test func weightsAreQuantized() async throws {
        var plain = try request("f32", gguf: "goldens/llama.gguf")
        try await create(plain)
        plain.name = try ModelName("q8")
        plain.quantization = "q8_0"
        let lines = try await create(plain)
        let model = try store.open(ModelName("q8"))
        let file = try GGUFFile(path: model.weights[0])
        let mix = try #require(QuantizationMix(name: "Q8_0"))
        let expected = try GGUFQuantizer(GGUFFile(path: Fixtures.path("goldens/llama.gguf")), mix: mix)
        #expect(file.tensors.map(\.type) == expected.changes.map(\.type))
        #expect(model.config.quantization == "Q8_0")
        let status = try #require(lines.last { $0.text.hasPrefix("quantizing") })
        #expect(status.text.hasSuffix("model to Q8_0") && status.completed == status.total)
        var derived = CreationRequest(name: try ModelName("q4"))
        derived.from = try ModelName("f32")
        derived.quantization = "Q4_K"
        try await create(derived)
        #expect(try store.open(ModelName("q4")).config.quantization == "Q4_K_M")
        derived.from = try ModelName("q8")
        await #expect(throws: ModelStorageError.self) { try await create(derived) }
        derived.quantization = "Q8_0"
        try await create(derived)
        #expect(try store.open(ModelName("q4")).weights == model.weights)
        #expect(folder.files("blobs").allSatisfy { $0.hasPrefix("sha256-") && $0.count == 71 })
    }

    @Test func partsStayApart() async throws {
        let whole = try GGUFFile(path: Fixtures.path("goldens/llama.gguf"))
        var request = CreationRequest(name: try ModelName("split"))
        // As uploaded blobs, in the wrong order.
        for part in [1, 0, 2] {
            let path = try writePart(part, of: 3, whole)
            let blob = try store.blobs.write([UInt8](Data(contentsOf: URL(filePath: path))))
            request.files.append(.init(name: "m-0000\(part + 1)-of-00003.gguf", source: .blob(blob.digest)))
        }
        try await create(request)
        let model = try store.open(ModelName("split"))
        try expectSame(model.openWeights(), whole)
        #expect(model.weights.count == 3 && model.config.family == "llama")
        #expect(model.manifest.layers.map(\.mediaType) == Array(repeating: MediaType.model, count: 3))
        // As files, of which any leads to all.
        var second = CreationRequest(name: try ModelName("second"))
        second.files = [.init(name: "x.gguf", source: .path(folder.path("m-00002-of-00003.gguf")))]
        try await create(second)
        #expect(try store.open(ModelName("second")).weights == model.weights)
        // As a Modelfile names one of them, or all blobs of a model that is there.
        for text in ["FROM m-00003-of-00003.gguf", model.weights.map { "FROM \($0)" }.joined(separator: "\n")] {
            let modelfile = try Modelfile(parsing: Array(text.utf8))
            let third = try CreationRequest(modelfile, name: ModelName("third"), folder: folder.root, home: "/")
            #expect(third.files.count == 3)
            try await create(third)
            #expect(try store.open(ModelName("third")).weights == model.weights)
        }
        let count = folder.files("blobs").count
        #expect(count == 4, "three parts and one config for all")
    }

    @Test func partsOfNoWholeAreRefused() async throws {
        let whole = try GGUFFile(path: Fixtures.path("goldens/llama.gguf"))
        var files: [CreationRequest.File] = []
        for part in 0..<3 {
            let path = try writePart(part, of: 3, whole)
            files.append(.init(name: "m-0000\(part + 1)-of-00003.gguf", source: .path(path)))
        }
        var request = CreationRequest(name: try ModelName("split"))
        for wrong in [[files[0], files[0], files[0]], [files[0], files[2]], [files[2], files[0], files[2]]] {
            request.files = wrong
            await #expect(throws: ModelStorageError.self) { try await create(request) }
        }
        // A part of another model, that has as many parts and as many tensors.
        let other = try GGUFFile(path: Fixtures.path("goldens/qwen3.gguf"))
        let foreign = try writePart(2, of: 3, other)
        request.files = Array(files[..<2]) + [.init(name: "m-00003-of-00003.gguf", source: .path(foreign))]
        await #expect(throws: ModelStorageError.self) { try await create(request) }
        let blob = try store.blobs.write([UInt8](Data(contentsOf: URL(filePath: folder.path("m-00001-of-00003.gguf")))))
        request.files = [.init(name: "m-00001-of-00003.gguf", source: .blob(blob.digest))]
        let error = ModelStorageError.incompleteParts(name: "m-00001-of-00003.gguf", expected: 3, found: 1)
        await #expect(throws: error) { try await create(request) }
        #expect("\(error)" == "m-00001-of-00003.gguf: is split into 3 parts, of which 1 is there: expected all of them")
        #expect(folder.files("manifests") == [])
    }

    /// What is done with models is done with those in parts, too.
    @Test func partsAreOneModel() async throws {
        let whole = try GGUFFile(path: Fixtures.path("goldens/llama.gguf"))
        var request = CreationRequest(name: try ModelName("split"))
        request.files = try (0..<3).map { part in
            CreationRequest.File(
                name: "m-0000\(part + 1)-of-00003.gguf", source: .path(try writePart(part, of: 3, whole)))
        }
        try await create(request)
        let parts = try store.open(ModelName("split")).weights
        var derived = CreationRequest(name: try ModelName("derived"))
        derived.from = try ModelName("split")
        derived.system = "Be brief."
        try await create(derived)
        let model = try store.open(ModelName("derived"))
        #expect(model.weights == parts && model.system == "Be brief." && model.parent == "split:latest")
        let report = try ShowReport(model)
        #expect(report.tensors.count == whole.tensors.count)
        #expect(parts.allSatisfy { report.modelfile.contains("FROM \($0)") })
        derived.name = try ModelName("small")
        derived.quantization = "Q8_0"
        try await create(derived)
        let small = try store.open(ModelName("small"))
        #expect(small.weights.count == 1 && small.config.quantization == "Q8_0")
        #expect(try small.openWeights().tensors.count == whole.tensors.count)
        try store.copy(ModelName("split"), to: ModelName("copy"))
        for name in ["split", "derived"] { try store.delete(ModelName(name)) }
        try store.prune(olderThan: .zero)
        try expectSame(store.open(ModelName("copy")).openWeights(), whole)
        try store.delete(ModelName("copy"))
        #expect(parts.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
        // A part that goes astray is missed by name, not by a wrong answer.
        try await create(request)
        try FileManager.default.removeItem(atPath: parts[1])
        #expect(throws: ModelStorageError.self) { try store.open(ModelName("split")) }
    }

    /// Writes one part of a model into the folder: every third tensor.
    private func writePart(_ part: Int, of count: Int, _ file: GGUFFile) throws -> String {
        var metadata = part == 0 ? file.metadata : Metadata()
        metadata["split.no"] = .uint16(UInt16(part))
        metadata["split.count"] = .uint16(UInt16(count))
        metadata["split.tensors.count"] = .int32(Int32(file.tensors.count))
        let tensors = file.tensors.enumerated().filter { $0.offset % count == part }.map(\.element)
        let path = folder.path("m-0000\(part + 1)-of-0000\(count).gguf")
        var writer = try GGUFWriter(
            path: path, metadata: metadata,
            tensors: tensors.map { TensorPlan(name: $0.name, shape: $0.shape, type: $0.type) })
        for tensor in tensors { try tensor.bytes.withBytes { bytes in try writer.write(bytes) } }
        try writer.finish()
        return path
    }

    private func expectSame(_ file: GGUFFile, _ whole: GGUFFile) throws {
        #expect(file.metadata.keys.filter { !$0.hasPrefix("split.") } == whole.metadata.keys)
        for tensor in whole.tensors {
            let copy = try file.tensor(tensor.name)
            let bytes = copy.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) }
            #expect(copy.shape == tensor.shape && copy.type == tensor.type)
            #expect(bytes == tensor.bytes.withBytes { $0.littleEndianIntegers(UInt8.self) })
        }
    }

    @Test func wrongRequestsAreRefused() async throws {
        var none = CreationRequest(name: try ModelName("m"))
        await #expect(throws: ModelStorageError.noSource) { try await create(none) }
        none.from = try ModelName("absent")
        await #expect(throws: ModelStorageError.modelNotFound("absent:latest")) { try await create(none) }
        var bad = try request("m", gguf: "goldens/llama.gguf")
        bad.quantization = "Q9"
        await #expect(throws: ModelStorageError.self) { try await create(bad) }
        bad.quantization = nil
        bad.template = "{{ bad"
        await #expect(throws: ModelStorageError.invalidTemplate(reason: "line 1: bad")) { try await create(bad) }
        bad.template = nil
        bad.adapters = bad.files
        await #expect(throws: ModelStorageError.notAdapter(fileName: "model.gguf")) { try await create(bad) }
        bad.adapters += bad.files
        await #expect(throws: ModelStorageError.tooManyAdapters(found: 2)) { try await create(bad) }
        bad.adapters = []
        for name in ["/etc/passwd", "../x.gguf", "a/../../x"] {
            bad.files = [.init(name: name, source: .path(Fixtures.path("goldens/llama.gguf")))]
            await #expect(throws: ModelStorageError.notRelative(fileName: name)) { try await create(bad) }
        }
        bad.files = [.init(name: "x", source: .path(Fixtures.path("README.md")))]
        await #expect(throws: ModelStorageError.notGGUF(fileName: "x")) { try await create(bad) }
        let digest = try BlobDigest("sha256:" + String(repeating: "1", count: 64))
        bad.files = [.init(name: "x", source: .blob(digest))]
        await #expect(throws: ModelStorageError.blobNotFound(digest)) { try await create(bad) }
        #expect(try store.list().models.isEmpty)
    }

    @Test func aModelfileBecomesARequest() async throws {
        let text = """
            FROM ./w/model.gguf
            TEMPLATE {{ .Prompt }}
            PARAMETER temperature 0.7
            PARAMETER Stop a
            PARAMETER stop "b "
            PARAMETER num_ctx 4096
            PARAMETER mirostat 1
            PARAMETER use_mmap false
            MESSAGE user hi
            """
        try FileManager.default.createDirectory(atPath: folder.path("w"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: Fixtures.path("goldens/llama.gguf"), toPath: folder.path("w/model.gguf"))
        let name = try ModelName("m")
        let request = try CreationRequest(
            Modelfile(parsing: Array(text.utf8)), name: name, folder: folder.root, home: "/nowhere")
        #expect(request.files.map(\.name) == ["model.gguf"] && request.from == nil)
        #expect(
            JSONWriter.text(.object(request.parameters))
                == #"{"temperature":0.7,"stop":["a","b "],"num_ctx":4096,"use_mmap":false}"#)
        try await create(request)
        let report = try ShowReport(store.open(name))
        let shown = try Modelfile(parsing: Array(report.modelfile.utf8))
        let again = try CreationRequest(shown, name: ModelName("again"), folder: "/", home: "/")
        try await create(again)
        let (one, two) = (try store.open(name), try store.open(ModelName("again")))
        #expect(one.manifest.layers.map(\.digest) == two.manifest.layers.map(\.digest))
    }

    @Test(arguments: [
        ("PARAMETER nope 1", "unknown parameter 'nope'"),
        ("PARAMETER top_k x", "invalid int value \"x\" of parameter 'top_k'"),
        ("PARAMETER top_p inf", "invalid float value \"inf\" of parameter 'top_p'"),
        ("PARAMETER use_mmap maybe", "invalid bool value \"maybe\" of parameter 'use_mmap'"),
        ("FROM .", "no files provided to convert"),
        ("FROM ./absent.gguf", "name \"./absent.gguf\" is invalid"),
        ("ADAPTER ./absent", "no such file"),
    ])
    func modelfilesWithWrongValuesAreRefused(line: String, message: String) throws {
        let modelfile = try Modelfile(parsing: Array("FROM base\n\(line)".utf8))
        do {
            _ = try CreationRequest(modelfile, name: ModelName("m"), folder: folder.root, home: "/")
            Issue.record("must throw")
        } catch {
            #expect("\(error)".contains(message), "\(error)")
        }
    }

    @Test func cancelledWorkLeavesNothing() async throws {
        for quantization in [nil, "Q8_0"] {
            var request = try request("m", gguf: "goldens/llama.gguf")
            request.quantization = quantization
            let task = Task { [creation, request] in
                withUnsafeCurrentTask { $0?.cancel() }
                try await creation.run(request) { _ in }
            }
            await #expect(throws: ModelStorageError.cancelled) { try await task.value }
        }
        #expect(folder.files("blobs").isEmpty && folder.files("manifests").isEmpty)
    }

    @Test(arguments: [
        (999, "999"), (1000, "1K"), (1499, "1K"), (1_000_000, "1M"), (22_700_000, "22.70M"), (137_022_720, "137.02M"),
        (8_190_735_360, "8.2B"), (7_000_000_000, "7B"), (671_026_419_200, "671.0B"),
    ])
    func sizesAreForPeople(count: Int, text: String) throws {
        #expect(WeightsFacts.text(count) == text)
    }
}
