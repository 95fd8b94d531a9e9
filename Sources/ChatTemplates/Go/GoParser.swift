/// Builds the tree of a Go template.
///
/// *Source*: Go's `text/template` documentation; its parser decides what the documentation leaves open.
struct GoParser {
    private let tokens: [GoToken]
    private let functions: Set<String>
    private var index = 0
    private var bodies: [String: GoBody] = [:]
    private var emptyBodies: Set<String> = []
    /// Variables in sight of the body that is read, by their places; and the most there ever were.
    private var variables = ["$"]
    private var variableCount = 1
    private var loopDepth = 0
    private var depth = 0

    /// Actions and parentheses inside one another.
    private static let depthLimit = 200

    /// The main body, under the empty name, and those that `define` and `block` add.
    static func bodies(of source: String, functions: Set<String>) throws(TemplateError) -> [String: GoBody] {
        var parser = GoParser(tokens: try GoLexer.tokens(of: source), functions: functions)
        let (nodes, stop) = try parser.list(isTop: true)
        if let stop { throw parser.unexpected(stop, "in the template") }
        parser.bodies[""] = GoBody(nodes: nodes, variableCount: parser.variableCount)
        return parser.bodies
    }

    private init(tokens: [GoToken], functions: Set<String>) {
        self.tokens = tokens
        self.functions = functions
    }

    // MARK: Tokens

    private var peek: GoToken { tokens[min(index, tokens.count - 1)] }
    private var line: Int { peek.line }

    private mutating func next() -> GoToken {
        defer { index += 1 }
        return peek
    }

    private mutating func skipSpace() {
        while peek.kind == .space { index += 1 }
    }

    private mutating func expect(_ kind: GoToken.Kind, _ context: String) throws(TemplateError) {
        skipSpace()
        guard peek.kind == kind else { throw unexpected(peek, context) }
        index += 1
    }

    private func unexpected(_ token: GoToken, _ context: String) -> TemplateError {
        .syntax(line: token.line, message: "unexpected \(token.kind.words) \(context)")
    }

    private mutating func enter() throws(TemplateError) {
        depth += 1
        guard depth <= Self.depthLimit else {
            throw .limit(line: line, what: "actions inside one another", most: Self.depthLimit)
        }
    }

    // MARK: Nodes

    /// Nodes up to an `else`, an `end` or the end of the text; the token that ended them, nil at the end of the text.
    private mutating func list(isTop: Bool) throws(TemplateError) -> ([GoNode], stop: GoToken?) {
        try enter()
        defer { depth -= 1 }
        var nodes: [GoNode] = []
        while true {
            let token = next()
            switch token.kind {
            case .text(let text): nodes.append(.text(Text(text)))
            case .leftDelimiter:
                skipSpace()
                if case .keyword(let keyword) = peek.kind {
                    let token = next()
                    if keyword == .else || keyword == .end { return (nodes, token) }
                    if let node = try statement(keyword, token, isTop: isTop) { nodes.append(node) }
                } else {
                    nodes.append(.action(try pipeline("command", closedBy: .rightDelimiter)))
                }
            case .end where isTop: return (nodes, nil)
            default: throw unexpected(token, "where text or an action is expected")
            }
        }
    }

    private mutating func statement(
        _ keyword: GoKeyword, _ token: GoToken, isTop: Bool
    ) throws(TemplateError) -> GoNode? {
        switch keyword {
        case .if, .with: return try conditional(setsDot: keyword == .with)
        case .range: return try loop()
        case .template: return try call(token)
        case .block: return try block(token)
        case .define:
            guard isTop else { throw unexpected(token, "inside another action") }
            try define()
            return nil
        case .break, .continue:
            try expect(.rightDelimiter, "in \(keyword)")
            guard loopDepth > 0 else {
                throw .syntax(line: token.line, message: "{{\(keyword)}} outside {{range}}")
            }
            return keyword == .break ? .breakLoop : .continueLoop
        case .else, .end: throw unexpected(token, "in the template")
        }
    }

