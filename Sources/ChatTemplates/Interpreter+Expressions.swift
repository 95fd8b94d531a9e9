extension Interpreter {
    /// - Parameter body: What a filter without input filters: the body of a filter or set block.
    func evaluate(
        _ expression: Expression, _ environment: Environment, body: Text? = nil
    ) throws(TemplateError) -> Value {
        try enter()
        defer { leave() }
        try charge(1)
        switch expression.kind {
        case .constant(let value): return value
        case .name(let reference): return load(reference, environment)
        case .list(let items): return try list(try evaluate(items, environment))
        case .tuple(let items): return try tuple(try evaluate(items, environment))
        case .dictionary(let pairs): return try evaluate(pairs, environment)
        case .arithmetic(let first, let rest): return try evaluate(first, rest, environment)
        case .negation(let operand): return try negated(try evaluate(operand, environment))
        case .positive(let operand): return try positive(try evaluate(operand, environment))
        case .not(let operand): return .boolean(!(try evaluate(operand, environment).isTrue))
        case .and(let operands): return try evaluate(operands, until: false, environment)
        case .or(let operands): return try evaluate(operands, until: true, environment)
        case .concatenation(let operands): return try concatenate(operands, environment)
        case .comparison(let first, let rest): return try compare(first, rest, environment)
        case .attribute(let owner, let name):
            let value = try evaluate(owner, environment)
            line = expression.line
            return try attribute(value, name)
        case .item(let owner, let index):
            let value = try evaluate(owner, environment)
            let key = try evaluate(index, environment)
            line = expression.line
            return try item(value, key)
        case .slice(let owner, let start, let stop, let step):
            return try slice(owner, [start, stop, step], environment)
        case .call(let callee, let arguments):
            let function = try evaluate(callee, environment)
            let arguments = try evaluate(arguments, environment)
            line = expression.line
            return try call(function, arguments)
        case .filter(let input, let name, let arguments):
            var value = body.map(Value.string) ?? .none
            if let input { value = try evaluate(input, environment, body: body) }
            let arguments = try evaluate(arguments, environment)
            line = expression.line
            return try filter(name, value, arguments)
        case .test(let operand, let name, let arguments):
            let value = try evaluate(operand, environment)
            let arguments = try evaluate(arguments, environment)
            line = expression.line
            return .boolean(try test(name, value, arguments))
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test, environment).isTrue { return try evaluate(then, environment) }
            if let otherwise { return try evaluate(otherwise, environment) }
            let message =
                "the inline if-expression on line \(expression.line) evaluated to false and no else section was defined."
            return .undefined(Undefined(.hint(message)))
        }
    }

    private func load(_ reference: NameReference, _ environment: Environment) -> Value {
        if let slot = reference.slot, let value = environment[slot] { return value }
        return .undefined(Undefined(.variable(reference.name)))
    }

    private func evaluate(_ items: [Expression], _ environment: Environment) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(items.count)
        for item in items { values.append(try evaluate(item, environment)) }
        return values
    }

    private func evaluate(
        _ pairs: [(key: Expression, value: Expression)], _ environment: Environment
    ) throws(TemplateError) -> Value {
        let mapping = Mapping()
        for pair in pairs {
            let key = try evaluate(pair.key, environment)
            try mapping.set(key, try evaluate(pair.value, environment))
        }
        return .dictionary(mapping)
    }

    private func evaluate(
        _ first: Expression, _ rest: [(operation: ArithmeticOperator, operand: Expression)], _ environment: Environment
    ) throws(TemplateError) -> Value {
        var value = try evaluate(first, environment)
        for step in rest {
            let operand = try evaluate(step.operand, environment)
            value = try calculate(value, step.operation, operand)
        }
        return value
    }

    /// The first operand whose truth is `stop`, or the last.
    private func evaluate(
        _ operands: [Expression], until stop: Bool, _ environment: Environment
    ) throws(TemplateError) -> Value {
        var value = Value.none
        for operand in operands {
            value = try evaluate(operand, environment)
            if value.isTrue == stop { return value }
        }
        return value
    }

    private func concatenate(_ operands: [Expression], _ environment: Environment) throws(TemplateError) -> Value {
        var result = Text()
        for operand in operands {
            result.append(try string(try evaluate(operand, environment)))
            try charge(symbols: result.count)
        }
        return .string(result)
    }

    /// `a < b < c` asks for both, and does not ask the second if the first fails.
    private func compare(
        _ first: Expression, _ rest: [(operation: ComparisonOperator, operand: Expression)], _ environment: Environment
    ) throws(TemplateError) -> Value {
        var left = try evaluate(first, environment)
        for step in rest {
            let right = try evaluate(step.operand, environment)
            guard try compare(left, step.operation, right) else { return .boolean(false) }
            left = right
        }
        return .boolean(true)
    }

    private func slice(
        _ owner: Expression, _ bounds: [Expression?], _ environment: Environment
    ) throws(TemplateError) -> Value {
        let value = try evaluate(owner, environment)
        var values: [Value] = []
        for bound in bounds {
            guard let bound else {
                values.append(.none)
                continue
            }
            values.append(try evaluate(bound, environment))
        }
        return try slice(value, start: values[0], stop: values[1], step: values[2])
    }

    func evaluate(_ arguments: Expression.Arguments, _ environment: Environment) throws(TemplateError) -> CallArguments
    {
        var result = CallArguments(positional: try evaluate(arguments.positional, environment))
        for (name, value) in arguments.keywords { result.keywords.append((name, try evaluate(value, environment))) }
        if let spread = arguments.spread {
            result.positional += try elements(try evaluate(spread, environment))
        }
        guard let spread = arguments.keywordSpread else { return result }
        guard case .dictionary(let mapping) = try evaluate(spread, environment) else {
            throw .invalid("argument after ** must be a mapping")
        }
        for (key, value) in mapping.pairs {
            guard let name = key.text?.string else { throw .invalid("keywords must be strings") }
            guard !result.keywords.contains(where: { $0.name == name }) else {
                throw .invalid("got multiple values for keyword argument '\(name)'")
            }
            result.keywords.append((name, value))
        }
        return result
    }

    // MARK: Filters and tests

    func filter(_ name: String, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        guard let filter = Filters.table[name] else { throw .invalid("No filter named '\(name)' found.") }
        var all = arguments
        all.positional.insert(value, at: 0)
        return try filter.apply(self, try filter.signature.bind(all, to: name))
    }

    func test(_ name: String, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Bool {
        guard let test = Tests.table[name] else { throw .invalid("No test named '\(name)' found.") }
        var all = arguments
        all.positional.insert(value, at: 0)
        return try test.apply(self, try test.signature.bind(all, to: name))
    }
}
