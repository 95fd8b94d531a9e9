package import GGUF

/// What a model can be used for, by Ollama's names.
package enum Capability: String, CaseIterable, Sendable {
    case completion, tools, insert, vision, embedding, thinking, image, audio
}

/// Everything from which the capabilities of a model follow.
package struct CapabilityEvidence: Sendable {
    package var model: Metadata?
    package var projectors: [Metadata] = []
    /// The Go template that the model brings.
    package var goTemplate: String?
    /// What the model's output parser understands.
    package var parserReadsTools = false
    package var parserReadsThinking = false
    /// Capabilities that the config names itself.
    package var declared: [String] = []

    package init() {}

    /// In the order of `Capability.allCases`.
    package var capabilities: [Capability] {
        var found = Set(declared.compactMap(Capability.init(rawValue:)))
        if let model { found.formUnion(Self.capabilities(of: model)) }
        for projector in projectors {
            if projector.flag("clip.has_vision_encoder") ?? true { found.insert(.vision) }
            if projector.flag("clip.has_audio_encoder") ?? false { found.insert(.audio) }
        }
        let fields = goTemplate.map(GoTemplateFields.init)
        let hints = model?.jinjaTemplate.map(JinjaHints.init)
        if fields?.uses("Tools") ?? false || parserReadsTools || hints?.tools ?? false { found.insert(.tools) }
        if fields?.uses("Suffix") ?? false { found.insert(.insert) }
        let isHarmony = ["gptoss", "gpt-oss"].contains(model?.architecture ?? "")
        if fields?.uses("Thinking") ?? false || parserReadsThinking || isHarmony || hints?.thinking ?? false {
            found.insert(.thinking)
        }
        return Capability.allCases.filter(found.contains)
    }

    private static func capabilities(of model: Metadata) -> Set<Capability> {
        let architecture = model.architecture ?? ""
        var found: Set<Capability> = [model["\(architecture).pooling_type"] == nil ? .completion : .embedding]
        if model["\(architecture).vision.block_count"] != nil { found.insert(.vision) }
        if model["\(architecture).audio.block_count"] != nil { found.insert(.audio) }
        return found
    }
}

extension Metadata {
    var architecture: String? { try? optionalString("general.architecture") }
    /// The chat template that the file brings.
    var jinjaTemplate: String? { try? optionalString("tokenizer.chat_template") }

    fileprivate func flag(_ key: String) -> Bool? { try? optionalBool(key) }
}

/// What a Jinja chat template seems to be able to do, by what its text mentions.
package struct JinjaHints: Equatable, Sendable {
    package let tools: Bool
    package let thinking: Bool
    /// Whether it writes both the model's calls and their results.
    package let toolRoundTrip: Bool

    package init(_ text: String) {
        let has = { (part: String) in text.utf8.containsBytes(part) }
        tools = has("tools") || has("tool_call")
        let splitsReasoning = has("split('</think>')") || has("split(\"</think>\")")
        thinking = has("<think>") && has("</think>") || splitsReasoning && !has("reasoning_content")
        toolRoundTrip = has("tool_calls") && (has("'tool'") || has("\"tool\"") || has("tool_response"))
    }
}

/// Which fields of its data a Go template reads, by what stands in its actions.
package struct GoTemplateFields: Sendable {
    private let actions: [Substring.UTF8View]

    package init(_ text: String) {
        var actions: [Substring.UTF8View] = []
        var rest = text[...].utf8
        while let start = rest.firstRange(ofBytes: "{{") {
            rest = rest[start.upperBound...]
            let end = rest.firstRange(ofBytes: "}}") ?? rest.endIndex..<rest.endIndex
            actions.append(rest[..<end.lowerBound])
            rest = rest[end.upperBound...]
        }
        self.actions = actions
    }

    /// Whether `.name` occurs as a whole word.
    package func uses(_ name: String) -> Bool {
        actions.contains { action in
            var rest = action
            while let range = rest.firstRange(ofBytes: "." + name) {
                rest = rest[range.upperBound...]
                guard let next = rest.first, Self.isWord(next) else { return true }
            }
            return false
        }
    }

    /// Whether it writes both the model's calls and their results.
    package var toolRoundTrip: Bool {
        uses("ToolCalls") && actions.contains { $0.firstRange(ofBytes: "\"tool\"") != nil }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 32 >= 97 && byte | 32 <= 122) || (byte >= 48 && byte <= 57) || byte == 95
    }
}

/// Which of a model's two templates counts.
package enum TemplateChoice: Equatable, Sendable {
    /// The Go template of the store.
    case go
    /// The Jinja template of the GGUF file.
    case jinja
    /// None: the prompt as it is.
    case none

    /// Chooses as Ollama does: the Go template, unless the other one can do more.
    ///
    /// - Parameter preference: what the user set (`OLLAMA_GO_TEMPLATE`); nil if nothing.
    package init(go: String?, jinja: String?, preference: Bool?) {
        guard let go, preference != false else {
            self = jinja == nil ? .none : .jinja
            return
        }
        guard let jinja, preference == nil else {
            self = .go
            return
        }
        let fields = GoTemplateFields(go)
        let hints = JinjaHints(jinja)
        let (goTools, goThinks) = (fields.uses("Tools"), fields.uses("Thinking"))
        let losesNothing = (hints.tools || !goTools) && (hints.thinking || !goThinks)
        let isEqual = hints.tools == goTools && hints.thinking == goThinks
        let isBetter =
            isEqual
            ? hints.tools && hints.toolRoundTrip && !fields.toolRoundTrip
            : losesNothing && hints.toolRoundTrip
        self = isBetter ? .jinja : .go
    }
}

extension BidirectionalCollection where Element == UInt8 {
    /// The first place where the bytes of a text stand.
    fileprivate func firstRange(ofBytes text: String) -> Range<Index>? {
        let pattern = Array(text.utf8)
        guard let head = pattern.first else { return startIndex..<startIndex }
        var start = startIndex
        while let candidate = self[start...].firstIndex(of: head) {
            var end = candidate
            let matches = pattern.allSatisfy { byte in
                guard end != endIndex, self[end] == byte else { return false }
                end = index(after: end)
                return true
            }
            if matches { return candidate..<end }
            start = index(after: candidate)
        }
        return nil
    }

    fileprivate func containsBytes(_ text: String) -> Bool { firstRange(ofBytes: text) != nil }
}
