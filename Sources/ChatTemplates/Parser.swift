/// Makes statements of tokens; the expressions are in `Parser+Expressions.swift`.
struct Parser {
    private let tokens: [Token]
    private var position = 0
    /// Tags that are open, outermost first.
    private var openTags: [String] = []
    /// Statements and brackets inside one another at this place.
    var nesting = 0
    /// Loops around this place within the same function.
    private var loops = 0

    /// Statements and brackets inside one another: the parser calls itself for each.
    static let nestingLimit = 100

    static func statements(of source: String) throws(TemplateError) -> [Statement] {
        var parser = Parser(tokens: try Lexer.tokens(of: source))
        return try parser.statements(until: [])
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    // MARK: Tokens

    var current: Token { tokens[position] }
    var following: Token { tokens[min(position + 1, tokens.count - 1)] }
    var line: Int { current.line }

    /// Steps to the next token and returns the one before it; stays at the end.
    @discardableResult
    mutating func advance() -> Token {
        defer { position = min(position + 1, tokens.count - 1) }
        return tokens[position]
    }

    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }
    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws(TemplateError) {
        guard current.kind != kind else { return _ = advance() }
        throw unexpected(Token(line: 0, kind: kind).description)
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected("name") }
        advance()
        return name
    }

    private func unexpected(_ expected: String) -> TemplateError {
        if current.kind == .end { return failure("unexpected end of template, expected '\(expected)'.") }
        return failure("expected token '\(expected)', got '\(current.description)'")
    }

    func failure(_ message: String, line: Int? = nil) -> TemplateError {
        .syntax(line: line ?? self.line, message: message)
    }

    /// Counts one more bracket or statement around what is parsed next.
    mutating func enter() throws(TemplateError) {
        nesting += 1
        guard nesting <= Parser.nestingLimit else {
            throw .limit(line: line, what: "tags and brackets inside one another", most: Parser.nestingLimit)
        }
    }

    // MARK: Bodies

    /// Statements up to one of the tags, which stays the current token; with no tags, up to the end.
    private mutating func statements(until ends: [String]) throws(TemplateError) -> [Statement] {
        var statements: [Statement] = []
        var output: [Expression] = []
        var outputLine = line
        func flush(_ statements: inout [Statement], _ output: inout [Expression]) {
            if !output.isEmpty { statements.append(.output(output, line: outputLine)) }
            output = []
        }
        while true {
            if output.isEmpty { outputLine = line }
            switch current.kind {
            case .data(let text): output.append(Expression(.constant(.string(text)), line: advance().line))
            case .variableBegin:
                advance()
                output.append(try parseTuple())
                try expect(.variableEnd)
            case .blockBegin:
                flush(&statements, &output)
                advance()
                if case .name(let name) = current.kind, ends.contains(name) { return statements }
                statements.append(try parseStatement(ends: ends))
                try expect(.blockEnd)
            default:
                flush(&statements, &output)
                guard ends.isEmpty else { throw unknownTag(nil, ends: ends) }
                return statements
            }
        }
    }

    /// The body of a tag whose own part ends here, and the name of the tag that ended the body.
    private mutating func body(until ends: [String]) throws(TemplateError) -> (body: [Statement], end: String) {
        _ = skip(symbol: ":")
        try expect(.blockEnd)
        let body = try statements(until: ends)
        return (body, try expectName())
    }

    /// The body of something that is called: a loop around it is out of reach.
    private mutating func functionBody(until end: String) throws(TemplateError) -> [Statement] {
        let outerLoops = loops
        loops = 0
        defer { loops = outerLoops }
        return try body(until: [end]).body
    }

    private func unknownTag(_ name: String?, ends: [String]) -> TemplateError {
        var message = name.map { "Encountered unknown tag '\($0)'." } ?? "Unexpected end of template."
        if !ends.isEmpty {
            let expected = ends.map { "'\($0)'" }.joined(separator: " or ")
            message += " Jinja was looking for the following tags: \(expected)."
        }
        if let tag = openTags.last { message += " The innermost block that needs to be closed is '\(tag)'." }
        return failure(message)
    }

    // MARK: Statements

    private mutating func parseStatement(ends: [String]) throws(TemplateError) -> Statement {
        guard case .name(let tag) = current.kind else { throw failure("tag name expected") }
        try enter()
        openTags.append(tag)
        defer {
            nesting -= 1
            openTags.removeLast()
        }
        let line = advance().line
        switch tag {
        case "set": return try parseSet(line)
        case "for": return try parseFor(line)
        case "if": return try parseIf(line)
        case "macro": return try parseMacro(line)
        case "call": return try parseCall(line)
        case "generation": return .callBlock(generation(try functionBody(until: "endgeneration"), line))
        case "filter": return try parseFilterBlock()
        case "with": return try parseWith(line)
        case "block": return try parseBlock(line)
        case "print": return try parsePrint(line)
        case "autoescape": return try parseAutoescape(line)
        case "break", "continue":
            guard loops > 0 else { throw failure("'\(tag)' outside loop", line: line) }
            return tag == "break" ? .breakLoop(line: line) : .continueLoop(line: line)
        case "extends", "include", "import", "from":
            while current.kind != .blockEnd, current.kind != .end { advance() }
            return .unavailable(tag: tag, line: line)
        default:
            openTags.removeLast()
            defer { openTags.append(tag) }
            throw unknownTag(tag, ends: ends)
        }
    }

    private func generation(_ body: [Statement], _ line: Int) -> CallBlock {
        CallBlock(
            callee: nil, arguments: Expression.Arguments(),
            body: MacroBody(name: nil, parameters: [], body: body, line: line))
    }

    private mutating func parseSet(_ line: Int) throws(TemplateError) -> Statement {
        let target = try parseTarget(allowsAttributes: true)
        if skip(symbol: "=") {
            return .assignment(Assignment(target: target, value: try parseTuple(), line: line))
        }
        let filter = isSymbol("|") ? try parseFilters(nil) : nil
        let body = try body(until: ["endset"]).body
        return .blockAssignment(BlockAssignment(target: target, filter: filter, body: body, line: line))
    }

    private mutating func parseFor(_ line: Int) throws(TemplateError) -> Statement {
        let target = try parseTarget(end: "in")
        try expect(.name("in"))
        let iterable = try parseTuple(allowsCondition: false, end: "recursive")
        let test = skip(name: "if") ? try parseExpression() : nil
        let header = ForLoop.Header(
            target: target, iterable: iterable, test: test, isRecursive: skip(name: "recursive"), line: line)
        let outerLoops = loops
        loops = header.isRecursive ? 1 : loops + 1
        let (body, end) = try body(until: ["endfor", "else"])
        loops = header.isRecursive ? 0 : outerLoops
        let otherwise = end == "else" ? try self.body(until: ["endfor"]).body : []
        loops = outerLoops
        return .loop(ForLoop(header, body: body, otherwise: otherwise))
    }

    private mutating func parseIf(_ line: Int) throws(TemplateError) -> Statement {
        var branches: [(test: Expression, body: [Statement])] = []
        while true {
            let test = try parseTuple(allowsCondition: false)
            let (body, end) = try body(until: ["elif", "else", "endif"])
            branches.append((test, body))
            if end == "elif" { continue }
            let otherwise = end == "else" ? try self.body(until: ["endif"]).body : []
            return .condition(Condition(branches: branches, otherwise: otherwise, line: line))
        }
    }

    private mutating func parseMacro(_ line: Int) throws(TemplateError) -> Statement {
        let nameLine = self.line
        let name = try assignable(try expectName())
        let parameters = try parseParameters()
        let body = MacroBody(
            name: name, parameters: parameters, body: try functionBody(until: "endmacro"), line: line)
        return .macro(MacroDefinition(target: NameReference(name, line: nameLine), body: body))
    }

    private mutating func parseParameters() throws(TemplateError) -> [(name: String, default: Expression?)] {
        var parameters: [(name: String, default: Expression?)] = []
        try expect(.symbol("("))
        while !isSymbol(")") {
            if !parameters.isEmpty { try expect(.symbol(",")) }
            let name = try assignable(try expectName())
            let value = skip(symbol: "=") ? try parseExpression() : nil
            guard value != nil || parameters.last?.default == nil else {
                throw failure("non-default argument follows default argument")
            }
            guard !parameters.contains(where: { $0.name == name }) else {
                throw failure("duplicate argument '\(name)' in function definition")
            }
            parameters.append((name, value))
        }
        try expect(.symbol(")"))
        return parameters
    }

    private mutating func parseCall(_ line: Int) throws(TemplateError) -> Statement {
        let parameters = isSymbol("(") ? try parseParameters() : []
        guard case .call(let callee, let arguments) = try parseExpression().kind else {
            throw failure("expected call", line: line)
        }
        let body = MacroBody(
            name: nil, parameters: parameters, body: try functionBody(until: "endcall"), line: line)
        return .callBlock(CallBlock(callee: callee, arguments: arguments, body: body))
    }

    private mutating func parseFilterBlock() throws(TemplateError) -> Statement {
        let filter = try parseFilters(nil, startsInline: true)
        return .filterBlock(FilterBlock(filter: filter, body: try body(until: ["endfilter"]).body))
    }

    private mutating func parseWith(_ line: Int) throws(TemplateError) -> Statement {
        var bindings: [(target: Target, value: Expression)] = []
        while current.kind != .blockEnd {
            if !bindings.isEmpty { try expect(.symbol(",")) }
            let target = try parseTarget()
            try expect(.symbol("="))
            bindings.append((target, try parseExpression()))
        }
        return .with(WithBlock(bindings: bindings, body: try body(until: ["endwith"]).body, line: line))
    }

    private mutating func parseBlock(_ line: Int) throws(TemplateError) -> Statement {
        let name = try expectName()
        let header = NamedBlock.Header(
            name: name, isScoped: skip(name: "scoped"), isRequired: skip(name: "required"), line: line)
        let body = try functionBody(until: "endblock")
        _ = skip(name: name)
        return .block(NamedBlock(header, body: body))
    }

    private mutating func parsePrint(_ line: Int) throws(TemplateError) -> Statement {
        var output: [Expression] = []
        while current.kind != .blockEnd {
            if !output.isEmpty { try expect(.symbol(",")) }
            output.append(try parseExpression())
        }
        return .output(output, line: line)
    }

    private mutating func parseAutoescape(_ line: Int) throws(TemplateError) -> Statement {
        guard case .constant(let value) = try parseExpression().kind, !value.isTrue else {
            throw .unsupported(line: line, what: "escaping for HTML by itself")
        }
        return .scope(ScopeBlock(body: try body(until: ["endautoescape"]).body))
    }
}
