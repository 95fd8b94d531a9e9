/// Renders one Go template once.
final class GoInterpreter: BoundedInterpreter {
    /// What happens after a node.
    private enum Flow { case next, breakLoop, continueLoop }

    /// The dot and the variables of a body.
    private struct Frame {
        var dot: GoValue
        var variables: [GoValue]
    }

    let now: LocalTime
    var budget: RenderingBudget
    private let bodies: [String: GoBody]
    private var output = Text()
    /// The line of what is evaluated, for errors.
    private(set) var line = 0

    init(bodies: [String: GoBody], now: LocalTime, limits: TemplateLimits) {
        self.bodies = bodies
        self.now = now
        budget = RenderingBudget(limits)
    }

    /// What the main body writes.
    func render(_ data: GoValue) throws(TemplateError) -> Text {
        do throws(TemplateError) {
            try call("", data)
            return output
        } catch {
            throw error.at(line: line)
        }
    }

    private func write(_ text: Text) throws(TemplateError) {
        try charge(symbols: text.count)
        output.append(text)
        try checkLength(output)
    }

    // MARK: Nodes

    private func call(_ name: String, _ dot: GoValue) throws(TemplateError) {
        guard let body = bodies[name] else { throw .invalid("template \"\(name)\" not defined") }
        try enter()
        defer { leave() }
        try charge(body.variableCount)
        var frame = Frame(dot: dot, variables: Array(repeating: .none, count: body.variableCount))
        frame.variables[0] = dot
        _ = try execute(body.nodes, &frame)
    }

    private func execute(_ nodes: [GoNode], _ frame: inout Frame) throws(TemplateError) -> Flow {
        try enter()
        defer { leave() }
        for node in nodes {
            try charge(1)
            let flow = try execute(node, &frame)
            if flow != .next { return flow }
        }
        return .next
    }

