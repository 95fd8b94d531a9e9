/// Parsed arguments of a command: every value is of its option's kind.
package struct Arguments: Sendable {
    /// Operands in order.
    package fileprivate(set) var operands: [String] = []
    private var values: [String: [String]] = [:]

    /// Whether a flag, or an option with a value, was given.
    package func has(_ option: CommandOption) -> Bool { values[option.long] != nil }

    /// The value of an option; the last one if it was repeated.
    package func text(_ option: CommandOption) -> String? { values[option.long]?.last }

    /// All values of an option that may be repeated.
    package func texts(_ option: CommandOption) -> [String] { values[option.long] ?? [] }

    /// The value of an option of kind `integer`.
    package func integer(_ option: CommandOption) -> Int? { text(option).flatMap { Int($0) } }

    /// The value of an option of kind `number`.
    package func number(_ option: CommandOption) -> Double? { text(option).flatMap { Double($0) } }

    /// The value of an option that the command cannot do without.
    package func required(_ option: CommandOption) throws(UsageError) -> String {
        guard let text = text(option) else { throw .missingOption(option.spellings.last ?? option.long) }
        return text
    }

    fileprivate mutating func add(_ value: String, to option: CommandOption) {
        values[option.long, default: []].append(value)
    }
}

/// Why a command line makes no sense.
package enum UsageError: Error, Equatable, Sendable {
    case unknownCommand(String, nearest: String?)
    case unknownOption(String, nearest: String?)
    case missingValue(option: String, placeholder: String)
    case unexpectedValue(option: String, value: String)
    case repeatedOption(String)
    case invalidValue(of: String, expected: String, found: String, nearest: String?)
    case missingOperand(String)
    case missingOption(String)
    case unexpectedOperand(String)
    /// Options that exclude or need each other, in words.
    case conflict(String)
}

extension UsageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownCommand(let word, let nearest): "unknown command \(word)\(Self.suggestion(nearest))"
        case .unknownOption(let word, let nearest): "unknown option \(word)\(Self.suggestion(nearest))"
        case .missingValue(let option, let placeholder): "\(option) needs a value, \(placeholder)"
        case .unexpectedValue(let option, let value): "\(option) takes no value, found \(value)"
        case .repeatedOption(let option): "\(option) is given twice"
        case .invalidValue(let name, let expected, let found, let nearest):
            "\(name): expected \(expected), found '\(found)'\(Self.suggestion(nearest))"
        case .missingOperand(let name): "\(name) is missing"
        case .missingOption(let option): "\(option) is missing"
        case .unexpectedOperand(let text): "unexpected argument '\(text)'"
        case .conflict(let text): text
        }
    }

    private static func suggestion(_ nearest: String?) -> String { nearest.map { ", did you mean \($0)?" } ?? "" }
}

/// Reads a command's arguments by its description.
///
/// `--name value`, `--name=value`, `-n value`, and `--name` alone where a value is implied; options and operands in any order; `--` ends the options. A value may
/// begin with a dash (`--seed -1`) unless it is itself an option of the command.
package struct ArgumentParser {
    private let command: Command
    private var words: ArraySlice<String>
    private var arguments = Arguments()

    /// - Parameter words: what follows the command's name.
    package static func parse(_ words: [String], for command: Command) throws(UsageError) -> Arguments {
        var parser = ArgumentParser(command: command, words: words[...])
        try parser.run()
        return parser.arguments
    }

    private init(command: Command, words: ArraySlice<String>) {
        self.command = command
        self.words = words
    }

    private mutating func run() throws(UsageError) {
        while let word = words.popFirst() {
            if word == "--" {
                arguments.operands += words
                break
            }
            if word.count > 1, word.hasPrefix("-") { try option(word) } else { arguments.operands.append(word) }
        }
        if !arguments.has(.help) { try checkOperands() }
    }

    private mutating func option(_ word: String) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = named(parts[0]) else {
            throw .unknownOption(
                parts[0], nearest: NearestName.of(parts[0], in: command.options.map { "--\($0.long)" }))
        }
        guard option.isRepeatable || !arguments.has(option) else { throw .repeatedOption(parts[0]) }
        guard let kind = option.value else {
            guard parts.count == 1 else { throw .unexpectedValue(option: parts[0], value: parts[1]) }
            arguments.add("", to: option)
            return
        }
        let value: String
        if parts.count == 2 {
            value = parts[1]
        } else if let implied = option.impliedValue {
            value = implied
        } else {
            value = try nextValue(of: option, spelled: parts[0])
        }
        try kind.check(value, name: parts[0])
        arguments.add(value, to: option)
    }

    private mutating func nextValue(of option: CommandOption, spelled: String) throws(UsageError) -> String {
        guard let next = words.first, named(next) == nil, next != "--" else {
            throw .missingValue(option: spelled, placeholder: option.placeholder)
        }
        words.removeFirst()
        return next
    }

    private func named(_ word: String) -> CommandOption? { command.options.first { $0.spellings.contains(word) } }

    private func checkOperands() throws(UsageError) {
        var rest = arguments.operands[...]
        for operand in command.operands {
            switch operand.count {
            case .any:
                for value in rest { try operand.value.check(value, name: operand.name) }
                rest = []
            case .one, .optional:
                guard let value = rest.popFirst() else {
                    if operand.count == .optional { continue }
                    throw .missingOperand(operand.name)
                }
                try operand.value.check(value, name: operand.name)
            }
        }
        if let extra = rest.first { throw .unexpectedOperand(extra) }
    }
}

extension ValueKind {
    fileprivate func check(_ text: String, name: String) throws(UsageError) {
        switch self {
        case .text, .file: return
        case .integer(let range):
            if let value = Int(text), range.contains(value) { return }
        case .number(let range):
            if let value = Double(text), range.contains(value) { return }
        case .choice(let words):
            if words.contains(text) { return }
            throw .invalidValue(
                of: name, expected: expectation, found: text, nearest: NearestName.of(text, in: words))
        }
        throw .invalidValue(of: name, expected: expectation, found: text, nearest: nil)
    }

    /// What it must be, in words.
    private var expectation: String {
        switch self {
        case .text: "text"
        case .file: "a file"
        case .integer(let range): "an integer \(Self.words(range.lowerBound, range.upperBound, largest: .max))"
        case .number(let range): "a number \(Self.words(range.lowerBound, range.upperBound, largest: .infinity))"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        }
    }

    private static func words<Value: Comparable>(_ lower: Value, _ upper: Value, largest: Value) -> String {
        upper == largest ? "of at least \(lower)" : "from \(lower) to \(upper)"
    }
}
