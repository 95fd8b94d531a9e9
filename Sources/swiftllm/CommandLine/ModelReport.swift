import JSON
package import WireFormats

/// What `show` says of a model.
package struct ModelReport: Sendable {
    private let model: OllamaShow.Reply

    package init(_ model: OllamaShow.Reply) { self.model = model }

    /// Blocks of facts.
    ///
    /// - Parameter isVerbose: with all metadata and tensors.
    package func summary(isVerbose: Bool = false) -> String {
        var text = block("Model", modelRows)
        text += block("Capabilities", model.capabilities.map { [$0] })
        text += block("Projector", projectorRows)
        text += block(
            "Parameters",
            model.parameters.split(separator: "\n").map { line in
                line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
                    .map { String($0.trimming(while: \.isWhitespace)) }
            })
        if isVerbose {
            let keys = model.modelInfo.members.sorted { $0.key < $1.key }
            text += block("Metadata", keys.map { [$0.key, Self.shortened($0.value)] })
            text += block(
                "Tensors",
                model.tensors.map { tensor in
                    [tensor.name, tensor.type, "[\(tensor.shape.map(String.init).joined(separator: " "))]"]
                })
        }
        text += block("System", Self.head(model.system))
        text += block("License", Self.head(model.license))
        return text
    }

    private func block(_ title: String, _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        let width = rows.map(\.count).max() ?? 0
        let padded = rows.map { [""] + $0 + Array(repeating: "", count: width - $0.count) }
        return "  \(title)\n" + TerminalText.harmless(TextTable(padded, gap: 4).text) + "\n"
    }

    private var modelRows: [[String]] {
        let info = model.modelInfo
        let architecture = info["general.architecture"]?.stringValue ?? model.details.family
        let count = info["general.parameter_count"]?.intValue.map { HumanText.count(Int64($0)) }
        let size = model.details.parameterSize
        let rows: [(String, String?)] = [
            ("architecture", architecture), ("parameters", size.isEmpty ? count : size),
            ("context length", info["\(architecture).context_length"].flatMap(Self.integer)),
            ("embedding length", info["\(architecture).embedding_length"].flatMap(Self.integer)),
            ("quantization", model.details.quantizationLevel), ("requires", model.requires),
        ]
        return rows.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : [name, $0] }
        }
    }

    private var projectorRows: [[String]] {
        let info = model.projectorInfo
        guard let architecture = info["general.architecture"]?.stringValue else { return [] }
        func value(_ name: String) -> String? {
            ["vision", "audio"].lazy.compactMap { info["\(architecture).\($0).\(name)"].flatMap(Self.integer) }.first
        }
        let count = info["general.parameter_count"]?.intValue.map { HumanText.count(Int64($0)) }
        let rows: [(String, String?)] = [
            ("architecture", architecture), ("parameters", count), ("embedding length", value("embedding_length")),
            ("dimensions", value("projection_dim")),
        ]
        return rows.compactMap { name, value in value.map { [name, $0] } }
    }

    private static func integer(_ value: JSONValue) -> String? { value.intValue.map(String.init) }

    /// The first two lines that are not empty.
    private static func head(_ text: String) -> [[String]] {
        let lines = text.split(separator: "\n").map { $0.trimming(while: \.isWhitespace) }.filter { !$0.isEmpty }
        return lines.prefix(2).map { [String($0)] } + (lines.count > 2 ? [["..."]] : [])
    }

    /// A value in a column: of a long list the beginning.
    private static func shortened(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): return TextExcerpt.line(text)
        case .array(let elements):
            var shown: [String] = []
            var width = 1
            for element in elements {
                let text = element.stringValue.map { TextExcerpt.line($0) } ?? "\(element)"
                width += text.count + 2
                if width > 12, !shown.isEmpty { break }
                shown.append(text)
            }
            let rest = elements.count - shown.count
            return "[\(shown.joined(separator: ", "))\(rest > 0 ? ", ...+\(rest) more" : "")]"
        default: return "\(value)"
        }
    }
}

extension ModelReport {
    /// What `/show` in a conversation prints.
    func text(_ topic: SlashCommand.ShowTopic, session: ChatSession) -> String {
        func line(_ text: String, orElse missing: String) -> String {
            TerminalText.harmless(text.isEmpty ? missing : text) + "\n"
        }
        switch topic {
        case .info: return summary()
        case .license: return line(model.license, orElse: "No license was specified for this model.")
        case .modelfile: return line(model.modelfile, orElse: "")
        case .template: return line(model.template, orElse: "No prompt template was specified for this model.")
        case .system:
            return line(session.system ?? model.system, orElse: "No system message was specified for this model.")
        case .parameters: return parameters(session)
        }
    }

    private func parameters(_ session: ChatSession) -> String {
        var text = "Model defined parameters:\n"
        let own = model.parameters.split(separator: "\n")
        if own.isEmpty { text += "  No additional parameters were specified for this model.\n" }
        for line in own { text += "  \(TerminalText.harmless(String(line)))\n" }
        text += "\n"
        guard !session.parameters.isEmpty else { return text }
        text += "User defined parameters:\n"
        for (name, values) in session.parameters {
            let padding = String(repeating: " ", count: max(30 - name.count, 0))
            text += "  \(name)\(padding) \(values.joined(separator: ", "))\n"
        }
        return text + "\n"
    }
}

extension StringProtocol {
    fileprivate func trimming(while isDropped: (Character) -> Bool) -> SubSequence {
        var rest = self[...].drop(while: isDropped)
        while let last = rest.last, isDropped(last) { rest = rest.dropLast() }
        return rest
    }
}
