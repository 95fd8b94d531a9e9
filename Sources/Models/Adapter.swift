import Compute
package import GGUF
import Platform
import Quantization

/// A low-rank adapter: pairs of small matrices whose products are added to matrices of a model.
///
/// The pair of `NAME` is `NAME.lora_a`, `[rank, columns]`, and `NAME.lora_b`, `[rows, rank]`; what they add is
/// `alpha / rank · B · A · x`. They stay apart from the matrix, which may be quantised.
///
/// *Source*: LoRA, arXiv:2106.09685; `llama-adapter.cpp` of llama.cpp.
package final class Adapter {
    private let file: GGUFFile
    private let architecture: String
    private let alpha: Float
    /// Names that no matrix of the model has taken yet.
    private var left: Set<String>

    /// A pair as a backend loads it.
    struct Pair {
        let down: WeightSource
        let up: WeightSource
        let scale: Float
    }

    private static let endings = (down: ".lora_a", up: ".lora_b")

    /// - Throws: `unsupported` if the file is no adapter, or one of another kind.
    package init(_ file: GGUFFile) throws(ModelError) {
        self.file = file
        let metadata = file.metadata
        let kinds: (type: String?, method: String?, invocation: Bool)
        do {
            architecture = try metadata.string("general.architecture")
            alpha = try metadata.float("adapter.lora.alpha")
            kinds = (
                try metadata.optionalString("general.type"), try metadata.optionalString("adapter.type"),
                metadata["adapter.alora.invocation_tokens"] != nil
            )
        } catch { throw .metadata(error) }
        guard kinds.type == "adapter", kinds.method == "lora", !kinds.invocation else {
            throw .unsupported(
                what: "adapter", found: kinds.invocation ? "alora" : kinds.method ?? kinds.type ?? "none")
        }
        guard alpha.isFinite else {
            throw .invalidHyperparameter(key: "adapter.lora.alpha", expected: "a finite number", found: "\(alpha)")
        }
        left = Set(file.tensors.map(\.name))
        // A table of embeddings is looked up, not multiplied with.
        if let name = left.sorted().first(where: { $0.hasPrefix("token_embd.") }) {
            throw .unsupported(what: "adapter of the embedding", found: name)
        }
    }

    /// - Throws: `unsupported` if the adapter was made for models of another architecture.
    func check(architecture: String) throws(ModelError) {
        guard architecture == self.architecture else {
            throw .unsupported(what: "adapter for a model of architecture '\(architecture)'", found: self.architecture)
        }
    }

    /// The pair that belongs to a matrix; nil if there is none.
    ///
    /// - Parameter shape: the matrix's columns and rows.
    /// - Throws: `missingTensor` for half a pair, `wrongShape`.
    func takePair(for name: String, shape: [Int]) throws(ModelError) -> Pair? {
        let (downName, upName) = (name + Self.endings.down, name + Self.endings.up)
        guard let down = file.optionalTensor(downName) else { return nil }
        guard let up = file.optionalTensor(upName) else {
            throw .missingTensor(name: upName, architecture: architecture)
        }
        let rank = down.rowCount
        guard shape.count == 2, down.shape == [shape[0], rank] || (rank == 1 && down.shape == [shape[0]]) else {
            throw .wrongShape(tensor: downName, expected: [shape[0], rank], found: down.shape)
        }
        guard up.shape == [rank, shape[1]] else {
            throw .wrongShape(tensor: upName, expected: [rank, shape[1]], found: up.shape)
        }
        left.subtract([downName, upName])
        return Pair(
            down: WeightSource(type: down.type, rows: rank, columns: shape[0], bytes: down.bytes),
            up: WeightSource(type: up.type, rows: shape[1], columns: rank, bytes: up.bytes),
            // Files without a number of their own: the matrices say all.
            scale: alpha == 0 ? 1 : alpha / Float(rank))
    }

    /// - Throws: `unsupported` if something in the file has no use.
    func checkAllTaken() throws(ModelError) {
        guard let name = left.sorted().first else { return }
        throw .unsupported(what: "adapter of a tensor that the model does not multiply with", found: name)
    }
}
