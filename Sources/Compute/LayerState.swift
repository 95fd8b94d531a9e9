import Quantization

/// What one layer remembers of a sequence between steps.
///
/// A model lists one per layer when it is loaded; the list sizes the pages of the cache.
package enum LayerState: Sendable, Equatable {
    /// Keys and values of every position, or of the last `window` ones.
    case attention(AttentionState)
    /// Nothing: the layer computes from the rows of the step alone, or reads another layer's cache.
    case stateless

    /// Keys and values by shape.
    package struct AttentionState: Sendable, Equatable {
        package let keyValueHeadCount: Int
        /// Floats of a key head.
        package let keyLength: Int
        /// Floats of a value head.
        package let valueLength: Int
        /// Positions that attention looks back to, the current one included; nil for all.
        package let window: Int?

        package init(keyValueHeadCount: Int, keyLength: Int, valueLength: Int, window: Int? = nil) {
            self.keyValueHeadCount = keyValueHeadCount
            self.keyLength = keyLength
            self.valueLength = valueLength
            self.window = window
        }
    }

    /// Attention whose keys and values have the same length.
    package static func attention(keyValueHeadCount: Int, headLength: Int, window: Int? = nil) -> LayerState {
        .attention(
            AttentionState(
                keyValueHeadCount: keyValueHeadCount, keyLength: headLength, valueLength: headLength, window: window))
    }
}

/// How keys and values are stored.
package enum CacheElement: Sendable, CaseIterable {
    case float32
    case float16
    /// Eight bits, with a scale for each position's key and value of each head.
    case int8

    /// The name that options and settings have for it; Ollama's and llama.cpp's.
    package var name: String {
        switch self {
        case .float32: "f32"
        case .float16: "f16"
        case .int8: "q8_0"
        }
    }

    /// The element of a name, in small letters.
    package init?(name: String) {
        guard let element = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = element
    }

    /// Bytes that the key or value of one position and head takes, without padding.
    package func byteCount(length: Int) -> Int {
        switch self {
        case .float32: 4 * length
        case .float16: 2 * length
        case .int8: length + 4
        }
    }

    /// What the kernels call it.
    var numbers: PageNumbers {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .int8: .int8
        }
    }
}

/// Where the keys and values of a layer and head lie inside a page.
///
/// *Layout*: a page holds 64 positions of every layer and head, layer after layer, head after head: first the head's
/// keys, transposed per sixteen positions so that a SIMD lane is a position, then its values. `AttentionPage` has the
/// details.
package struct CacheLayout: Sendable, Equatable {
    /// Positions in a page.
    package static let pagePositions = 64

    /// Place and shape of one layer's part.
    package struct Layer: Sendable, Equatable {
        package let state: LayerState.AttentionState
        /// First byte of the layer in a page.
        package let offset: Int
        /// Bytes of one head's keys and values.
        package let headBytes: Int
        /// Bytes from a head's keys to its values.
        package let valueOffset: Int
    }

    package let element: CacheElement
    /// One per model layer; nil where a layer caches nothing.
    package let layers: [Layer?]
    /// Bytes of a page, all layers; a multiple of 64.
    package let pageBytes: Int

    package init(states: [LayerState], element: CacheElement = .float16) {
        self.element = element
        var offset = 0
        layers = states.map { state in
            guard case .attention(let attention) = state else { return nil }
            let head = HeadShape(
                keyLength: attention.keyLength, valueLength: attention.valueLength, numbers: element.numbers)
            let headBytes = head.pageKeyBytes + head.pageValueBytes
            defer { offset += attention.keyValueHeadCount * headBytes }
            return Layer(state: attention, offset: offset, headBytes: headBytes, valueOffset: head.pageKeyBytes)
        }
        pageBytes = max(offset, 64)
    }
}
