import Compute
import Foundation
import GGUF
import Models
import Platform
import Quantization
import TestSupport
import Tokenization

/// One damaged model and what is done with it. Depends on nothing but corpus, seed and number.
struct Case {
    private let name: String
    private let mutations: [String]
    private let content: Content

    private enum Content {
        /// A file, read from memory.
        case whole([UInt8])
        /// Several files, read from a folder; the generator chooses which part is opened.
        case split(SplitModel, SeededGenerator)
        /// A model to be converted first.
        case folder(FolderModel)
    }

    /// A split model takes writing files; it is one case in so many.
    private static let casesPerSplit = 4
    /// As often, a model of Hugging Face's form.
    private static let casesPerFolder = 8

    init(_ corpus: Corpus, seed: UInt64, number: Int) {
        var random = SeededGenerator(seed: seed << 32 ^ UInt64(number))
        if number % Self.casesPerFolder == 1, let (name, files) = corpus.folders.randomElement(using: &random) {
            var mutations: [String] = []
            content = .folder(FolderModel(files, &random, mutations: &mutations))
            (self.name, self.mutations) = (name, mutations)
            return
        }
        let document = corpus.documents[Int.random(in: 0..<corpus.documents.count, using: &random)]
        name = document.name
        var mutations: [String] = []
        if number % Self.casesPerSplit == 0 {
            let count = Int.random(in: 1...4, using: &random)
            let model = SplitModel(document.parts, count: count, &random, mutations: &mutations)
            content = .split(model, random)
        } else {
            content = .whole(Self.damaged(document, &random, &mutations))
        }
        self.mutations = mutations
    }

    private static func damaged(
        _ document: Corpus.Document, _ random: inout SeededGenerator, _ mutations: inout [String]
    ) -> [UInt8] {
        var bytes = document.bytes
        if Bool.random(using: &random) {
            var parts = document.parts
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutations.append(Mutation.change(&parts, &random)) }
            bytes = parts.bytes
        }
        if mutations.isEmpty || Int.random(in: 0..<8, using: &random) == 0 {
            let headerCount = bytes.count - document.parts.data.count
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                mutations.append(Mutation.damage(&bytes, headerCount: min(headerCount, bytes.count), &random))
            }
        }
        return bytes
    }

    /// Reads the model as far as it can be read; errors are the expected end, anything else is a finding.
    ///
    /// - Parameter folder: emptied here, and filled with the parts of a split model.
    func run(in folder: URL, isVerbose: Bool) {
        if isVerbose { say("\(name): \(mutations.joined(separator: "; "))") }
        switch content {
        case .whole(let bytes):
            bytes.withUnsafeBytes { buffer in
                let mapped = MappedBytes(borrowing: buffer, name: name)
                read(isVerbose: isVerbose) { try GGUFFile(bytes: mapped) }
            }
        case .split(let model, var random):
            try? FileManager.default.removeItem(at: folder)
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let path = model.write(to: folder, &random)
            read(isVerbose: isVerbose) { try GGUFFile(path: path) }
        case .folder(let model):
            try? FileManager.default.removeItem(at: folder)
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            read(isVerbose: isVerbose) { try GGUFFile(path: model.convert(in: folder)) }
        }
    }

    private func read(isVerbose: Bool, _ open: () throws -> GGUFFile) {
        do {
            let file = try open()
            readMetadata(file)
            readTensors(file)
            for step in [readTokenizer, runModel] {
                do { try step(file) } catch { if isVerbose { say("\(error)") } }
            }
        } catch {
            if isVerbose { say("\(error)") }
        }
    }

    private func readMetadata(_ file: GGUFFile) {
        for key in file.metadata.keys {
            guard case .array(let array) = file.metadata[key] else { continue }
            _ = (array.integers(), array.floats(), array.bools(), array.bytes(), array.arrays())
            guard let strings = array.strings() else { continue }
            for index in 0..<strings.count { _ = strings.text(at: index) }
        }
    }

    /// Touches the first and the last byte of each tensor.
    private func readTensors(_ file: GGUFFile) {
        for tensor in file.tensors {
            tensor.bytes.withBytes { bytes in
                precondition(bytes.byteCount == tensor.type.byteCount(weights: tensor.weightCount))
                _ = bytes.extracting(first: 1).littleEndianIntegers(UInt8.self)
                _ = bytes.extracting(last: 1).littleEndianIntegers(UInt8.self)
            }
        }
    }

    /// Loads the model and runs a prompt of three tokens, for logits or, of an encoder, for an embedding.
    private func runModel(_ file: GGUFFile) throws {
        let backend = CPUBackend(gang: Self.gang)
        let model = try Model(file, backend: backend)
        let limits = BatchLimits(rows: 3, logitRows: 1, sequences: 1)
        func forward(_ pass: inout ForwardPass) {
            if model.generatesText { model.architecture.forward(&pass) } else { model.embed(&pass, .first) }
        }
        let plan = ForwardPass.plan(for: limits, forward)
        try backend.reserve(plan, cache: CacheLayout(states: model.layerStates, element: .float16), pageCount: 1)
        let last = Int32(model.hyperparameters.vocabularySize - 1)
        var batch = Batch()
        // A learned position exists for each token of the context only.
        let tokens = [0, last / 2, last].prefix(model.hyperparameters.contextLength)
        batch.append(tokens, at: 0, pages: PageTable([PageID(index: 0)]), logits: .last)
        var pass = ForwardPass(backend, batch: batch)
        forward(&pass)
        guard model.generatesText else { return pass.withEmbedding(0) { precondition($0.count > 0) } }
        pass.withLogits(0) { precondition($0.count == Int(last) + 1) }
    }

    private static let gang = ThreadGang(threadCount: 1)

    private func readTokenizer(_ file: GGUFFile) throws {
        let tokenizer = try Tokenizer(metadata: file.metadata)
        let texts: [String] = [
            "", "Hello, world! It's 12345 o'clock.\n\n\t  x", "grüße 🦙👨‍👩‍👧 日本語 ▁▁", "<s><|end|></s><unk>",
        ]
        for text in texts {
            for options in [EncodingOptions.userText, .template, .prompt] {
                _ = tokenizer.decode(tokenizer.encode(text, options: options), special: .shown)
            }
        }
        _ = tokenizer.encode(bytes: [0xFF, 0xC3, 0x28, 0xF0, 0x9F], options: .prompt)
        for token in [-1, 0, 1, 255, 256, 1 << 20, .max] as [TokenID] { _ = tokenizer.piece(of: token) }
    }
}
