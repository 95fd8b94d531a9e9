import Sampling

/// A second opinion: which prefixes of a text an expression matches, by trying everything (memory over speed, no
/// automaton, no bytes).
struct GrammarReference {
    private let grammar: Grammar
    private let text: [Unicode.Scalar]
    private var known: [Pair: Set<Int>] = [:]

    private struct Pair: Hashable {
        let rule: Int
        let start: Int
    }

    static func matches(_ grammar: Grammar, _ text: String) -> Bool {
        var reference = GrammarReference(grammar: grammar, text: Array(text.unicodeScalars))
        return reference.ends(.rule(grammar.root), from: 0).contains(reference.text.count)
    }

    private init(grammar: Grammar, text: [Unicode.Scalar]) {
        self.grammar = grammar
        self.text = text
    }

    /// Where matches that begin at a position end.
    private mutating func ends(_ expression: Grammar.Expression, from start: Int) -> Set<Int> {
        switch expression {
        case .literal(let bytes):
            let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
            return text[start...].starts(with: scalars) ? [start + scalars.count] : []
        case .set(let set):
            return start < text.count && set.contains(text[start].value) ? [start + 1] : []
        case .sequence(let parts):
            return parts.reduce([start]) { starts, part in union(starts) { $0.ends(part, from: $1) } }
        case .choice(let parts):
            return parts.reduce([]) { $0.union(ends($1, from: start)) }
        case .repetition(let part, let minimum, let maximum):
            return repeated(part, minimum, maximum ?? .max, from: start)
        case .rule(let number):
            let pair = Pair(rule: number, start: start)
            if let found = known[pair] { return found }
            let found = ends(grammar.rules[number].body, from: start)
            known[pair] = found
            return found
        }
    }

    private mutating func repeated(
        _ part: Grammar.Expression, _ minimum: Int, _ maximum: Int, from start: Int
    ) -> Set<Int> {
        var frontier: Set<Int> = [start]
        var found: Set<Int> = minimum == 0 ? [start] : []
        var seen: Set<Set<Int>> = []
        var count = 0
        while count < maximum, !frontier.isEmpty {
            count += 1
            frontier = union(frontier) { $0.ends(part, from: $1) }
            if count >= minimum {
                found.formUnion(frontier)
                if !seen.insert(frontier).inserted { break }
            }
        }
        return found
    }

    private mutating func union(
        _ starts: Set<Int>, _ next: (inout GrammarReference, Int) -> Set<Int>
    ) -> Set<Int> {
        var all: Set<Int> = []
        for start in starts { all.formUnion(next(&self, start)) }
        return all
    }
}

/// Random grammars without left recursion, over a few letters and some scalars of two to four bytes.
struct RandomGrammar {
    static let alphabet: [Unicode.Scalar] = ["a", "b", "\"", "é", "ж", "→", "\u{E000}", "😀"]

    static func make(using random: inout some RandomNumberGenerator) -> Grammar {
        let count = Int.random(in: 1...4, using: &random)
        // A rule begins with a character or with a later rule, so none begins with itself.
        var text = ""
        for number in 0..<count {
            let name = number == 0 ? "root" : "r\(number)"
            text += "\(name) ::= " + choice(3, number + 1..<count, count, using: &random) + "\n"
        }
        return (try? Grammar(gbnf: text)) ?? .literal("a")
    }

    private static func choice(
        _ depth: Int, _ firsts: Range<Int>, _ rules: Int, using random: inout some RandomNumberGenerator
    ) -> String {
        (0..<Int.random(in: 1...2, using: &random)).map { _ in
            let head = atom(depth, firsts, rules, isFirst: true, using: &random)
            let rest = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                atom(depth, firsts, rules, isFirst: false, using: &random)
            }
            return ([head] + rest).joined(separator: " ")
        }.joined(separator: " | ")
    }

    private static func atom(
        _ depth: Int, _ firsts: Range<Int>, _ rules: Int, isFirst: Bool, using random: inout some RandomNumberGenerator
    ) -> String {
        let suffix = isFirst ? "" : ["", "", "*", "?", "+", "{2}", "{1,3}", "{0,2}"].randomElement(using: &random)!
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: return character(using: &random, quote: "\"") + suffix
        case 1:
            let members = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                alphabet.randomElement(using: &random)!
            }
            let isNegated = Bool.random(using: &random)
            return "[" + (isNegated ? "^" : "") + members.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "]"
                + suffix
        case 2 where !(isFirst && firsts.isEmpty):
            let number = isFirst ? Int.random(in: firsts, using: &random) : Int.random(in: 0..<rules, using: &random)
            return (number == 0 ? "root" : "r\(number)") + suffix
        case 4,
            5 where !isFirst:
            return "(" + choice(depth - 1, firsts, rules, using: &random) + ")" + suffix
        default: return character(using: &random, quote: "\"") + suffix
        }
    }

    private static func character(using random: inout some RandomNumberGenerator, quote: String) -> String {
        let scalar = alphabet.randomElement(using: &random)!
        return quote + (scalar == "\"" ? "\\\"" : String(scalar)) + quote
    }

    static func text(length: Int, using random: inout some RandomNumberGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<length { text.append(alphabet.randomElement(using: &random)!) }
        return String(text)
    }
}
