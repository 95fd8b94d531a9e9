extension Interpreter {
    // MARK: Arithmetic

    func calculate(_ left: Value, _ operation: ArithmeticOperator, _ right: Value) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = left { throw undefined.error }
        if case .string(let format) = left, operation == .modulo {
            return .string(try percentFormat(format, right))
        }
        if case .undefined(let undefined) = right { throw undefined.error }
        if let result = try calculateNumbers(left, operation, right) { return result }
        switch (operation, left, right) {
        case (.add, .string(let a), .string(let b)):
            try charge(symbols: a.count + b.count)
            return .string(joined(a, b))
        case (.add, .list(let a), .list(let b)): return try list(a.values + b.values)
        case (.add, .tuple(let a), .tuple(let b)): return try tuple(a.values + b.values)
        case (.multiply, _, _): return try repeated(left, right)
        default:
            throw .invalid(
                "unsupported operand type(s) for \(operation.rawValue): '\(left.typeName)' and '\(right.typeName)'")
        }
    }

    /// Two texts; if one is markup, the other is escaped.
    private func joined(_ a: Text, _ b: Text) -> Text {
        let isMarkup = a.isMarkup || b.isMarkup
        let (first, second) = isMarkup ? (a.escaped(), b.escaped()) : (a, b)
        return Text(symbols: first.symbols + second.symbols, isMarkup: isMarkup)
    }

    /// A sequence a number of times.
    private func repeated(_ left: Value, _ right: Value) throws(TemplateError) -> Value {
        let (sequence, factor) = left.integer == nil ? (left, right) : (right, left)
        guard let count = factor.integer.map({ max($0, 0) }) else {
            throw .invalid("can't multiply sequence by non-int of type '\(factor.typeName)'")
        }
        switch sequence {
        case .string(let text):
            let (length, overflow) = text.count.multipliedReportingOverflow(by: count)
            try charge(symbols: overflow ? .max : length)
            return .string(
                Text(symbols: Array(repeatElement(text.symbols, count: count).joined()), isMarkup: text.isMarkup))
        case .list(let items): return try list(try repeated(items.values, count))
        case .tuple(let items): return try tuple(try repeated(items.values, count))
        default:
            throw .invalid("unsupported operand type(s) for *: '\(left.typeName)' and '\(right.typeName)'")
        }
    }

    private func repeated(_ values: [Value], _ count: Int) throws(TemplateError) -> [Value] {
        let (length, overflow) = values.count.multipliedReportingOverflow(by: count)
        try charge(overflow ? .max : length)
        return Array(repeatElement(values, count: count).joined())
    }

    private func calculateNumbers(
        _ left: Value, _ operation: ArithmeticOperator, _ right: Value
    ) throws(TemplateError) -> Value? {
        if let a = left.integer, let b = right.integer { return try calculate(a, operation, b) }
        if let a = left.number, let b = right.number { return .float(try calculate(a, operation, b)) }
        return nil
    }

    private func calculate(_ a: Int, _ operation: ArithmeticOperator, _ b: Int) throws(TemplateError) -> Value {
        switch operation {
        case .add: return try checked(a.addingReportingOverflow(b))
        case .subtract: return try checked(a.subtractingReportingOverflow(b))
        case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
        case .divide:
            guard b != 0 else { throw .invalid("division by zero") }
            return .float(Double(a) / Double(b))
        case .floorDivide: return .integer(try floorDivided(a, b).quotient)
        case .modulo: return .integer(try floorDivided(a, b).remainder)
        case .power: return try power(a, b)
        }
    }

    private func checked(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError) -> Value {
        guard !result.overflow else { throw .unsupported(line: line, what: "an integer beyond 64 bits") }
        return .integer(result.partialValue)
    }

    /// Division towards negative infinity; the remainder has the divisor's sign.
    func floorDivided(_ a: Int, _ b: Int) throws(TemplateError) -> (quotient: Int, remainder: Int) {
        guard b != 0 else { throw .invalid("integer division or modulo by zero") }
        guard b != -1 else {
            guard case .integer(let negated) = try checked((0).subtractingReportingOverflow(a)) else { return (0, 0) }
            return (negated, 0)
        }
        let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
        let isRoundedUp = remainder != 0 && (remainder < 0) != (b < 0)
        return isRoundedUp ? (quotient - 1, remainder + b) : (quotient, remainder)
    }

    private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Value {
        guard exponent >= 0 else { return .float(try power(Double(base), Double(exponent))) }
        if base == 0 || base == 1 { return .integer(exponent == 0 ? 1 : base) }
        if base == -1 { return .integer(exponent % 2 == 0 ? 1 : -1) }
        var result = Value.integer(1)
        for _ in 0..<min(exponent, 64) { result = try calculate(result.integer ?? 0, .multiply, base) }
        return result
    }

    private func calculate(_ a: Double, _ operation: ArithmeticOperator, _ b: Double) throws(TemplateError) -> Double {
        switch operation {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .power: return try power(a, b)
        case .divide, .floorDivide, .modulo:
            guard b != 0 else { throw .invalid("float division by zero") }
            if operation == .divide { return a / b }
            let (quotient, remainder) = floorDivided(a, b)
            return operation == .modulo ? remainder : quotient
        }
    }

    private func floorDivided(_ a: Double, _ b: Double) -> (quotient: Double, remainder: Double) {
        var remainder = a.truncatingRemainder(dividingBy: b)
        var quotient = (a - remainder) / b
        if remainder != 0, (remainder < 0) != (b < 0) {
            remainder += b
            quotient -= 1
        } else if remainder == 0 {
            remainder = Double(signOf: b, magnitudeOf: 0)
        }
        guard quotient != 0 else { return (Double(signOf: a / b, magnitudeOf: 0), remainder) }
        let floor = quotient.rounded(.down)
        return (quotient - floor > 0.5 ? floor + 1 : floor, remainder)
    }

    /// Whole exponents and square roots: no chat template needs other powers.
    private func power(_ base: Double, _ exponent: Double) throws(TemplateError) -> Double {
        if exponent == 0.5, base >= 0 { return base.squareRoot() }
        guard let whole = Int(exactly: exponent), whole.magnitude <= 4096 else {
            throw .unsupported(line: line, what: "a power with the exponent \(PythonText.float(exponent))")
        }
        guard base != 0 || whole >= 0 else { throw .invalid("0.0 cannot be raised to a negative power") }
        var result = 1.0
        for _ in 0..<whole.magnitude { result *= base }
        guard result.isFinite || !base.isFinite else { throw .invalid("Numerical result out of range") }
        return whole < 0 ? 1 / result : result
    }

    func negated(_ value: Value) throws(TemplateError) -> Value {
        if case .float(let number) = value { return .float(-number) }
        if case .undefined(let undefined) = value { throw undefined.error }
        guard let integer = value.integer else { throw .invalid("bad operand type for unary -: '\(value.typeName)'") }
        return try checked((0).subtractingReportingOverflow(integer))
    }

    func positive(_ value: Value) throws(TemplateError) -> Value {
        if case .float = value { return value }
        if case .undefined(let undefined) = value { throw undefined.error }
        guard let integer = value.integer else { throw .invalid("bad operand type for unary +: '\(value.typeName)'") }
        return .integer(integer)
    }

    // MARK: Comparing

    func compare(_ left: Value, _ operation: ComparisonOperator, _ right: Value) throws(TemplateError) -> Bool {
        switch operation {
        case .equal: try isEqual(left, right)
        case .notEqual: !(try isEqual(left, right))
        case .isIn: try contains(right, left)
        case .isNotIn: !(try contains(right, left))
        case .less: try isLess(left, right, "<")
        case .greater: try isLess(right, left, ">")
        case .lessOrEqual: try isLessOrEqual(left, right, "<=")
        case .greaterOrEqual: try isLessOrEqual(right, left, ">=")
        }
    }

    func isEqual(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        try charge(1)
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let a), .string(let b)):
            try charge(symbols: min(a.count, b.count))
            return a == b
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return try isEqual(a.values, b.values)
        case (.dictionary(let a), .dictionary(let b)): return try isEqual(a, b)
        case (.range(let a), .range(let b)):
            return a.count == b.count && (a.count == 0 || a.start == b.start && (a.count == 1 || a.step == b.step))
        case (.view(let a), .view(let b)): return try isEqual(a, b)
        default: break
        }
        if let order = try order(left, right) { return order == .equal }
        if let a = try? Key(left), let b = try? Key(right), case .object = a { return a == b }
        return false
    }

    func isEqual(_ left: [Value], _ right: [Value]) throws(TemplateError) -> Bool {
        guard left.count == right.count else { return false }
        for (a, b) in zip(left, right) where !(try isEqual(a, b)) { return false }
        return true
    }

    private func isEqual(_ left: Mapping, _ right: Mapping) throws(TemplateError) -> Bool {
        guard left.count == right.count else { return false }
        for (key, value) in left.pairs {
            guard let other = right[try Key(key)], try isEqual(value, other) else { return false }
        }
        return true
    }

    /// Views of keys and of pairs are equal as sets; a view of values only equals itself.
    private func isEqual(_ left: MappingView, _ right: MappingView) throws(TemplateError) -> Bool {
        switch (left.kind, right.kind) {
        case (.keys, .keys):
            guard left.mapping.count == right.mapping.count else { return false }
            for key in left.mapping.keys where right.mapping[try Key(key)] == nil { return false }
            return true
        case (.items, .items): return try isEqual(left.mapping, right.mapping)
        default: return false
        }
    }

    private enum Order { case less, equal, greater, unordered }

    /// How two numbers compare; nil if they are not both numbers.
    private func order(_ left: Value, _ right: Value) throws(TemplateError) -> Order? {
        if let a = left.integer, let b = right.integer { return a < b ? .less : a == b ? .equal : .greater }
        guard let a = left.number, let b = right.number else { return nil }
        guard !a.isNaN, !b.isNaN else { return .unordered }
        // A double beyond 2⁵³ may be equal to an integer's nearest double and yet not to the integer.
        if let whole = left.integer { return order(whole, b) }
        if let whole = right.integer {
            switch order(whole, a) {
            case .less: return .greater
            case .greater: return .less
            case let same: return same
            }
        }
        return a < b ? .less : a == b ? .equal : .greater
    }

    private func order(_ whole: Int, _ number: Double) -> Order {
        if number >= 0x1p63 { return .less }
        if number < -0x1p63 { return .greater }
        let floor = number.rounded(.down)
        guard let other = Int(exactly: floor) else { return .unordered }
        if whole != other { return whole < other ? .less : .greater }
        return floor < number ? .less : .equal
    }

    func isLess(_ left: Value, _ right: Value, _ symbol: String) throws(TemplateError) -> Bool {
        try charge(1)
        if case .undefined(let undefined) = left { throw undefined.error }
        if case .undefined(let undefined) = right { throw undefined.error }
        if let order = try order(left, right) { return order == .less }
        switch (left, right) {
        case (.string(let a), .string(let b)):
            try charge(symbols: min(a.count, b.count))
            return a < b
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            for (one, other) in zip(a.values, b.values) where !(try isEqual(one, other)) {
                return try isLess(one, other, symbol)
            }
            return a.values.count < b.values.count
        default:
            let (first, second) = symbol.hasPrefix("<") ? (left, right) : (right, left)
            throw .invalid(
                "'\(symbol)' not supported between instances of '\(first.typeName)' and '\(second.typeName)'")
        }
    }

    private func isLessOrEqual(_ left: Value, _ right: Value, _ symbol: String) throws(TemplateError) -> Bool {
        if try isLess(left, right, symbol) { return true }
        if let order = try order(left, right) { return order == .equal }
        return try isEqual(left, right)
    }

    // MARK: Containing

    /// Python's `in`.
    func contains(_ container: Value, _ element: Value) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = element else {
                throw .invalid("'in <string>' requires string as left operand, not \(element.typeName)")
            }
            try charge(symbols: text.count + part.count)
            return text.contains(part)
        case .dictionary(let mapping): return mapping[try Key(element)] != nil
        case .view(let view) where view.kind == .keys: return view.mapping[try Key(element)] != nil
        case .namespace, .macro, .function, .method, .cycler, .joiner, .none, .boolean, .integer, .float:
            throw .invalid("argument of type '\(container.typeName)' is not iterable")
        default: break
        }
        let iterator = try iterator(over: container).iterator
        while let other = try iterator.next() {
            if try isEqual(other, element) { return true }
        }
        return false
    }
}
