/// A part of a Go template, with the line where it begins.
indirect enum GoNode: Sendable {
    case text(Text)
    case action(GoPipeline)
    /// `if` or `with`, its `else if` branches, and what `else` holds.
    case conditional([GoBranch], otherwise: [GoNode])
    case loop(GoPipeline, body: [GoNode], otherwise: [GoNode])
    /// `template "name" pipeline`
    case call(name: String, GoPipeline?, line: Int)
    case breakLoop
    case continueLoop
}

/// A condition and what it guards.
struct GoBranch: Sendable {
    let condition: GoPipeline
    /// Whether the condition's value becomes the dot.
    let setsDot: Bool
    let body: [GoNode]
}

/// Commands, each fed with the value of the one before.
struct GoPipeline: Sendable {
    let line: Int
    /// Places of the variables that get the value; two only in a loop.
    let variables: [Int]
    let commands: [GoCommand]
}

/// A function or value with its arguments.
struct GoCommand: Sendable {
    let line: Int
    let head: GoOperand
    let arguments: [GoOperand]
}

indirect enum GoOperand: Sendable {
    case dot
    case null
    case constant(GoValue)
    /// Fields of the dot, one inside another.
    case field([String])
    /// Fields of a variable.
    case variable(Int, fields: [String])
    /// Fields of something in parentheses.
    case chain(GoOperand, fields: [String])
    case function(String)
    case pipeline(GoPipeline)
}

/// A template's body, or that of a `define` in it.
struct GoBody: Sendable {
    var nodes: [GoNode]
    /// Variables that it needs room for; the first is `$`.
    let variableCount: Int
}

// MARK: Walking

extension GoNode {
    /// Names of all fields that nodes read.
    static func fields(of nodes: [GoNode]) -> Set<String> {
        nodes.reduce(into: []) { $0.formUnion($1.fields) }
    }

    private var fields: Set<String> {
        switch self {
        case .text, .breakLoop, .continueLoop: []
        case .action(let pipeline): pipeline.fields
        case .conditional(let branches, let otherwise):
            branches.reduce(into: GoNode.fields(of: otherwise)) {
                $0.formUnion($1.condition.fields)
                $0.formUnion(GoNode.fields(of: $1.body))
            }
        case .loop(let pipeline, let body, let otherwise):
            pipeline.fields.union(GoNode.fields(of: body)).union(GoNode.fields(of: otherwise))
        case .call(_, let pipeline, _): pipeline?.fields ?? []
        }
    }

    /// The nodes up to the first action that writes a field of that name, that action included; what is inside a
    /// condition or loop ends there too.
    static func cut(_ nodes: [GoNode], after name: String) -> (nodes: [GoNode], isCut: Bool) {
        var result: [GoNode] = []
        for node in nodes {
            let (part, isCut) = node.cut(after: name)
            result.append(part)
            if isCut { return (result, true) }
        }
        return (result, false)
    }

    private func cut(after name: String) -> (GoNode, isCut: Bool) {
        switch self {
        case .action(let pipeline): return (self, pipeline.fields.contains(name))
        case .conditional(let branches, let otherwise):
            var kept: [GoBranch] = []
            for branch in branches {
                let (body, isCut) = GoNode.cut(branch.body, after: name)
                kept.append(GoBranch(condition: branch.condition, setsDot: branch.setsDot, body: body))
                if isCut { return (.conditional(kept, otherwise: []), true) }
            }
            let (rest, isCut) = GoNode.cut(otherwise, after: name)
            return (.conditional(kept, otherwise: rest), isCut)
        case .loop(let pipeline, let body, let otherwise):
            let (part, isCut) = GoNode.cut(body, after: name)
            if isCut { return (.loop(pipeline, body: part, otherwise: []), true) }
            let (rest, isRestCut) = GoNode.cut(otherwise, after: name)
            return (.loop(pipeline, body: part, otherwise: rest), isRestCut)
        case .text, .call, .breakLoop, .continueLoop: return (self, false)
        }
    }
}

extension GoPipeline {
    var fields: Set<String> {
        commands.reduce(into: []) { names, command in
            names.formUnion(command.head.fields)
            for argument in command.arguments { names.formUnion(argument.fields) }
        }
    }
}

extension GoOperand {
    fileprivate var fields: Set<String> {
        switch self {
        case .dot, .null, .constant, .function: []
        case .field(let names), .variable(_, let names): Set(names)
        case .chain(let operand, let names): operand.fields.union(names)
        case .pipeline(let pipeline): pipeline.fields
        }
    }
}
