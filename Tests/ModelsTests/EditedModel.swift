import Compute
import Foundation
import GGUF
import Models
import Platform
import TestSupport

/// A golden's model with its metadata or tensors changed, written to a temporary file.
struct EditedModel {
    var metadata: Metadata
    var tensors: [TensorInfo]
    /// Shapes that replace those of the file; the weights stay.
    var shapes: [String: [Int]] = [:]

    init(_ golden: String) throws {
        let file = try GGUFFile(path: Fixtures.path("goldens/\(golden).gguf"))
        metadata = file.metadata
        tensors = file.tensors
    }

    /// Writes the file and loads it.
    func load() throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "swiftllm-edited-\(UUID().uuidString).gguf").path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let plans = tensors.map { TensorPlan(name: $0.name, shape: shapes[$0.name] ?? $0.shape, type: $0.type) }
        var writer = try GGUFWriter(path: path, metadata: metadata, tensors: plans)
        for tensor in tensors {
            try tensor.bytes.withBytes { bytes throws(GGUFError) in try writer.write(bytes) }
        }
        try writer.finish()
        _ = try Model(GGUFFile(path: path), backend: CPUBackend(gang: ThreadGang(threadCount: 1)))
    }
}
