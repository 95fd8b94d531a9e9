import Foundation
import GGUF
import JSON
import ModelStorage
import Quantization
import Synchronization
import TestSupport
import Testing

/// Models made from folders of Hugging Face's form.
@Suite struct FolderCreationTests {
    private let folder: TemporaryStore
    private let creation: ModelCreation

    init() throws {
        folder = try TemporaryStore()
        creation = ModelCreation(store: folder.store, taskCount: 2)
    }

    private func request(_ modelfile: String) throws -> CreationRequest {
        try CreationRequest(
            Modelfile(parsing: Array(modelfile.utf8)), name: ModelName("m"), folder: Fixtures.path("conversion"),
            home: "/nowhere")
    }

    @discardableResult
    private func create(_ request: CreationRequest) async throws -> [ModelCreation.Status] {
        let lines = Mutex<[ModelCreation.Status]>([])
        try await creation.run(request) { status in lines.withLock { $0.append(status) } }
        return lines.withLock { $0 }
    }

    @Test func aFolderBecomesAModel() async throws {
        let lines = try await create(request("FROM ./llama\nSYSTEM Be brief."))
        let model = try folder.store.open(ModelName("m"))
        #expect(model.config.format == "gguf" && model.config.family == "llama" && model.config.quantization == "F32")
        #expect(model.system == "Be brief." && model.weights.count == 1)
        let file = try GGUFFile(path: model.weights[0])
        #expect(file.optionalTensor("blk.1.ffn_down.weight") != nil)
        #expect(try file.metadata.string("tokenizer.chat_template").contains("im_start"))
        #expect(lines.first?.text == "converting model" && lines.last?.text == "success")
        let last = try #require(lines.last { $0.text == "converting model" })
        #expect(last.completed == last.total && last.total ?? 0 > 100_000)
        #expect(folder.files("blobs").allSatisfy { $0.hasPrefix("sha256-") && $0.count == 71 })
    }

    @Test func blobsBecomeTheSameModel() async throws {
        try await create(request("FROM ./bert"))
        let first = try folder.store.open(ModelName("m"))
        var blobs = CreationRequest(name: try ModelName("n"))
        for file in try request("FROM ./bert").files {
            guard case .path(let path) = file.source else { continue }
            let blob = try folder.store.blobs.write([UInt8](Data(contentsOf: URL(filePath: path))))
            blobs.files.append(.init(name: file.name, source: .blob(blob.digest)))
        }
        #expect(blobs.files.contains { $0.name == "1_Pooling/config.json" })
        try await create(blobs)
        #expect(try folder.store.open(ModelName("n")).weights == first.weights)
    }

    @Test func weightsAreQuantisedOnTheWay() async throws {
        var request = try request("FROM ./qwen3")
        request.quantization = "q8_0"
        let lines = try await create(request)
        let model = try folder.store.open(ModelName("m"))
        #expect(model.config.quantization == "Q8_0")
        #expect(try GGUFFile(path: model.weights[0]).tensor("blk.0.ffn_gate.weight").type.name == "Q8_0")
        #expect(lines.contains { $0.text == "quantizing BF16 model to Q8_0" })
        // Nothing is left of the step between.
        #expect(folder.files("blobs").count == 2)
    }

    @Test func whatCannotBeConvertedIsNamed() async throws {
        var wanted = try request("FROM ./qwen2")
        wanted.files.removeAll { $0.name == "config.json" }
        let config = #"{"architectures":["RwkvForCausalLM"]}"#
        let blob = try folder.store.blobs.write(Array(config.utf8))
        wanted.files.append(.init(name: "config.json", source: .blob(blob.digest)))
        do {
            try await create(wanted)
            Issue.record("must throw")
        } catch {
            let text = "\(error)"
            #expect(text.contains("'RwkvForCausalLM'") && text.contains("Qwen2ForCausalLM"), "\(text)")
        }
        wanted.files.removeAll { $0.name == "config.json" }
        do {
            try await create(wanted)
            Issue.record("must throw")
        } catch { #expect("\(error)".contains("no config.json among the files"), "\(error)") }
        #expect(folder.files("manifests").isEmpty)
    }

    @Test func cancelledWorkLeavesNothing() async throws {
        let request = try request("FROM ./llama")
        let task = Task { [creation] in
            withUnsafeCurrentTask { $0?.cancel() }
            try await creation.run(request) { _ in }
        }
        await #expect(throws: ModelStorageError.cancelled) { try await task.value }
        #expect(folder.files("blobs").isEmpty && folder.files("manifests").isEmpty)
    }
}

/// Models with an adapter.
@Suite struct AdapterCreationTests {
    private let folder: TemporaryStore
    private let creation: ModelCreation

    init() throws {
        folder = try TemporaryStore()
        creation = ModelCreation(store: folder.store, taskCount: 2)
    }

    private func create(_ name: String, _ modelfile: String) async throws {
        let request = try CreationRequest(
            Modelfile(parsing: Array(modelfile.utf8)), name: ModelName(name), folder: Fixtures.path("conversion"),
            home: "/nowhere")
        try await creation.run(request) { _ in }
    }

    @Test func anAdapterIsALayerOfItsOwn() async throws {
        try await create("base", "FROM ./llama")
        try await create("adapted", "FROM base\nADAPTER ./adapters/llama")
        let (base, adapted) = (
            try folder.store.open(ModelName("base")), try folder.store.open(ModelName("adapted"))
        )
        #expect(adapted.weights == base.weights && adapted.adapters.count == 1)
        #expect(adapted.config.family == "llama" && adapted.config.parameterSize == base.config.parameterSize)
        // The converted file will do as well, and so does what `show` prints.
        try await create("again", "FROM base\nADAPTER \(adapted.adapters[0])")
        #expect(try folder.store.open(ModelName("again")).adapters == adapted.adapters)
        #expect(try ShowReport(adapted).modelfile.contains("ADAPTER \(adapted.adapters[0])"))
        // One that is there already is kept; a second is refused.
        try await create("derived", "FROM adapted\nSYSTEM x")
        #expect(try folder.store.open(ModelName("derived")).adapters == adapted.adapters)
        await #expect(throws: ModelStorageError.tooManyAdapters(found: 2)) {
            try await create("two", "FROM adapted\nADAPTER ./adapters/llama")
        }
    }

    @Test func modelAndAdapterComeTogether() async throws {
        try await create("m", "FROM ./llama\nADAPTER ./adapters/llama")
        let model = try folder.store.open(ModelName("m"))
        #expect(model.weights.count == 1 && model.adapters.count == 1)
    }

    @Test func adaptersOfOtherModelsAreRefused() async throws {
        await #expect(throws: ModelStorageError.self) {
            try await create("m", "FROM ./qwen2\nADAPTER ./adapters/llama")
        }
        #expect(folder.files("manifests").isEmpty)
    }
}
