package import Compute
import Hashing

/// Names a sequence; numbers grow in the order of arrival, so a larger one is younger.
package struct SequenceID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// How many sequences came before it.
    package let number: UInt64

    package init(number: UInt64) { self.number = number }

    package static func < (one: SequenceID, other: SequenceID) -> Bool { one.number < other.number }

    package var description: String { "#\(number)" }
}

/// What the scheduler needs to know of a request.
package struct SequenceRequest: Sendable {
    /// Tokens of the prompt, at least one.
    package var prompt: [Int32]
    /// Whose turn it takes: groups with waiting sequences are served alike.
    package var group = ""
    /// What besides tokens the cached pages depend on (tenant, adapter): pages are shared only under one salt.
    package var salt: [UInt8] = []
    /// Whether logits of every prompt position are wanted, not of the last one only.
    package var wantsPromptLogits = false
    /// Whether a RoPE with two sets of frequencies uses the long one.
    package var usesLongRoPE = false

    package init(prompt: [Int32]) { self.prompt = prompt }
}

/// One request in flight: its tokens, how many of them are in the cache, and in which pages.
package struct Sequence: Sendable {
    package let id: SequenceID
    package let group: String
    /// Prompt and generated tokens.
    package internal(set) var tokens: [Int32]
    package let promptCount: Int
    /// Tokens whose keys and values are in the cache.
    package internal(set) var computedCount = 0
    package internal(set) var pages = PageTable()
    package internal(set) var options: SequenceOptions
    /// First position whose logits have not been computed and are wanted.
    package internal(set) var firstWantedLogit: Int
    /// Prompt tokens that were found in the cache when the sequence was first admitted.
    package internal(set) var cachedCount: Int?
    /// How often its pages were taken from it.
    package internal(set) var preemptionCount = 0
    /// Chain of hashes of the full pages, as far as it has been computed.
    var pageHashes: [SHA256.Digest] = []
    /// Where the chain starts.
    let root: SHA256.Digest
    let wantsPromptLogits: Bool

    /// Tokens that are still to compute; none while the next one is chosen.
    package var missingCount: Int { tokens.count - computedCount }

    init(_ request: SequenceRequest, id: SequenceID) {
        self.id = id
        group = request.group
        tokens = request.prompt
        promptCount = request.prompt.count
        options = SequenceOptions(usesLongRoPE: request.usesLongRoPE)
        wantsPromptLogits = request.wantsPromptLogits
        firstWantedLogit = request.wantsPromptLogits ? 0 : request.prompt.count - 1
        var hash = SHA256()
        hash.update(request.salt)
        hash.update([request.usesLongRoPE ? 1 : 0])
        root = hash.finalized()
    }

    /// Adds a generated token, whose logits are the next ones wanted.
    ///
    /// - Returns: false, with nothing added, if earlier tokens are not computed or the sequence is as long as it may be.
    mutating func append(_ token: Int32, atMost contextLength: Int) -> Bool {
        guard missingCount == 0, tokens.count < contextLength else { return false }
        firstWantedLogit = tokens.count
        tokens.append(token)
        return true
    }

    /// Hash of a full page: of the page before it and its own tokens, so that it stands for the whole prefix.
    ///
    /// - Precondition: the sequence has the page's tokens.
    mutating func pageHash(_ index: Int) -> SHA256.Digest {
        while pageHashes.count <= index {
            let start = pageHashes.count * PagePool.pageTokens
            var hash = SHA256()
            hash.update((pageHashes.last ?? root).bytes)
            for token in tokens[start..<start + PagePool.pageTokens] {
                hash.update(littleEndian: UInt32(bitPattern: token))
            }
            pageHashes.append(hash.finalized())
        }
        return pageHashes[index]
    }
}