    private func execute(_ node: GoNode, _ frame: inout Frame) throws(TemplateError) -> Flow {
        switch node {
        case .text(let text): try write(text)
        case .action(let pipeline):
            let value = try evaluate(pipeline, &frame)
            if pipeline.variables.isEmpty { try write(try printed(value, isAction: true)) }
        case .conditional(let branches, let otherwise): return try choose(branches, otherwise, &frame)
        case .loop(let pipeline, let body, let otherwise): return try loop(pipeline, body, otherwise, &frame)
        case .call(let name, let pipeline, let line):
            self.line = line
            let dot: GoValue = if let pipeline { try evaluate(pipeline, &frame) } else { .none }
            try call(name, dot)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .next
    }

    private func choose(
        _ branches: [GoBranch], _ otherwise: [GoNode], _ frame: inout Frame
    ) throws(TemplateError) -> Flow {
        for branch in branches {
            let value = try evaluate(branch.condition, &frame)
            guard value.isTrue else { continue }
            let dot = frame.dot
            if branch.setsDot { frame.dot = value }
            let flow = try execute(branch.body, &frame)
            frame.dot = dot
            return flow
        }
        return try execute(otherwise, &frame)
    }

    private func loop(
        _ pipeline: GoPipeline, _ body: [GoNode], _ otherwise: [GoNode], _ frame: inout Frame
    ) throws(TemplateError) -> Flow {
        let values = try evaluate(pipeline, &frame)
        line = pipeline.line
        let pairs = try elements(values)
        guard !pairs.isEmpty else { return try execute(otherwise, &frame) }
        let dot = frame.dot
        for (key, value) in pairs {
            try charge(1)
            frame.dot = value
            if let last = pipeline.variables.last { frame.variables[last] = value }
            if pipeline.variables.count > 1 { frame.variables[pipeline.variables[0]] = key }
            if try execute(body, &frame) == .breakLoop { break }
        }
        frame.dot = dot
        return .next
    }

    /// Keys and values that a loop walks over.
    private func elements(_ value: GoValue) throws(TemplateError) -> [(GoValue, GoValue)] {
        switch value {
        case .none, .null: return []
        case .list(let list):
            try charge(list.values.count)
            return list.values.enumerated().map { (.integer($0.offset), $0.element) }
        case .map(let map):
            try charge(map.count)
            return map.sortedKeys.map { (.string($0), map[$0] ?? .null) }
        case .integer(let count):
            try charge(max(count, 0))
            return (0..<max(count, 0)).map { (.integer($0), .integer($0)) }
        default: throw .invalid("range can't iterate over a value of type \(value.typeName)")
        }
    }

    // MARK: Pipelines

    private func evaluate(_ pipeline: GoPipeline, _ frame: inout Frame) throws(TemplateError) -> GoValue {
        try enter()
        defer { leave() }
        var value: GoValue?
        for command in pipeline.commands {
            try charge(1)
            line = command.line
            value = try evaluate(command, piped: value, &frame)
            // Nil becomes no value at all, of which fields may be asked.
            if case .null? = value { value = GoValue.none }
        }
        let result = value ?? .none
        // A loop sets its variables for each element; anything else here.
        for place in pipeline.variables { frame.variables[place] = result }
        return result
    }

    private func evaluate(
        _ command: GoCommand, piped: GoValue?, _ frame: inout Frame
    ) throws(TemplateError) -> GoValue {
        if case .function(let name) = command.head {
            return try call(function: name, command.arguments, piped: piped, &frame)
        }
        guard command.arguments.isEmpty, piped == nil else {
            throw .invalid("can't give argument to what is no function")
        }
        if case .null = command.head { throw .invalid("nil is not a command") }
        return try evaluate(command.head, &frame)
    }

    private func evaluate(_ operand: GoOperand, _ frame: inout Frame) throws(TemplateError) -> GoValue {
        switch operand {
        case .dot: return frame.dot
        case .null: return .null
        case .constant(let value): return value
        case .field(let names): return try fields(names, of: frame.dot)
        case .variable(let place, let names): return try fields(names, of: frame.variables[place])
        case .chain(let operand, let names): return try fields(names, of: try evaluate(operand, &frame))
        case .function(let name): return try call(function: name, [], piped: nil, &frame)
        case .pipeline(let pipeline): return try evaluate(pipeline, &frame)
        }
    }

    private func fields(_ names: [String], of value: GoValue) throws(TemplateError) -> GoValue {
        var value = value
        for name in names {
            switch value {
            case .none: break
            case .map(let map): value = map[Text(name)] ?? .null
            case .object(let object):
                guard let field = object[name] else {
                    throw .invalid("can't evaluate field \(name) in type \(object.typeName)")
                }
                value = field
            case .null: throw .invalid("nil pointer evaluating interface {}.\(name)")
            default: throw .invalid("can't evaluate field \(name) in type \(value.typeName)")
            }
        }
        return value
    }

    // MARK: Functions

    private func call(
        function name: String, _ operands: [GoOperand], piped: GoValue?, _ frame: inout Frame
    ) throws(TemplateError) -> GoValue {
        try enter()
        defer { leave() }
        if name == "and" || name == "or" {
            return try shortCircuit(operands, piped: piped, stopsAt: name == "or", &frame)
        }
        guard let function = GoFunctions.table[name] else { throw .invalid("function \"\(name)\" not defined") }
        var arguments: [GoValue] = []
        for operand in operands {
            let value = try evaluate(operand, &frame)
            arguments.append(value.isNothing ? .null : value)
        }
        if let piped { arguments.append(piped.isNothing ? .null : piped) }
        guard function.arity.contains(arguments.count) else {
            throw .invalid(
                "wrong number of args for \(name): want \(function.arity.words) got \(arguments.count)")
        }
        try charge(arguments.count)
        do throws(TemplateError) {
            return try function.body(self, arguments)
        } catch {
            guard case .invalid(0, let message) = error else { throw error }
            throw .invalid("error calling \(name): \(message)")
        }
    }

    /// `and` and `or`, which evaluate no more than decides.
    private func shortCircuit(
        _ operands: [GoOperand], piped: GoValue?, stopsAt truth: Bool, _ frame: inout Frame
    ) throws(TemplateError) -> GoValue {
        guard !operands.isEmpty || piped != nil else { throw .invalid("wrong number of args: want at least 1 got 0") }
        var value = GoValue.none
        for operand in operands {
            value = try evaluate(operand, &frame)
            if value.isTrue == truth { return value }
        }
        return piped ?? value
    }
}

extension ClosedRange<Int> {
    fileprivate var words: String {
        upperBound == .max ? "at least \(lowerBound)" : lowerBound == upperBound ? "\(lowerBound)" : "\(self)"
    }
}
