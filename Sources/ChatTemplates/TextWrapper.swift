/// Breaks a paragraph into lines as Python's `textwrap` does, white space kept as it is.
struct TextWrapper {
    let width: Int
    let breaksLongWords: Bool
    let breaksOnHyphens: Bool

    func wrap(_ text: Text) -> [Text] {
        var chunks = self.chunks(text)[...]
        var lines: [Text] = []
        while !chunks.isEmpty {
            if !lines.isEmpty, chunks.first.map(isSpace) == true { chunks.removeFirst() }
            var line: [Text] = []
            var length = 0
            while let chunk = chunks.first, length + chunk.count <= width {
                line.append(chunk)
                length += chunk.count
                chunks.removeFirst()
            }
            if let chunk = chunks.first, chunk.count > width {
                if breaksLongWords {
                    let (head, tail) = cut(chunk, at: width - length)
                    line.append(head)
                    chunks[chunks.startIndex] = tail
                } else if line.isEmpty {
                    line.append(chunk)
                    chunks.removeFirst()
                }
            }
            if line.last.map(isSpace) == true { line.removeLast() }
            if !line.isEmpty { lines.append(Text().joined(line)) }
        }
        return lines
    }

    private func isSpace(_ text: Text) -> Bool { text.allSatisfy(isSpace) }

    /// The white space that `textwrap` knows is only ASCII's.
    private func isSpace(_ point: UInt32) -> Bool { point == 32 || (point >= 9 && point <= 13) }

    /// A word too long for a line, cut after a hyphen if it has one there.
    private func cut(_ chunk: Text, at space: Int) -> (Text, Text) {
        var end = max(space, 1)
        if breaksOnHyphens, chunk.count > space, space > 0,
            let hyphen = chunk.lastIndex(of: "-", to: space), hyphen > 0,
            (0..<hyphen).contains(where: { chunk.codePoint($0) != 45 })
        {
            end = hyphen + 1
        }
        return (chunk[0..<end], chunk[end..<chunk.count])
    }

    /// Words and the white space between them; a word may end after a hyphen between letters.
    private func chunks(_ text: Text) -> [Text] {
        var chunks: [Text] = []
        var start = 0
        while start < text.count {
            let space = isSpace(text.codePoint(start))
            var end = start + 1
            while end < text.count, isSpace(text.codePoint(end)) == space {
                if !space, breaksOnHyphens, isBreak(text, before: end, from: start) { break }
                end += 1
            }
            chunks.append(text[start..<end])
            start = end
        }
        return chunks
    }

    /// Whether a word can be broken before `index`: after a hyphen with letters around it, or around a dash.
    private func isBreak(_ text: Text, before index: Int, from start: Int) -> Bool {
        func isLetter(_ index: Int) -> Bool {
            text.symbols.indices.contains(index)
                && (PythonCharacter.isAlphabetic(text.codePoint(index)) || text.codePoint(index) == 95)
        }
        func isHyphen(_ index: Int) -> Bool { text.symbols.indices.contains(index) && text.codePoint(index) == 45 }
        if isHyphen(index - 1), !isHyphen(index), index - start >= 2, !isHyphen(index - 2) {
            let followsLetters = isLetter(index - 2) && (isLetter(index - 3) || isHyphen(index - 3))
            let precedesLetters = isLetter(index) && (isLetter(index + 1) || isHyphen(index + 1))
            return followsLetters && precedesLetters
        }
        let endsDash = isHyphen(index - 1) && isHyphen(index - 2) && !isHyphen(index)
        let startsDash = isHyphen(index) && isHyphen(index + 1) && !isHyphen(index - 1)
        return endsDash || startsDash
    }
}
