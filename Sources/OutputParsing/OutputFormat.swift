/// How a model marks its reasoning and its tool calls: data for `OutputParser`.
package struct OutputFormat: Sendable {
    /// Name in the table of formats.
    package let name: String
    /// Tags around reasoning; empty if the model does not reason in the open.
    package var thinking: [ThinkingTags]
    /// How calls look; nil if the model makes none.
    var calls: CallSyntax?
    /// Marks of structure that are never part of the answer, wherever they stand.
    var dropped: [String]
    /// Ends of prompts that belong to the answer's structure: the first of them that a prompt ends with is read
    /// as if the model had written it.
    var promptTails: [String]

    init(
        _ name: String, thinking: [ThinkingTags] = [], calls: CallSyntax? = nil, dropped: [String] = [],
        promptTails: [String] = []
    ) {
        self.name = name
        self.thinking = thinking
        self.calls = calls
        self.dropped = dropped
        self.promptTails = promptTails
    }
}

extension OutputFormat {
    /// All texts that are looked for. Those that are special tokens must reach the parser as their text.
    package var markers: [String] {
        let tags = thinking.flatMap { [$0.open] + $0.closes } + dropped
        return tags + (calls.map { $0.triggers.map(\.marker) + $0.trailers } ?? [])
    }
}

/// Tags around reasoning.
package struct ThinkingTags: Sendable, Equatable {
    /// What opens it.
    package let open: String
    /// What ends it; the first that comes counts.
    package let closes: [String]
    /// Where the opening tag counts as one: plain words only where an answer begins, special tokens anywhere.
    let place: MarkerPlace

    /// Tags that count everywhere or, for plain words, only where an answer begins.
    package init(_ open: String, _ closes: String..., place: MarkerPlace = .anywhere) {
        self.open = open
        self.closes = closes
        self.place = place
    }
}

/// Where a marker counts; elsewhere the same characters are text.
package enum MarkerPlace: Sendable {
    case anywhere
    /// Where an answer begins: before any other text, or after reasoning or a call.
    case atStart
    /// Right after a call.
    case afterCall
}

/// What begins a call.
struct CallTrigger: Sendable {
    let marker: String
    var place = MarkerPlace.anywhere
    /// Whether the marker is the call's own first characters, so that the call's reader must see them.
    var isPartOfCall = false

    static func anywhere(_ marker: String) -> CallTrigger { CallTrigger(marker: marker) }
    static func body(_ marker: String, _ place: MarkerPlace) -> CallTrigger {
        CallTrigger(marker: marker, place: place, isPartOfCall: true)
    }
}

/// How calls begin, what they consist of, and what may stand between and after them.
struct CallSyntax: Sendable {
    /// The reader of what follows a trigger.
    enum Body: Sendable {
        case json(JSONCallSyntax)
        case tagged(TaggedCallSyntax)
        case pythonic(PythonicCallSyntax)
        case bareKeys(BareKeyCallSyntax)
    }

    let triggers: [CallTrigger]
    let body: Body
    /// Marks that are dropped right after a call: closing tags and separators.
    var trailers: [String] = []
    /// How constrained decoding writes a call; nil if no JSON Schema can say it.
    var shape: CallShape?

    /// A reader of one call or one list of calls.
    func reader(for tools: CallableTools) -> any CallReader {
        switch body {
        case .json(let syntax): JSONCallReader(syntax: syntax, tools: tools)
        case .tagged(let syntax): TaggedCallReader(syntax: syntax, tools: tools)
        case .pythonic(let syntax): PythonicCallReader(syntax: syntax, tools: tools)
        case .bareKeys(let syntax): BareKeyCallReader(syntax: syntax, tools: tools)
        }
    }
}
