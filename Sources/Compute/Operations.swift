/// The parameters of operations that have variants: each is data, so that no variant is a branch in an architecture.

/// Rotary position embedding, computed once per model.
///
/// Pair `i` of a head is turned by the angle `position · frequencies[i]`; cosine and sine are multiplied by
/// `magnitude`. *Source*: RoFormer, arXiv:2104.09864.
package struct RoPE: Sendable, Equatable {
    /// Which two values of a head make a pair.
    package enum Style: Sendable {
        /// `(2i, 2i + 1)`: llama.cpp's "norm".
        case interleaved
        /// `(i, i + rotaryLength/2)`: llama.cpp's "neox", transformers' `rotate_half`.
        case halves
    }

    /// One set of frequencies and its factor on cosine and sine.
    package struct Frequencies: Sendable, Equatable {
        /// Radians per position, one per pair.
        package var values: [Float]
        package var magnitude: Float

        package init(values: [Float], magnitude: Float = 1) {
            self.values = values
            self.magnitude = magnitude
        }
    }

    package let style: Style
    package let frequencies: Frequencies
    /// Used by sequences that were admitted as long ones (LongRoPE); nil where there is only one set.
    package let longFrequencies: Frequencies?

    /// Values at the start of a head that turn; the rest stays.
    package var rotaryLength: Int { 2 * frequencies.values.count }

    package init(style: Style, frequencies: Frequencies, longFrequencies: Frequencies? = nil) {
        precondition(longFrequencies.map { $0.values.count == frequencies.values.count } ?? true)
        self.style = style
        self.frequencies = frequencies
        self.longFrequencies = longFrequencies
    }
}

/// A RoPE that a backend has loaded.
package struct RoPEHandle: Sendable, Equatable {
    /// The backend's own number for it.
    package let index: Int
    package let rotaryLength: Int

    package init(index: Int, rotaryLength: Int) {
        self.index = index
        self.rotaryLength = rotaryLength
    }
}

/// One layer's attention: `softmax(q·kᵀ · scale) · v` over the positions that a row may see.
///
/// Query head `h` reads key-value head `h / (headCount / keyValueHeadCount)`.
package struct Attention: Sendable, Equatable {
    package var headCount: Int
    package var keyValueHeadCount: Int
    /// Floats of a query or key head.
    package var keyLength: Int
    /// Floats of a value head.
    package var valueLength: Int
    /// Factor on every score, usually `1/√keyLength`.
    package var scale: Float
    /// Positions that a row sees, its own included; nil for all before it.
    package var window: Int?
    /// Positions after its own that a row sees, nil for all: 0 is causal. With another number, all rows of a sequence
    /// must be in one step.
    package var ahead: Int? = 0
    /// Scores become `cap · tanh(score / cap)`.
    package var softCap: Float?
    /// One logit per head that takes part in the softmax but has no value.
    package var sinks: VectorHandle?
    /// The layer whose cache is read and written; nil for the layer that the pass is in.
    package var cacheLayer: Int?

    /// Attention whose keys and values have the same length, scaled by `1/√headLength`.
    package init(headCount: Int, keyValueHeadCount: Int, headLength: Int, window: Int? = nil) {
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        keyLength = headLength
        valueLength = headLength
        scale = 1 / Float(headLength).squareRoot()
        self.window = window
    }
}

/// A norm that also takes the mean away. *Source*: Layer Normalization, arXiv:1607.06450.
package struct LayerNorm: Sendable, Equatable {
    package let weight: VectorHandle
    package let bias: VectorHandle?
    /// Added to the variance.
    package let epsilon: Float

    package init(weight: VectorHandle, bias: VectorHandle?, epsilon: Float) {
        precondition(bias.map { $0.count == weight.count } ?? true)
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }
}

/// Which number of a row looks up its embedding.
package enum RowNumber: Sendable, Equatable {
    case token
    case position
    /// 0 in a sequence's first text, 1 in its second; 0 in all rows for a table of one row.
    case tokenType
}

/// The function of a feed-forward layer: `gate ← function(gate) · up` where it has a gate, else `x ← function(x)`.
package enum GateFunction: Sendable, CaseIterable {
    /// `x / (1 + e⁻ˣ)`: SwiGLU.
    case silu
    /// `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`: GeGLU as Gemma computes it.
    case geluTanh
    /// `x/2 · (1 + erf(x/√2))`: GeGLU exactly.
    case geluErf
}

/// How a row's experts are chosen from their logits, and weighted.
package struct ExpertRouting: Sendable, Equatable {
    package enum Gating: Sendable {
        /// Softmax over all experts, then the best ones.
        case softmax
        /// The best ones, then softmax over them.
        case softmaxOfChosen
        /// A sigmoid per expert, then the best ones.
        case sigmoid
    }

    /// Experts that a row uses.
    package var usedCount: Int
    package var gating: Gating
    /// Whether the chosen weights are divided by their sum.
    package var normalizesWeights: Bool
    /// Factor on the weights.
    package var scale: Float = 1
    /// Added to the gated values for the choice alone.
    package var choiceBias: VectorHandle?

    package init(usedCount: Int, gating: Gating = .softmax, normalizesWeights: Bool = true) {
        self.usedCount = usedCount
        self.gating = gating
        self.normalizesWeights = normalizesWeights
    }
}

/// The experts of every row, best first.
package struct ChosenExperts: Sendable, Equatable {
    /// Expert numbers as whole floats, `[rows, usedCount]`.
    package let experts: Activation
    /// Factor on each one's output, `[rows, usedCount]`.
    package let weights: Activation
}

/// The three matrices of a gated feed-forward layer; several of each for experts.
package struct GatedFeedForward: Sendable, Equatable {
    package let gate: WeightHandle
    package let up: WeightHandle
    package let down: WeightHandle
    package var function: GateFunction

    package init(gate: WeightHandle, up: WeightHandle, down: WeightHandle, function: GateFunction = .silu) {
        precondition(gate.rows == up.rows && down.columns == up.rows && gate.columns == up.columns)
        precondition(gate.matrixCount == up.matrixCount && up.matrixCount == down.matrixCount)
        self.gate = gate
        self.up = up
        self.down = down
        self.function = function
    }
}
