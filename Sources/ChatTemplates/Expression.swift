/// One expression of a template.
///
/// Chains of operators are kept flat, so that how deep an expression nests is how deep its author nested it;
/// the parser bounds that depth, and with it the stack that evaluating and freeing the tree need.
final class Expression {
    indirect enum Kind {
        case constant(Value)
        case name(NameReference)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        /// Operators of one precedence, from left to right.
        case arithmetic(Expression, [(operation: ArithmeticOperator, operand: Expression)])
        case negation(Expression)
        case positive(Expression)
        case not(Expression)
        case and([Expression])
        case or([Expression])
        case concatenation([Expression])
        case comparison(Expression, [(operation: ComparisonOperator, operand: Expression)])
        case attribute(Expression, Text)
        case item(Expression, Expression)
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, Arguments)
        /// `input` is nil in a filter block, which filters its body.
        case filter(input: Expression?, name: String, Arguments)
        case test(Expression, name: String, Arguments)
        case conditional(test: Expression, then: Expression, otherwise: Expression?)
    }

    /// What stands in a call's parentheses.
    struct Arguments {
        var positional: [Expression] = []
        var keywords: [(name: String, value: Expression)] = []
        var spread: Expression?
        var keywordSpread: Expression?

        /// In the order in which Jinja's own passes walk them.
        var children: [Expression] {
            positional + keywords.map(\.value) + [spread, keywordSpread].compactMap { $0 }
        }
    }

    let kind: Kind
    let line: Int
    let depth: Int

    init(_ kind: Kind, line: Int) {
        self.kind = kind
        self.line = line
        depth = 1 + (Expression.children(of: kind).map(\.depth).max() ?? 0)
    }

    var children: [Expression] { Expression.children(of: kind) }

    private static func children(of kind: Kind) -> [Expression] {
        switch kind {
        case .constant, .name: []
        case .list(let items), .tuple(let items), .and(let items), .or(let items), .concatenation(let items): items
        case .dictionary(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .arithmetic(let first, let rest): [first] + rest.map(\.operand)
        case .comparison(let first, let rest): [first] + rest.map(\.operand)
        case .negation(let operand), .positive(let operand), .not(let operand), .attribute(let operand, _): [operand]
        case .item(let owner, let index): [owner, index]
        case .slice(let owner, let start, let stop, let step): [owner] + [start, stop, step].compactMap { $0 }
        case .call(let callee, let arguments): [callee] + arguments.children
        case .filter(let input, _, let arguments): [input].compactMap { $0 } + arguments.children
        case .test(let operand, _, let arguments): [operand] + arguments.children
        case .conditional(let test, let then, let otherwise): [test, then] + [otherwise].compactMap { $0 }
        }
    }
}

enum ArithmeticOperator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
}

enum ComparisonOperator: String {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}

/// A name as it is read or written at one place; resolving the template gives it its slot.
final class NameReference {
    let name: String
    let line: Int
    var slot: Slot?

    init(_ name: String, line: Int) {
        self.name = name
        self.line = line
    }
}

/// Where a variable lives: so many functions further out, at this index.
struct Slot: Equatable {
    let hops: Int
    let index: Int
}

/// What can stand on the left of an assignment.
indirect enum Target {
    case name(NameReference)
    case tuple([Target])
    /// An attribute of a namespace.
    case attribute(NameReference, Text)

    /// Every name in it, in order.
    var names: [NameReference] {
        switch self {
        case .name(let reference), .attribute(let reference, _): [reference]
        case .tuple(let targets): targets.flatMap(\.names)
        }
    }

    /// The names that it stores to; an attribute only reads its namespace.
    var storedNames: [NameReference] {
        switch self {
        case .name(let reference): [reference]
        case .attribute: []
        case .tuple(let targets): targets.flatMap(\.storedNames)
        }
    }

    /// Itself with names that can get slots of their own.
    func copy() -> Target {
        switch self {
        case .name(let reference): .name(NameReference(reference.name, line: reference.line))
        case .attribute(let reference, let name): .attribute(NameReference(reference.name, line: reference.line), name)
        case .tuple(let targets): .tuple(targets.map { $0.copy() })
        }
    }
}
