/// What the steps of a model ask of a machine at the least, found by walking through its forward pass.
///
/// Weights count that a product reads: of a stack of experts those that one row uses, of the embedding table nothing
/// unless it is the output matrix too. Norms, biases and activations are left out, as they stay in caches.
package struct StepWork: Sendable, Equatable {
    /// Rows of activations times a matrix.
    package struct Product: Sendable, Equatable {
        package let weight: WeightHandle
        package let rows: Int
        /// Matrices of the stack that one row is multiplied with.
        package let usedCount: Int

        /// A multiplication and an addition per weight and row.
        package var operations: Double {
            2 * Double(rows) * Double(usedCount) * Double(weight.rows) * Double(weight.columns)
        }
    }

    package private(set) var products: [Product] = []
    /// One per layer that attends.
    package private(set) var attentions: [Attention] = []

    mutating func include(_ weight: WeightHandle, rows: Int, usedCount: Int = 1) {
        products.append(Product(weight: weight, rows: rows, usedCount: usedCount))
    }

    mutating func include(_ attention: Attention) { attentions.append(attention) }

    /// Bytes of keys and values that a row with so many positions behind it, itself included, reads.
    package func cacheBytes(context: Int, element: CacheElement) -> Int {
        attentions.reduce(0) { sum, attention in
            let head = element.byteCount(length: attention.keyLength) + element.byteCount(length: attention.valueLength)
            return sum + attention.keyValueHeadCount * head * min(context, attention.window ?? context)
        }
    }

    /// Operations of the scores and of the sums of values of such a row.
    package func attentionOperations(context: Int) -> Double {
        attentions.reduce(0) { sum, attention in
            let length = Double(attention.headCount * (attention.keyLength + attention.valueLength))
            return sum + 2 * length * Double(min(context, attention.window ?? context))
        }
    }
}
