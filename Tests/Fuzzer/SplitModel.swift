import Foundation
import GGUF
import TestSupport

/// A model cut into several files as llama.cpp's gguf-split does, to be damaged part by part.
struct SplitModel {
    /// Each part's file; nil if it is missing.
    private var files: [[UInt8]?]

    /// - Parameter count: parts, at least 1; a part may have no tensors.
    init(_ whole: HeaderParts, count: Int, _ random: inout SeededGenerator, mutations: inout [String]) {
        let tensors = whole.tensors.sorted { $0.offset < $1.offset }
        let cuts = (1..<count).map { _ in Int.random(in: 0...tensors.count, using: &random) }.sorted()
        let borders = [0] + cuts + [tensors.count]
        var parts = zip(borders, borders.dropFirst()).map { start, end in
            Self.part(whole, tensors[start..<end], next: end < tensors.count ? tensors[end] : nil)
        }
        for index in parts.indices {
            let keys = [("split.no", index), ("split.count", count), ("split.tensors.count", tensors.count)]
            let entries = keys.map { HeaderParts.Entry(key: $0.0, value: .uint32(UInt32($0.1))) }
            parts[index].entries = (index == 0 ? parts[0].entries : []) + entries
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let index = Int.random(in: 0..<count, using: &random)
            mutations.append("part \(index + 1): \(Mutation.change(&parts[index], &random))")
        }
        files = parts.map(\.bytes)
        damage(headerCounts: parts.map { $0.bytes.count - $0.data.count }, &random, &mutations)
    }

    /// Some tensors of a model, and the bytes from the first of them to the next part's.
    private static func part(
        _ whole: HeaderParts, _ tensors: ArraySlice<HeaderParts.Tensor>, next: HeaderParts.Tensor?
    ) -> HeaderParts {
        guard let first = tensors.first else { return HeaderParts(entries: whole.entries, tensors: [], data: []) }
        let end = next.map { Int($0.offset) } ?? whole.data.count
        var part = HeaderParts(
            entries: whole.entries, tensors: Array(tensors), data: Array(whole.data[Int(first.offset)..<end]))
        for index in part.tensors.indices { part.tensors[index].offset -= first.offset }
        return part
    }

    /// What can go wrong with files rather than with what is in them.
    private mutating func damage(
        headerCounts: [Int], _ random: inout SeededGenerator, _ mutations: inout [String]
    ) {
        let index = Int.random(in: 0..<files.count, using: &random)
        let other = Int.random(in: 0..<files.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            files[index] = nil
            mutations.append("part \(index + 1) is missing")
        case 1:
            files.swapAt(index, other)
            mutations.append("parts \(index + 1) and \(other + 1) swap names")
        case 2:
            files[index] = files[other]
            mutations.append("part \(index + 1) is a copy of \(other + 1)")
        case 3, 4:
            guard var bytes = files[index] else { return }
            let text = Mutation.damage(&bytes, headerCount: min(headerCounts[index], bytes.count), &random)
            files[index] = bytes
            mutations.append("part \(index + 1): \(text)")
        default: break
        }
    }

    /// Writes the parts into an empty folder and returns the path of one of them.
    func write(to folder: URL, _ random: inout SeededGenerator) -> String {
        func name(_ number: Int) -> String { String(format: "m-%05d-of-%05d.gguf", number, files.count) }
        for (index, file) in files.enumerated() {
            guard let file else { continue }
            try? Data(file).write(to: folder.appending(path: name(index + 1)))
        }
        return folder.appending(path: name(Int.random(in: 1...files.count, using: &random))).path(percentEncoded: false)
    }
}
