import Testing

/// Caps that keep files and functions readable: 500 lines a file (600 for kernels), 80 a function
/// (150 in kernels, whose loops are one piece). Generated tables are exempt.
@Suite struct SizeRules {
    @Test func filesStayShort() {
        let offenders = SourceFile.everything.filter {
            !$0.isGenerated && $0.lines.count > ($0.isKernel ? 600 : 500)
        }
        #expect(offenders.isEmpty, "too long: \(offenders.map { "\($0.path) \($0.lines.count)" })")
    }

    @Test func functionsStayShort() {
        let offenders = SourceFile.product.filter { !$0.isGenerated }.flatMap { file in
            functionLengths(file).filter { $0.length > (file.isKernel ? 150 : 80) }
                .map { "\(file.path):\($0.line) \($0.length) lines" }
        }
        #expect(offenders.isEmpty, "too long: \(offenders)")
    }

    /// Length of every `func` and `init` body, found by matching braces.
    private func functionLengths(_ file: SourceFile) -> [(line: Int, length: Int)] {
        var results: [(line: Int, length: Int)] = []
        var open: [(line: Int, depth: Int)] = []
        var depth = 0
        var isDeclared = false
        for (number, line) in zip(1..., file.code) {
            // A protocol's requirement has no body: the next line that cannot belong to a signature ends it.
            if line.allSatisfy(\.isWhitespace) || line.contains(#/^\s*(\}|struct|extension|var|let)/#) {
                isDeclared = false
            }
            isDeclared = isDeclared || line.contains(#/\b(func [^ ]|init[?]?[(<])/#) && !line.contains(".init(")
            for character in line {
                if character == "{" {
                    if isDeclared { open.append((number, depth)) }
                    isDeclared = false
                    depth += 1
                } else if character == "}" {
                    depth -= 1
                    if let last = open.last, last.depth == depth {
                        results.append((last.line, number - last.line + 1))
                        open.removeLast()
                    }
                }
            }
        }
        return results
    }
}
