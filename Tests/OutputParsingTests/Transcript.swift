import JSON
import OutputParsing

/// What an answer came to, with its parts joined, so that answers can be compared however they were cut.
struct Transcript: Equatable, CustomStringConvertible {
    struct Call: Equatable {
        let name: String
        let arguments: JSONObject
    }

    var thinking = ""
    var text = ""
    var calls: [Call] = []
    /// Kinds of parts in order, neighbours of a kind once.
    var order = ""
    /// What contradicts the rules of parts.
    var violations: [String] = []
    private var open: (index: Int, name: String, arguments: String)?
    private var begunCount = 0

    init(_ parts: [OutputPart] = []) {
        for part in parts { add(part) }
    }

    mutating func add(_ part: OutputPart) {
        switch part {
        case .thinking(let more):
            thinking += more
            note("r")
        case .text(let more):
            text += more
            note("t")
        case .toolCallBegan(let index, let name):
            check(index == begunCount, "call \(index) began, expected \(begunCount)")
            begunCount += 1
            open = (index, name, "")
        case .toolCallArguments(let index, let more):
            check(open?.index == index, "arguments of call \(index), which is not open")
            open?.arguments += more
        case .toolCall(let index, let name, let arguments):
            check(open?.index == index && open?.name == name, "call \(index) came whole but is not open")
            let streamed = open.flatMap { try? JSONParser.parse($0.arguments, options: Self.lenient) }
            check(streamed == .object(arguments), "the streamed arguments are not those of call \(index)")
            calls.append(Call(name: name, arguments: arguments))
            open = nil
            order += "c"
        }
    }

    static func == (one: Transcript, other: Transcript) -> Bool {
        one.thinking.utf8.elementsEqual(other.thinking.utf8) && one.text.utf8.elementsEqual(other.text.utf8)
            && one.calls == other.calls && one.order == other.order
    }

    var description: String {
        "[\(order)] thinking \(thinking.debugDescription) text \(text.debugDescription) calls "
            + calls.map { "\($0.name)\(JSONValue.object($0.arguments))" }.joined(separator: ", ")
            + violations.joined(separator: "; ")
    }

    private static let lenient = {
        var options = JSONParser.Options()
        options.allowsDuplicateKeys = true
        return options
    }()

    private mutating func note(_ kind: Character) {
        if order.last != kind { order.append(kind) }
    }

    private mutating func check(_ condition: Bool, _ message: String) {
        if !condition { violations.append(message) }
    }
}

/// Reads an answer cut into chunks.
func read(
    _ chunks: some Sequence<String>, as format: OutputFormat, tools: [ToolSignature]? = nil, prompt: String = ""
) -> Transcript {
    var parser = OutputParser(format: format, tools: tools, prompt: prompt)
    var transcript = Transcript()
    for chunk in chunks {
        for part in parser.append(chunk) { transcript.add(part) }
    }
    for part in parser.finish() { transcript.add(part) }
    return transcript
}

/// Every way to cut a text in two between scalars, and the cut between all of them.
func cuts(of text: String) -> [[String]] {
    let scalars = text.unicodeScalars
    let inTwo = scalars.indices.map { [String(scalars[..<$0]), String(scalars[$0...])] }
    return inTwo + [scalars.map { String($0) }]
}
