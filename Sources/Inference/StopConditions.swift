/// Finds stop strings in a text that arrives in pieces, and holds back what may be the beginning of one.
///
/// Strings are matched over bytes, wherever token borders lie (Knuth, Morris and Pratt: linear in the text, whatever the
/// strings). The string that is complete first ends the text; of several that end with the same byte, the longest.
package struct StopMatcher: Sendable {
    private struct Pattern: Sendable {
        let bytes: [UInt8]
        /// For each length of a match, the longest shorter one that is a suffix of it.
        let fallbacks: [Int]
        var matched = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            var fallbacks = [0, 0]
            var length = 0
            for index in 1..<bytes.count {
                while length > 0, bytes[index] != bytes[length] { length = fallbacks[length] }
                if bytes[index] == bytes[length] { length += 1 }
                fallbacks.append(length)
            }
            self.fallbacks = fallbacks
        }

        /// Reads a byte; returns whether the string is complete.
        mutating func advance(_ byte: UInt8) -> Bool {
            while matched > 0, bytes[matched] != byte { matched = fallbacks[matched] }
            if bytes[matched] == byte { matched += 1 }
            return matched == bytes.count
        }
    }

    private var patterns: [Pattern]
    private var held: [UInt8] = []

    /// A matcher of the strings that are not empty.
    package init(_ strings: [[UInt8]]) {
        patterns = strings.filter { !$0.isEmpty }.map(Pattern.init)
    }

    /// Takes a piece of text and leaves in its place what is certain to belong to no stop string.
    ///
    /// After a stop string nothing more may be taken.
    /// - Returns: the stop string that ended the text.
    package mutating func filter(_ piece: inout [UInt8]) -> [UInt8]? {
        guard !patterns.isEmpty else { return nil }
        let start = held.count
        held.append(contentsOf: piece)
        piece.removeAll(keepingCapacity: true)
        for index in start..<held.count {
            var complete: [UInt8]?
            for pattern in patterns.indices where patterns[pattern].advance(held[index]) {
                let bytes = patterns[pattern].bytes
                if bytes.count > complete?.count ?? 0 { complete = bytes }
            }
            if let complete {
                piece.append(contentsOf: held[...index].dropLast(complete.count))
                held = []
                return complete
            }
        }
        let open = patterns.reduce(0) { max($0, $1.matched) }
        piece.append(contentsOf: held.dropLast(open))
        held.removeFirst(held.count - open)
        return nil
    }

    /// What was held back, when the text ends for another reason.
    package mutating func flush() -> [UInt8] {
        defer { held = [] }
        return held
    }
}

/// When a text ends.
package struct StopConditions: Sendable, Equatable {
    /// Texts that end it and do not belong to it.
    package var strings: [String] = []
    /// Tokens that end it, besides the model's own.
    package var tokens: Set<Int32> = []
    /// Whether the model's end-of-generation tokens are never chosen.
    package var ignoresEndOfGeneration = false
    /// Generated tokens before which no end-of-generation token is chosen.
    package var minimumTokens = 0
    /// Most generated tokens; `nil` leaves it to the context's length, which bounds it in any case.
    package var maximumTokens: Int?

    package init() {}

    /// Most stop strings of a request, and most bytes of one.
    package static let largestCount = 64
    package static let largestLength = 4096

    /// Checks the limits.
    ///
    /// - Throws: `limitOutOfRange`.
    package func validate() throws(InferenceError) {
        try check("number of stop strings", strings.count, in: 0...Self.largestCount)
        for string in strings { try check("bytes of a stop string", string.utf8.count, in: 1...Self.largestLength) }
        try check("minimum of tokens", minimumTokens, in: 0...Int(Int32.max))
        if let maximumTokens { try check("maximum of tokens", maximumTokens, in: 0...Int(Int32.max)) }
    }

    private func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(InferenceError) {
        guard !range.contains(value) else { return }
        throw .limitOutOfRange(name: name, expected: "\(range.lowerBound) to \(range.upperBound)", found: value)
    }
}
