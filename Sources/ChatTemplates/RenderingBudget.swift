/// What a rendering has cost, held against its limits.
struct RenderingBudget {
    let limits: TemplateLimits
    private var steps = 0
    private var textBlocks = 0
    private var depth = 0

    init(_ limits: TemplateLimits) { self.limits = limits }

    mutating func charge(_ count: Int, line: Int) throws(TemplateError) {
        let (sum, overflow) = steps.addingReportingOverflow(count)
        guard !overflow, sum <= limits.steps else { throw .limit(line: line, what: "steps", most: limits.steps) }
        steps = sum
    }

    mutating func charge(symbols: Int, line: Int) throws(TemplateError) {
        try check(length: symbols, line: line)
        textBlocks += symbols / 4 + 1
        guard textBlocks <= limits.textBlocks else {
            throw .limit(line: line, what: "characters in all texts", most: limits.textBlocks * 4)
        }
    }

    func check(length: Int, line: Int) throws(TemplateError) {
        guard length <= limits.textLength else {
            throw .limit(line: line, what: "characters in a text", most: limits.textLength)
        }
    }

    mutating func enter(line: Int) throws(TemplateError) {
        depth += 1
        guard depth <= limits.depth else {
            throw .limit(line: line, what: "calls and expressions inside one another", most: limits.depth)
        }
    }

    mutating func leave() { depth -= 1 }
}

/// An interpreter that counts what it does: templates are not trusted.
protocol BoundedInterpreter: AnyObject {
    var budget: RenderingBudget { get set }
    /// The line of the template that is at work.
    var line: Int { get }
}

extension BoundedInterpreter {
    var limits: TemplateLimits { budget.limits }

    /// Counts work done.
    func charge(_ count: Int) throws(TemplateError) { try budget.charge(count, line: line) }

    /// Counts a text that is about to be made.
    func charge(symbols: Int) throws(TemplateError) { try budget.charge(symbols: symbols, line: line) }

    /// Stops a text that grew too long piece by piece.
    func checkLength(_ text: Text) throws(TemplateError) { try budget.check(length: text.count, line: line) }

    /// Goes one level deeper; pairs with `leave`.
    func enter() throws(TemplateError) { try budget.enter(line: line) }

    func leave() { budget.leave() }
}
