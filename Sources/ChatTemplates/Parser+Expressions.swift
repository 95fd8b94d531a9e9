extension Parser {
    /// How deep an expression may nest, its chains of calls and filters included.
    static let depthLimit = 150

    private func make(_ kind: Expression.Kind, line: Int) throws(TemplateError) -> Expression {
        let expression = Expression(kind, line: line)
        guard expression.depth <= Parser.depthLimit else {
            throw .limit(line: line, what: "expressions inside one another", most: Parser.depthLimit)
        }
        return expression
    }

    // MARK: Targets

    /// A name that can be assigned to.
    func assignable(_ name: String) throws(TemplateError) -> String {
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw failure("can't assign to '\(name)'")
        }
        return name
    }

    /// What an assignment stores to; `end` is the name that ends a tuple without parentheses.
    mutating func parseTarget(allowsAttributes: Bool = false, end: String? = nil) throws(TemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while !isTupleEnd(end) {
            targets.append(try parseSingleTarget(allowsAttributes: allowsAttributes))
            guard isSymbol(",") else { break }
            advance()
            isTuple = true
        }
        guard let first = targets.first else {
            throw failure("Expected an expression, got '\(current.description)'")
        }
        return isTuple ? .tuple(targets) : first
    }

    private mutating func parseSingleTarget(allowsAttributes: Bool) throws(TemplateError) -> Target {
        if skip(symbol: "(") {
            try enter()
            defer { nesting -= 1 }
            if skip(symbol: ")") { return .tuple([]) }
            let target = try parseTarget(allowsAttributes: false)
            try expect(.symbol(")"))
            return target
        }
        guard case .name(let name) = current.kind else { throw failure("can't assign to '\(current.description)'") }
        let reference = NameReference(try assignable(name), line: advance().line)
        guard allowsAttributes, skip(symbol: ".") else { return .name(reference) }
        return .attribute(reference, Text(try expectName()))
    }

    // MARK: Operators, from the loosest

    mutating func parseExpression(allowsCondition: Bool = true) throws(TemplateError) -> Expression {
        allowsCondition ? try parseConditional() : try parseOr()
    }

    private mutating func parseConditional() throws(TemplateError) -> Expression {
        let line = self.line
        var expression = try parseOr()
        while skip(name: "if") {
            try enter()
            defer { nesting -= 1 }
            let test = try parseOr()
            let otherwise = skip(name: "else") ? try parseConditional() : nil
            expression = try make(.conditional(test: test, then: expression, otherwise: otherwise), line: line)
        }
        return expression
    }

    private mutating func parseOr() throws(TemplateError) -> Expression {
        let line = self.line
        var operands = [try parseAnd()]
        while skip(name: "or") { operands.append(try parseAnd()) }
        return operands.count == 1 ? operands[0] : try make(.or(operands), line: line)
    }

    private mutating func parseAnd() throws(TemplateError) -> Expression {
        let line = self.line
        var operands = [try parseNot()]
        while skip(name: "and") { operands.append(try parseNot()) }
        return operands.count == 1 ? operands[0] : try make(.and(operands), line: line)
    }

    private mutating func parseNot() throws(TemplateError) -> Expression {
        let line = self.line
        guard skip(name: "not") else { return try parseComparison() }
        try enter()
        defer { nesting -= 1 }
        return try make(.not(try parseNot()), line: line)
    }

    private mutating func parseComparison() throws(TemplateError) -> Expression {
        let line = self.line
        let first = try parseBinary(precedence: 0)
        var rest: [(operation: ComparisonOperator, operand: Expression)] = []
        while let symbol = comparisonOperator() {
            rest.append((symbol, try parseBinary(precedence: 0)))
        }
        return rest.isEmpty ? first : try make(.comparison(first, rest), line: line)
    }

    /// Steps over a comparison operator if one is here.
    private mutating func comparisonOperator() -> ComparisonOperator? {
        switch current.kind {
        case .symbol(let symbol):
            guard let found = ComparisonOperator(rawValue: symbol) else { return nil }
            advance()
            return found
        case .name("in"):
            advance()
            return .isIn
        case .name("not") where following.kind == .name("in"):
            advance()
            advance()
            return .isNotIn
        default: return nil
        }
    }

    /// Operators of each precedence; `~` stands between sums and products.
    private static let precedences: [[String]] = [["+", "-"], ["~"], ["*", "/", "//", "%"], ["**"]]

    private mutating func parseBinary(precedence: Int) throws(TemplateError) -> Expression {
        guard precedence < Parser.precedences.count else { return try parseUnary() }
        let line = self.line
        let first = try parseBinary(precedence: precedence + 1)
        var rest: [(symbol: String, operand: Expression)] = []
        while case .symbol(let symbol) = current.kind, Parser.precedences[precedence].contains(symbol) {
            advance()
            rest.append((symbol, try parseBinary(precedence: precedence + 1)))
        }
        if rest.isEmpty { return first }
        if rest[0].symbol == "~" { return try make(.concatenation([first] + rest.map(\.operand)), line: line) }
        let operations = rest.compactMap { step in
            ArithmeticOperator(rawValue: step.symbol).map { (operation: $0, operand: step.operand) }
        }
        return try make(.arithmetic(first, operations), line: line)
    }

    private mutating func parseUnary(withFilters: Bool = true) throws(TemplateError) -> Expression {
        let line = self.line
        var expression: Expression
        if isSymbol("-") || isSymbol("+") {
            let isNegation = isSymbol("-")
            advance()
            try enter()
            defer { nesting -= 1 }
            let operand = try parseUnary(withFilters: false)
            expression = try make(isNegation ? .negation(operand) : .positive(operand), line: line)
        } else {
            expression = try parsePrimary()
        }
        expression = try parsePostfix(expression)
        return withFilters ? try parseFiltersAndTests(expression) : expression
    }

    // MARK: Primaries

    private mutating func parsePrimary() throws(TemplateError) -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return try make(.constant(.boolean(true)), line: token.line)
            case "false", "False": return try make(.constant(.boolean(false)), line: token.line)
            case "none", "None": return try make(.constant(.none), line: token.line)
            default: return try make(.name(NameReference(name, line: token.line)), line: token.line)
            }
        case .string:
            var text = Text()
            while case .string(let part) = current.kind {
                text.append(part)
                advance()
            }
            return try make(.constant(.string(text)), line: token.line)
        case .integer(let value):
            advance()
            return try make(.constant(.integer(value)), line: token.line)
        case .float(let value):
            advance()
            return try make(.constant(.float(value)), line: token.line)
        case .symbol("("), .symbol("["), .symbol("{"):
            try enter()
            defer { nesting -= 1 }
            return try parseBracketed()
        default: throw failure("unexpected '\(token.description)'")
        }
    }

    private mutating func parseBracketed() throws(TemplateError) -> Expression {
        let line = self.line
        switch advance().kind {
        case .symbol("("):
            let expression = try parseTuple(isParenthesised: true)
            try expect(.symbol(")"))
            return expression
        case .symbol("["):
            var items: [Expression] = []
            while !isSymbol("]") {
                items.append(try parseExpression())
                if !isSymbol("]") { try expect(.symbol(",")) }
            }
            try expect(.symbol("]"))
            return try make(.list(items), line: line)
        default:
            var pairs: [(key: Expression, value: Expression)] = []
            while !isSymbol("}") {
                let key = try parseExpression()
                try expect(.symbol(":"))
                pairs.append((key, try parseExpression()))
                if !isSymbol("}") { try expect(.symbol(",")) }
            }
            try expect(.symbol("}"))
            return try make(.dictionary(pairs), line: line)
        }
    }

    private func isTupleEnd(_ end: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(")"): true
        case .name(let name): name == end
        default: false
        }
    }

    /// An expression, or a tuple if a comma follows it.
    mutating func parseTuple(
        allowsCondition: Bool = true, end: String? = nil, isParenthesised: Bool = false
    ) throws(TemplateError) -> Expression {
        let line = self.line
        var items: [Expression] = []
        var isTuple = false
        while !isTupleEnd(end) {
            items.append(try parseExpression(allowsCondition: allowsCondition))
            guard skip(symbol: ",") else { break }
            isTuple = true
        }
        if !isTuple, let first = items.first { return first }
        guard isTuple || isParenthesised else {
            throw failure("Expected an expression, got '\(current.description)'")
        }
        return try make(.tuple(items), line: line)
    }

    // MARK: Postfixes

    private mutating func parsePostfix(_ expression: Expression) throws(TemplateError) -> Expression {
        var expression = expression
        while true {
            if isSymbol(".") {
                expression = try parseAttribute(expression)
            } else if isSymbol("[") {
                expression = try parseSubscript(expression)
            } else if isSymbol("(") {
                expression = try parseCall(expression)
            } else {
                return expression
            }
        }
    }

    private mutating func parseAttribute(_ owner: Expression) throws(TemplateError) -> Expression {
        let line = advance().line
        switch advance().kind {
        case .name(let name): return try make(.attribute(owner, Text(name)), line: line)
        case .integer(let index):
            return try make(.item(owner, Expression(.constant(.integer(index)), line: line)), line: line)
        default: throw failure("expected name or number", line: line)
        }
    }

    private mutating func parseSubscript(_ owner: Expression) throws(TemplateError) -> Expression {
        let line = advance().line
        try enter()
        defer { nesting -= 1 }
        if isSymbol("]") {
            advance()
            return try make(.item(owner, try make(.tuple([]), line: line)), line: line)
        }
        let start = isSymbol(":") ? nil : try parseExpression()
        if skip(symbol: ":") {
            let stop = isSymbol(":") || isSymbol("]") ? nil : try parseExpression()
            let step = skip(symbol: ":") && !isSymbol("]") ? try parseExpression() : nil
            try expect(.symbol("]"))
            return try make(.slice(owner, start: start, stop: stop, step: step), line: line)
        }
        guard let first = start else { throw failure("expected subscript expression", line: line) }
        var items = [first]
        while !isSymbol("]") {
            try expect(.symbol(","))
            items.append(try parseExpression())
        }
        advance()
        return try make(.item(owner, items.count == 1 ? first : try make(.tuple(items), line: line)), line: line)
    }

    private mutating func parseCall(_ callee: Expression) throws(TemplateError) -> Expression {
        let line = self.line
        return try make(.call(callee, try parseArguments()), line: line)
    }

    private mutating func parseArguments() throws(TemplateError) -> Expression.Arguments {
        let line = self.line
        try expect(.symbol("("))
        try enter()
        defer { nesting -= 1 }
        var arguments = Expression.Arguments()
        var isFirst = true
        while !isSymbol(")") {
            if !isFirst {
                try expect(.symbol(","))
                if isSymbol(")") { break }
            }
            isFirst = false
            guard try parseArgument(into: &arguments) else {
                throw failure("invalid syntax for function call expression", line: line)
            }
        }
        try expect(.symbol(")"))
        return arguments
    }

    /// One argument; false where its kind may not follow those before it.
    private mutating func parseArgument(into arguments: inout Expression.Arguments) throws(TemplateError) -> Bool {
        if skip(symbol: "*") {
            guard arguments.spread == nil, arguments.keywordSpread == nil else { return false }
            arguments.spread = try parseExpression()
        } else if skip(symbol: "**") {
            guard arguments.keywordSpread == nil else { return false }
            arguments.keywordSpread = try parseExpression()
        } else if case .name(let name) = current.kind, following.kind == .symbol("=") {
            guard arguments.keywordSpread == nil else { return false }
            guard !arguments.keywords.contains(where: { $0.name == name }) else {
                throw failure("keyword argument repeated: \(name)")
            }
            advance()
            advance()
            arguments.keywords.append((name, try parseExpression()))
        } else {
            guard arguments.spread == nil, arguments.keywordSpread == nil, arguments.keywords.isEmpty else {
                return false
            }
            arguments.positional.append(try parseExpression())
        }
        return true
    }

    // MARK: Filters and tests

    private mutating func parseFiltersAndTests(_ expression: Expression) throws(TemplateError) -> Expression {
        var expression = expression
        while true {
            if isSymbol("|") {
                expression = try parseFilters(expression)
            } else if isName("is") {
                expression = try parseTest(expression)
            } else if isSymbol("(") {
                expression = try parseCall(expression)
            } else {
                return expression
            }
        }
    }

    /// One or more filters; `startsInline` in a filter block, where the first has no bar before it.
    mutating func parseFilters(_ input: Expression?, startsInline: Bool = false) throws(TemplateError) -> Expression {
        var expression = input
        var isInline = startsInline
        while isInline || isSymbol("|") {
            if !isInline { advance() }
            isInline = false
            let line = self.line
            let name = try parseDottedName()
            let arguments = isSymbol("(") ? try parseArguments() : Expression.Arguments()
            expression = try make(.filter(input: expression, name: name, arguments), line: line)
        }
        guard let expression else { throw failure("expected a filter") }
        return expression
    }

    private mutating func parseDottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while skip(symbol: ".") { name += "." + (try expectName()) }
        return name
    }

    private mutating func parseTest(_ operand: Expression) throws(TemplateError) -> Expression {
        let line = advance().line
        let isNegated = skip(name: "not")
        let name = try parseDottedName()
        var arguments = Expression.Arguments()
        if isSymbol("(") {
            arguments = try parseArguments()
        } else if startsTestArgument {
            if isName("is") { throw failure("You cannot chain multiple tests with is") }
            arguments.positional = [try parsePostfix(try parsePrimary())]
        }
        let test = try make(.test(operand, name: name, arguments), line: line)
        return isNegated ? try make(.not(test), line: line) : test
    }

    /// Whether a test's one argument can follow without parentheses.
    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and"].contains(name)
        case .string, .integer, .float, .symbol("["), .symbol("{"): true
        default: false
        }
    }
}
