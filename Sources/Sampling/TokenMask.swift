/// Which tokens of the vocabulary may come next: one bit per token, set when it is allowed.
package struct TokenMask: Sendable, Equatable {
    /// Number of tokens that the mask speaks of; tokens beyond it are forbidden.
    package let vocabularyCount: Int
    /// The bits, 64 tokens to a word, lowest token in the lowest bit; bits beyond the vocabulary are zero.
    package private(set) var words: [UInt64]

    /// A mask that allows all tokens, or none.
    package init(vocabularyCount: Int, allowingAll: Bool) {
        precondition(vocabularyCount >= 0, "a vocabulary has no negative size")
        self.vocabularyCount = vocabularyCount
        words = Array(repeating: 0, count: (vocabularyCount + 63) / 64)
        if allowingAll { setAll(allowed: true) }
    }

    /// A mask that allows some tokens of the vocabulary.
    init(vocabularyCount: Int, allowing tokens: Span<Int32>) {
        self.init(vocabularyCount: vocabularyCount, allowingAll: false)
        allow(tokens)
    }

    /// Allows or forbids every token.
    package mutating func setAll(allowed: Bool) {
        for index in words.indices { words[index] = allowed ? ~0 : 0 }
        let tail = vocabularyCount % 64
        if allowed, tail > 0 { words[words.count - 1] = (1 << UInt64(tail)) - 1 }
    }

    /// Whether a token is allowed.
    package subscript(token: Int32) -> Bool {
        get {
            guard token >= 0, Int(token) < vocabularyCount else { return false }
            return words[Int(token) / 64] >> UInt64(token % 64) & 1 == 1
        }
        set {
            precondition(token >= 0 && Int(token) < vocabularyCount, "token outside the vocabulary")
            let bit: UInt64 = 1 << UInt64(token % 64)
            if newValue { words[Int(token) / 64] |= bit } else { words[Int(token) / 64] &= ~bit }
        }
    }

    /// Allows a token of the vocabulary; others stay forbidden.
    mutating func allow(_ token: Int32) {
        let word = Int(token) >> 6
        guard words.indices.contains(word) else { return }
        words[word] |= 1 << UInt64(token & 63)
    }

    /// The words, to allow many tokens.
    var mutableWords: MutableSpan<UInt64> {
        @_lifetime(&self)
        mutating get { words.mutableSpan }
    }

    /// Allows tokens of the vocabulary.
    mutating func allow(_ tokens: Span<Int32>) {
        var words = mutableWords
        words.allow(tokens)
    }

    /// Allows what another mask's bits allow, too.
    mutating func formUnion(_ other: [UInt64]) {
        var words = mutableWords
        words.formUnion(other)
    }

    /// Forbids what another mask's bits allow.
    mutating func subtract(_ other: [UInt64]) {
        for index in 0..<min(words.count, other.count) { words[index] &= ~other[index] }
    }

    /// Forbids what another mask forbids.
    package mutating func formIntersection(_ other: TokenMask) {
        for index in words.indices { words[index] &= index < other.words.count ? other.words[index] : 0 }
    }
}

extension MutableSpan<UInt64> {
    /// Allows a token of the vocabulary in a mask's words.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func allow(_ token: Int32) {
        let token = UInt32(bitPattern: token)
        self[Int(token >> 6)] |= 1 << UInt64(token & 63)
    }

    /// Allows tokens of the vocabulary in a mask's words.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func allow(_ tokens: Span<Int32>) {
        for index in tokens.indices { allow(tokens[index]) }
    }

    /// Allows what another mask's words allow, too.
    @_lifetime(self: copy self)
    mutating func formUnion(_ other: [UInt64]) {
        for index in 0..<Swift.min(count, other.count) { self[index] |= other[index] }
    }
}
