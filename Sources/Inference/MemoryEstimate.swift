package import Compute
package import GGUF
import Models

/// What a model will take of the machine's memory, before any of it is loaded.
package struct MemoryEstimate: Sendable, Equatable {
    /// Bytes of all tensors.
    package let weightBytes: Int
    /// Bytes of one position's keys and values, in all layers.
    package let positionBytes: Int
    /// Positions that the model was trained for.
    package let contextLength: Int

    /// Reads it from a file's metadata; missing or strange values count as none, since loading will say what is wrong.
    package init(_ file: GGUFFile, cache: CacheElement) {
        weightBytes = Model.weightBytes(of: file)
        let metadata = file.metadata
        let name = (try? metadata.string("general.architecture")) ?? ""
        func number(_ key: String) -> Int? { try? metadata.optionalInteger("\(name).\(key)") }
        let heads = max(number("attention.head_count") ?? 1, 1)
        let headLength = (number("embedding_length") ?? 0) / heads
        let lengths = [number("attention.key_length") ?? headLength, number("attention.value_length") ?? headLength]
        let factors = [
            number("block_count") ?? 0, number("attention.head_count_kv") ?? heads,
            lengths.reduce(0) { $0 &+ cache.byteCount(length: min(max($1, 0), 1 << 32)) },
        ]
        positionBytes = factors.reduce(1) { product, factor in
            let (value, overflow) = product.multipliedReportingOverflow(by: factor)
            return overflow || value < 0 ? 0 : value
        }
        contextLength = max(number("context_length") ?? 0, 0)
    }

    /// Bytes of the weights and of a cache for so many positions, or for the whole context if that is shorter.
    package func bytes(positions: Int) -> Int {
        let (cache, overflow) = positionBytes.multipliedReportingOverflow(by: min(positions, contextLength))
        let (sum, sumOverflow) = weightBytes.addingReportingOverflow(cache)
        return overflow || sumOverflow ? Int.max : sum
    }
}
