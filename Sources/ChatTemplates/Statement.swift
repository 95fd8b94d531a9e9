/// One statement of a template.
indirect enum Statement {
    /// Text and `{{ … }}`.
    case output([Expression], line: Int)
    case assignment(Assignment)
    case blockAssignment(BlockAssignment)
    case loop(ForLoop)
    case condition(Condition)
    case macro(MacroDefinition)
    case callBlock(CallBlock)
    case filterBlock(FilterBlock)
    case with(WithBlock)
    /// A place where a named block of the template is rendered.
    case block(NamedBlock)
    /// `{% autoescape false %}`, which only opens a scope.
    case scope(ScopeBlock)
    case breakLoop(line: Int)
    case continueLoop(line: Int)
    /// A tag that needs other templates, of which a chat template has none.
    case unavailable(tag: String, line: Int)
}

/// What entering a scope does to its variables.
struct ScopeEntry {
    enum Load {
        /// Looks a name up in what the caller of the template gave.
        case resolve(String)
        /// Starts as a copy of an outer variable.
        case alias(Slot)
        case unset
    }

    var loads: [(index: Int, load: Load)] = []
    /// Every variable of the scope; they are unset again when it is left.
    var indices: [Int] = []
}

/// `{% set target = value %}`
final class Assignment {
    let target: Target
    let value: Expression
    let line: Int
    /// Whether named blocks see the variable too.
    var isExported = false

    init(target: Target, value: Expression, line: Int) {
        (self.target, self.value, self.line) = (target, value, line)
    }
}

/// `{% set target | filter %}…{% endset %}`
final class BlockAssignment {
    let target: Target
    let filter: Expression?
    let body: [Statement]
    let line: Int
    var entry = ScopeEntry()
    var isExported = false

    init(target: Target, filter: Expression?, body: [Statement], line: Int) {
        (self.target, self.filter, self.body, self.line) = (target, filter, body, line)
    }
}

/// `{% for target in iterable if test recursive %}…{% else %}…{% endfor %}`
final class ForLoop {
    let target: Target
    let iterable: Expression
    let test: Expression?
    let isRecursive: Bool
    let body: [Statement]
    let otherwise: [Statement]
    let line: Int
    /// The target's variables as the test sees them, apart from the body's.
    let testTarget: Target
    var bodyEntry = ScopeEntry()
    var testEntry = ScopeEntry()
    var otherwiseEntry = ScopeEntry()
    /// Where `loop` lives; nil if the body does not ask for it.
    var loopIndex: Int?
    /// Variables of a recursive loop, which runs like a function of its own.
    var slotCount = 0

    struct Header {
        let target: Target
        let iterable: Expression
        let test: Expression?
        let isRecursive: Bool
        let line: Int
    }

    init(_ header: Header, body: [Statement], otherwise: [Statement]) {
        (target, iterable, test) = (header.target, header.iterable, header.test)
        (isRecursive, line) = (header.isRecursive, header.line)
        (self.body, self.otherwise) = (body, otherwise)
        testTarget = header.target.copy()
    }
}

/// `{% if %}…{% elif %}…{% else %}…{% endif %}`
final class Condition {
    let branches: [(test: Expression, body: [Statement])]
    let otherwise: [Statement]
    let line: Int

    init(branches: [(test: Expression, body: [Statement])], otherwise: [Statement], line: Int) {
        (self.branches, self.otherwise, self.line) = (branches, otherwise, line)
    }
}

/// What a macro and the body of a call block have in common: parameters and a body.
final class MacroBody {
    /// Nil for the body of a call block.
    let name: String?
    let parameters: [(name: String, default: Expression?)]
    let body: [Statement]
    let line: Int
    var entry = ScopeEntry()
    var slotCount = 0
    var parameterIndices: [Int] = []
    var callerIndex: Int?
    var keywordsIndex: Int?
    var extraIndex: Int?

    init(name: String?, parameters: [(name: String, default: Expression?)], body: [Statement], line: Int) {
        (self.name, self.parameters, self.body, self.line) = (name, parameters, body, line)
    }
}

/// `{% macro name(parameters) %}…{% endmacro %}`
final class MacroDefinition {
    let target: NameReference
    let body: MacroBody
    var isExported = false

    init(target: NameReference, body: MacroBody) {
        (self.target, self.body) = (target, body)
    }
}

/// `{% call(parameters) callee(arguments) %}…{% endcall %}`
final class CallBlock {
    /// What is called with the body as its `caller`; nil in `{% generation %}`, which only renders the body.
    let callee: Expression?
    let arguments: Expression.Arguments
    let body: MacroBody

    init(callee: Expression?, arguments: Expression.Arguments, body: MacroBody) {
        (self.callee, self.arguments, self.body) = (callee, arguments, body)
    }
}

/// `{% filter name(arguments) %}…{% endfilter %}`
final class FilterBlock {
    let filter: Expression
    let body: [Statement]
    var entry = ScopeEntry()

    init(filter: Expression, body: [Statement]) {
        (self.filter, self.body) = (filter, body)
    }
}

/// `{% with target = value, … %}…{% endwith %}`
final class WithBlock {
    let bindings: [(target: Target, value: Expression)]
    let body: [Statement]
    let line: Int
    var entry = ScopeEntry()

    init(bindings: [(target: Target, value: Expression)], body: [Statement], line: Int) {
        (self.bindings, self.body, self.line) = (bindings, body, line)
    }
}

/// `{% block name %}…{% endblock %}`
final class NamedBlock {
    let name: String
    let isScoped: Bool
    let isRequired: Bool
    let body: [Statement]
    let line: Int
    var entry = ScopeEntry()
    var slotCount = 0
    var selfIndex: Int?
    var superIndex: Int?
    /// The variables in sight of a scoped block.
    var visible: [(name: String, slot: Slot)] = []

    struct Header {
        let name: String
        let isScoped: Bool
        let isRequired: Bool
        let line: Int
    }

    init(_ header: Header, body: [Statement]) {
        (name, isScoped, isRequired, line) = (header.name, header.isScoped, header.isRequired, header.line)
        self.body = body
    }
}

/// A body with a scope of its own.
final class ScopeBlock {
    let body: [Statement]
    var entry = ScopeEntry()

    init(body: [Statement]) { self.body = body }
}