    private mutating func conditional(setsDot: Bool) throws(TemplateError) -> GoNode {
        let mark = variables.count
        defer { variables.removeSubrange(mark...) }
        var branches: [GoBranch] = []
        var setsDot = setsDot
        while true {
            let condition = try pipeline(setsDot ? "with" : "if", closedBy: .rightDelimiter)
            let (body, stop) = try list(isTop: false)
            branches.append(GoBranch(condition: condition, setsDot: setsDot, body: body))
            guard stop?.kind == .keyword(.else) else { break }
            skipSpace()
            guard peek.kind == .keyword(.if) || peek.kind == .keyword(.with) else {
                try expect(.rightDelimiter, "in else")
                return .conditional(branches, otherwise: try last())
            }
            setsDot = next().kind == .keyword(.with)
        }
        try expect(.rightDelimiter, "in end")
        return .conditional(branches, otherwise: [])
    }

    /// The nodes after the last `else`, up to `end`.
    private mutating func last() throws(TemplateError) -> [GoNode] {
        let (nodes, stop) = try list(isTop: false)
        if let stop, stop.kind != .keyword(.end) {
            throw .syntax(line: stop.line, message: "expected end; found {{else}}")
        }
        try expect(.rightDelimiter, "in end")
        return nodes
    }

    private mutating func loop() throws(TemplateError) -> GoNode {
        let mark = variables.count
        defer { variables.removeSubrange(mark...) }
        let values = try pipeline("range", closedBy: .rightDelimiter)
        loopDepth += 1
        let (body, stop) = try list(isTop: false)
        loopDepth -= 1
        var otherwise: [GoNode] = []
        if stop?.kind == .keyword(.else) {
            try expect(.rightDelimiter, "in else")
            otherwise = try last()
        } else {
            try expect(.rightDelimiter, "in end")
        }
        return .loop(values, body: body, otherwise: otherwise)
    }

    private mutating func name(_ context: String) throws(TemplateError) -> String {
        skipSpace()
        let token = next()
        guard case .string(let name) = token.kind else { throw unexpected(token, "in \(context)") }
        skipSpace()
        return name
    }

    private mutating func call(_ token: GoToken) throws(TemplateError) -> GoNode {
        let name = try name("template clause")
        guard peek.kind != .rightDelimiter else {
            index += 1
            return .call(name: name, nil, line: token.line)
        }
        return .call(name: name, try pipeline("template clause", closedBy: .rightDelimiter), line: token.line)
    }

    private mutating func define() throws(TemplateError) {
        let name = try name("define clause")
        try expect(.rightDelimiter, "in define clause")
        try body(name)
    }

    private mutating func block(_ token: GoToken) throws(TemplateError) -> GoNode {
        let name = try name("block clause")
        let value = try pipeline("block clause", closedBy: .rightDelimiter)
        try body(name)
        return .call(name: name, value, line: token.line)
    }

    /// Reads a body with variables of its own up to its `end`; of two with one name, one must be empty and is dropped.
    private mutating func body(_ name: String) throws(TemplateError) {
        let outer = (variables, variableCount, loopDepth)
        (variables, variableCount, loopDepth) = (["$"], 1, 0)
        let nodes = try last()
        let isEmpty = nodes.allSatisfy { node in
            guard case .text(let text) = node else { return false }
            return text.trimmed().isEmpty
        }
        if bodies[name] == nil || emptyBodies.contains(name) {
            bodies[name] = GoBody(nodes: nodes, variableCount: variableCount)
            if isEmpty { emptyBodies.insert(name) } else { emptyBodies.remove(name) }
        } else if !isEmpty {
            throw .syntax(line: line, message: "multiple definition of template \"\(name)\"")
        }
        (variables, variableCount, loopDepth) = outer
    }

    // MARK: Pipelines

    private mutating func pipeline(
        _ context: String, closedBy end: GoToken.Kind
    ) throws(TemplateError) -> GoPipeline {
        try enter()
        defer { depth -= 1 }
        skipSpace()
        let start = line
        let (names, isAssignment) = try declarations(context)
        var commands: [GoCommand] = []
        repeat {
            skipSpace()
            if peek.kind == end {
                guard !commands.isEmpty else { throw .syntax(line: line, message: "missing value for \(context)") }
                // Go lets a pipe lead nowhere.
                index += 1
                break
            }
            commands.append(try command(stage: commands.count + 1, closedBy: end, context))
        } while tokens[index - 1].kind == .pipe
        return GoPipeline(line: start, variables: try places(names, isAssignment: isAssignment), commands: commands)
    }

