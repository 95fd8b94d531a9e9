import Inference
import JSON
import OutputParsing
import Sampling
import WireFormats

/// Makes what a request demands of an answer's form into a constraint on its tokens.
struct ConstraintBuilder {
    let model: ServedModel
    /// The rendered prompt, whose end tells whether the model is already thinking.
    let prompt: String

    /// Calls that one answer may make.
    private static let mostCalls = 16

    /// The constraint of an answer to a conversation; nil if any text will do.
    ///
    /// - Throws: `WireError` for a format or a tool's schema that cannot be held to.
    func constraint(_ request: ChatRequest) throws(WireError) -> ConstraintLoad? {
        if let grammar = try grammar(request.responseFormat) {
            return try begun(grammar, trigger: thinkingEnd(request.thinking), parameter: "format")
        }
        guard !request.tools.isEmpty else { return nil }
        let tools = request.tools.map { ToolSignature(name: $0.name, parameters: $0.parameters) }
        let several = request.allowsParallelToolCalls ?? true
        switch request.toolChoice {
        case .none: return nil
        case .auto: return try guided(tools, allowsSeveral: several)
        case .required: return try forced(tools, calling: nil, allowsSeveral: several, request.thinking)
        case .named(let name): return try forced(tools, calling: name, allowsSeveral: false, request.thinking)
        }
    }

    /// The constraint of a completion.
    func constraint(_ format: ResponseFormat) throws(WireError) -> ConstraintLoad? {
        guard let grammar = try grammar(format) else { return nil }
        return try begun(grammar, trigger: thinkingEnd(.unset), parameter: "format")
    }

    private func grammar(_ format: ResponseFormat) throws(WireError) -> Grammar? {
        do {
            switch format {
            case .text: return nil
            case .json: return .jsonObject
            case .schema(let schema): return try Grammar(jsonSchema: schema)
            case .grammar(let text): return try Grammar(gbnf: text)
            case .regex(let text): return try Grammar(regex: text)
            case .choice(let words): return try Grammar.choices(words)
            }
        } catch {
            throw WireError(.invalid, "invalid format: \(error)", parameter: "format")
        }
    }

    /// Checks a grammar, so that the request is refused if anything is wrong with it, and begins to make the constraint.
    private func begun(
        _ grammar: Grammar, trigger: TextTrigger?, parameter: String
    ) throws(WireError) -> ConstraintLoad {
        do {
            return model.loaded.constraints.constraint(try CheckedGrammar(grammar, trigger: trigger))
        } catch {
            throw WireError(.invalid, "\(parameter): \(error)", parameter: parameter)
        }
    }

    /// What ends the thinking that comes before the answer; nil if the answer comes at once.
    private func thinkingEnd(_ thinking: ThinkingChoice) -> TextTrigger? {
        let trimmed = String(prompt.reversed().drop(while: \.isWhitespace).reversed())
        let open = model.outputFormat.thinking.first { trimmed.hasSuffix($0.open) }
        let tags: ThinkingTags?
        switch thinking {
        case .on, .level: tags = open ?? model.outputFormat.thinking.first
        case .off, .unset: tags = open
        }
        return tags.map { tags in
            var trigger = TextTrigger(texts: tags.closes, mayEnd: false)
            trigger.allowsSpace = true
            return trigger
        }
    }

    // MARK: Tool calls

    /// Text as the model likes, and from a call's beginning on only a valid call.
    private func guided(_ tools: [ToolSignature], allowsSeveral: Bool) throws(WireError) -> ConstraintLoad? {
        guard let shape = model.outputFormat.toolCallGrammar(for: tools, allowsSeveral: allowsSeveral),
            !shape.trigger.isEmpty
        else { return nil }
        var trigger = TextTrigger(texts: [shape.trigger], mayEnd: true)
        trigger.tokens = model.tokens(spelled: shape.trigger)
        return try begun(calls(shape, tools, calling: nil), trigger: trigger, parameter: "tools")
    }

    private func forced(
        _ tools: [ToolSignature], calling name: String?, allowsSeveral: Bool, _ thinking: ThinkingChoice
    ) throws(WireError) -> ConstraintLoad {
        guard let shape = model.outputFormat.toolCallGrammar(for: tools, calling: name, allowsSeveral: allowsSeveral)
        else {
            throw WireError(
                .unsupported, "a call cannot be forced: this model's form of calls is not JSON",
                parameter: "tool_choice")
        }
        let call = Grammar.sequence(of: [.literal(shape.trigger), try calls(shape, tools, calling: name)])
        return try begun(call, trigger: thinkingEnd(thinking), parameter: "tool_choice")
    }

    /// A call after its trigger, and more of them where several are allowed.
    private func calls(
        _ shape: ToolCallGrammar, _ tools: [ToolSignature], calling name: String?
    ) throws(WireError) -> Grammar {
        let call: Grammar
        do { call = try one(shape) } catch {
            // A schema that cannot be held to as a whole still yields a JSON object.
            let plain = tools.map { ToolSignature(name: $0.name, parameters: ["type": "object"]) }
            guard
                let shape = model.outputFormat.toolCallGrammar(
                    for: plain, calling: name, allowsSeveral: shape.separator != nil),
                let grammar = try? one(shape)
            else { throw WireError(.invalid, "tools: \(error)", parameter: "tools") }
            call = grammar
        }
        guard let separator = shape.separator else { return call }
        return call.repeated(minimum: 1, maximum: Self.mostCalls, separator: separator)
    }

    private func one(_ shape: ToolCallGrammar) throws(GrammarError) -> Grammar {
        var alternatives: [Grammar] = []
        for alternative in shape.alternatives {
            alternatives.append(
                .sequence(of: [
                    .literal(alternative.prefix), try Grammar(jsonSchema: alternative.schema),
                    .literal(alternative.suffix),
                ]))
        }
        return .choice(of: alternatives)
    }
}