    /// Names before `:=` or `=`.
    private mutating func declarations(_ context: String) throws(TemplateError) -> ([String], isAssignment: Bool) {
        var names: [String] = []
        let start = index
        while case .variable(let name) = peek.kind {
            index += 1
            skipSpace()
            names.append(name)
            switch peek.kind {
            case .declare, .assign: return (names, next().kind == .assign)
            case .comma where context == "range" && names.count < 2:
                index += 1
                skipSpace()
            case .comma: throw .syntax(line: line, message: "too many declarations in \(context)")
            default:
                guard names.count == 1 else {
                    throw .syntax(line: line, message: "range can only initialize variables")
                }
                index = start
                return ([], false)
            }
        }
        guard names.isEmpty else { throw .syntax(line: line, message: "range can only initialize variables") }
        return ([], false)
    }

    private mutating func places(_ names: [String], isAssignment: Bool) throws(TemplateError) -> [Int] {
        var places: [Int] = []
        for name in names {
            if isAssignment {
                places.append(try place(of: name))
            } else {
                places.append(variables.count)
                variables.append(name)
            }
        }
        variableCount = max(variableCount, variables.count)
        return places
    }

    private func place(of name: String) throws(TemplateError) -> Int {
        guard let place = variables.lastIndex(of: name) else {
            throw .syntax(line: line, message: "undefined variable \"\(name)\"")
        }
        return place
    }

    /// A command and the pipe or bracket after it.
    private mutating func command(
        stage: Int, closedBy end: GoToken.Kind, _ context: String
    ) throws(TemplateError) -> GoCommand {
        let start = line
        var operands: [GoOperand] = []
        while true {
            skipSpace()
            if let operand = try operand(context) { operands.append(operand) }
            let token = next()
            switch token.kind {
            case .space: continue
            case .pipe, end: break
            default: throw unexpected(token, "in operand")
            }
            break
        }
        guard let head = operands.first else { throw .syntax(line: start, message: "empty command") }
        if stage > 1, !head.isExecutable {
            throw .syntax(line: start, message: "non executable command in pipeline stage \(stage)")
        }
        return GoCommand(line: start, head: head, arguments: Array(operands.dropFirst()))
    }

    /// A term with the fields right behind it; nil if none begins here.
    private mutating func operand(_ context: String) throws(TemplateError) -> GoOperand? {
        guard let term = try term(context) else { return nil }
        var fields: [String] = []
        while case .field(let name) = peek.kind {
            index += 1
            fields.append(name)
        }
        guard !fields.isEmpty else { return term }
        switch term {
        case .field(let names): return .field(names + fields)
        case .variable(let place, _): return .variable(place, fields: fields)
        case .function, .pipeline, .chain: return .chain(term, fields: fields)
        case .dot, .null, .constant: throw .syntax(line: line, message: "unexpected . after term")
        }
    }

    private mutating func term(_ context: String) throws(TemplateError) -> GoOperand? {
        let token = peek
        let operand: GoOperand
        switch token.kind {
        case .identifier(let name):
            guard functions.contains(name) else {
                throw .syntax(line: token.line, message: "function \"\(name)\" not defined")
            }
            operand = .function(name)
        case .dot: operand = .dot
        case .null: operand = .null
        case .boolean(let value): operand = .constant(.boolean(value))
        case .string(let text): operand = .constant(.string(Text(text)))
        case .number(.integer(let value)): operand = .constant(.integer(value))
        case .number(.float(let value)): operand = .constant(.float(value))
        case .field(let name): operand = .field([name])
        case .variable(let name): operand = .variable(try place(of: name), fields: [])
        case .leftParenthesis:
            index += 1
            return .pipeline(try pipeline("parenthesized pipeline", closedBy: .rightParenthesis))
        default: return nil
        }
        index += 1
        return operand
    }
}

extension GoOperand {
    /// Whether a value can be piped into it.
    fileprivate var isExecutable: Bool {
        switch self {
        case .dot, .null, .constant: false
        case .field, .variable, .chain, .function, .pipeline: true
        }
    }
}

extension GoToken.Kind {
    /// For messages.
    fileprivate var words: String {
        switch self {
        case .text: "text"
        case .leftDelimiter: "{{"
        case .rightDelimiter: "}}"
        case .space: "space"
        case .declare: ":="
        case .assign: "="
        case .comma: ","
        case .pipe: "|"
        case .leftParenthesis: "("
        case .rightParenthesis: ")"
        case .dot: "."
        case .field(let name): "." + name
        case .variable(let name), .identifier(let name): name
        case .keyword(let keyword): "{{\(keyword)}}"
        case .boolean(let value): "\(value)"
        case .null: "nil"
        case .string: "string"
        case .number: "number"
        case .end: "end of the template"
        }
    }
}
