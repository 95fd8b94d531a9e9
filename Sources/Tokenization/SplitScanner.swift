/// Applies split rules to a text of which the class of every byte's scalar is known.
///
/// Linear in the text: an alternative either consumes what it scanned, or scans whitespace, whose run is remembered.
struct SplitScanner {
    /// Valid UTF-8.
    private let text: [UInt8]
    /// For each byte of the text the class of the scalar that starts there, or `UnicodeTables.continuation`.
    private let classes: [UInt8]
    /// Start of the piece in which matches are looked for.
    private var pieceStart = 0
    /// End of the piece: no alternative looks further.
    private var end = 0
    private var whitespace = WhitespaceRun()

    /// The whitespace around the last position that was asked for.
    private struct WhitespaceRun {
        var start = 0
        var end = 0
        /// End of the last line break in the run, or `start` if there is none.
        var lineBreakEnd = 0
    }

    /// - Precondition: `text` is valid UTF-8.
    init(text: [UInt8]) {
        self.text = text
        classes = Self.classify(text)
    }

    /// The ends of the words into which a rule cuts a range of the text, the range's end included.
    ///
    /// - Precondition: the range starts and ends between scalars.
    mutating func wordEnds(in range: Range<Int>, by rule: SplitRule) -> [Int] {
        var ends = [range.upperBound]
        for pass in rule.passes {
            var next: [Int] = []
            next.reserveCapacity(max(ends.count, range.count / 5))
            var start = range.lowerBound
            for end in ends {
                enterPiece(start..<end)
                apply(pass, to: &next)
                start = end
            }
            ends = next
        }
        return ends
    }

    private mutating func enterPiece(_ piece: Range<Int>) {
        pieceStart = piece.lowerBound
        end = piece.upperBound
        whitespace = WhitespaceRun()
    }

    private mutating func apply(_ pass: SplitPass, to ends: inout [Int]) {
        switch pass {
        case .matches(let table): isolateMatches(of: table, to: &ends)
        case .digitGroupsFromRight: groupDigits(to: &ends)
        case .thousands: cutThousands(to: &ends)
        }
        if pieceStart < end, ends.last != end { ends.append(end) }
    }

    private mutating func isolateMatches(of table: AlternativeTable, to ends: inout [Int]) {
        var position = pieceStart
        var previousEnd = pieceStart
        while position < end {
            var candidates = table.candidates[Int(classes[position])]
            var matchEnd: Int?
            while candidates != 0, matchEnd == nil {
                matchEnd = self.matchEnd(of: table.alternatives[candidates.trailingZeroBitCount], at: position)
                candidates &= candidates &- 1
            }
            guard let matchEnd else {
                position = next(position)
                continue
            }
            if previousEnd < position { ends.append(position) }
            ends.append(matchEnd)
            previousEnd = matchEnd
            position = matchEnd
        }
    }

    // MARK: Alternatives

    /// Where a match of an alternative at a position ends, or nil if there is none. Never empty.
    private mutating func matchEnd(of alternative: Alternative, at position: Int) -> Int? {
        switch alternative {
        case .run(let run): return self.run(run, at: position)
        case .contraction(let kind): return contraction(kind, at: position)
        case .lineBreaks:
            let run = whitespaceRun(at: position)
            return run.lineBreakEnd > position ? run.lineBreakEnd : nil
        case .spacesBeforeWord: return spacesBeforeWord(at: position)
        case .spacesAtEnd: return whitespaceRun(at: position).end == end ? end : nil
        case .spacesByHalves: return spacesByHalves(at: position)
        case .cased(let cased): return self.cased(cased, at: position)
        case .words(let before): return words(before: before, at: position)
        case .sentinel:
            return delimited(by: Self.sentinelStart, UInt8(ascii: "0")...UInt8(ascii: "9"), until: ">", at: position)
        case .image:
            return delimited(
                by: Self.imageStart, UInt8(ascii: "A")...UInt8(ascii: "I"), atMost: 4, until: "Z", at: position)
        case .scalars(let ranges, let afterSpace): return scalars(ranges, afterSpace: afterSpace, at: position)
        case .lettersButHan: return lettersButHan(at: position)
        }
    }

    private func run(_ run: Alternative.Run, at position: Int) -> Int? {
        var body = position
        if run.before.contains(classes[position]) {
            let afterOne = next(position)
            if afterOne < end, run.of.contains(classes[afterOne]) { body = afterOne }
        }
        if run.needsBefore, body == position { return nil }
        guard run.of.contains(classes[body]) else { return nil }
        var last = run.atMost == .max ? scan(body, while: run.of) : scan(body, while: run.of, atMost: run.atMost)
        if run.atLeast > 1, scan(body, while: run.of, atMost: run.atLeast - 1) == last { return nil }
        if !run.after.isEmpty {
            last =
                run.afterAtMost == .max
                ? scan(last, while: run.after) : scan(last, while: run.after, atMost: run.afterAtMost)
        }
        return endAfter(run.contraction, at: last)
    }

    private func contraction(_ kind: Alternative.Contraction, at position: Int) -> Int? {
        guard position + 1 < end, text[position] == UInt8(ascii: "'") else { return nil }
        // Bit 5 is what tells the cases of an ASCII letter apart; no other byte becomes one of these letters by it.
        let caseBit: UInt8 = kind == .anyCase ? 0x20 : 0
        let first = text[position + 1] | caseBit
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return position + 2
        default: break
        }
        guard position + 2 < end else { return nil }
        switch (first, text[position + 2] | caseBit) {
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return position + 3
        default: return nil
        }
    }

    /// The end of a contraction at a position, or the position.
    private func endAfter(_ kind: Alternative.Contraction?, at position: Int) -> Int {
        kind.flatMap { contraction($0, at: position) } ?? position
    }

    private mutating func spacesBeforeWord(at position: Int) -> Int? {
        let runEnd = whitespaceRun(at: position).end
        if runEnd == end { return end }
        let withoutLast = previous(runEnd)
        return withoutLast > position ? withoutLast : nil
    }

    private mutating func spacesByHalves(at position: Int) -> Int? {
        let runEnd = whitespaceRun(at: position).end
        // Text after the run takes its last space away, from all but the last alternative.
        let limit = runEnd == end ? runEnd : previous(runEnd)
        for count in [512, 256, 128, 64, 32, 16, 8, 4, 2, 1] {
            let last = scan(position, while: .whitespace, atMost: count)
            guard last <= limit else { continue }
            if count <= 2 || scan(position, while: .whitespace, atMost: count - 1) < last { return last }
        }
        return next(position)
    }

    private func cased(_ cased: Alternative.Cased, at position: Int) -> Int? {
        let canSkipOne = cased.before.contains(classes[position])
        let body = canSkipOne ? next(position) : position
        var last = endingInLowercase(cased, at: body)
        if last == nil, canSkipOne { last = endingInLowercase(cased, at: position) }
        if last == nil { last = startingInUppercase(cased, at: body) }
        if last == nil, canSkipOne { last = startingInUppercase(cased, at: position) }
        return last.map { endAfter(cased.contraction, at: $0) }
    }

    /// `upper* lower+`
    private func endingInLowercase(_ cased: Alternative.Cased, at position: Int) -> Int? {
        let upperEnd = scan(position, while: cased.upper)
        if upperEnd < end, cased.lower.contains(classes[upperEnd]) { return scan(upperEnd, while: cased.lower) }
        // Gives back scalars until one of them can also be lowercase.
        var last = upperEnd
        while last > position {
            let before = previous(last)
            if cased.lower.contains(classes[before]) { return last }
            last = before
        }
        return nil
    }

    /// `upper+ lower*`
    private func startingInUppercase(_ cased: Alternative.Cased, at position: Int) -> Int? {
        let upperEnd = scan(position, while: cased.upper)
        return upperEnd > position ? scan(upperEnd, while: cased.lower) : nil
    }

    private func words(before: ScalarSet, at position: Int) -> Int? {
        var last = position
        if before.contains(classes[position]) { last = next(position) }
        guard last < end, ScalarSet.letters.contains(classes[last]) else { return nil }
        while last < end {
            if ScalarSet.letters.contains(classes[last]) {
                last = scan(next(last), while: .marks)
            } else if ScalarSet.space.contains(classes[last]), last + 1 < end,
                ScalarSet.letters.contains(classes[last + 1])
            {
                last += 1
            } else {
                break
            }
        }
        return last
    }

    private static let sentinelStart = Array("<sentinel:".utf8)
    private static let imageStart = Array("IMGIMG".utf8)

    /// A literal start, bytes of a range, a literal end.
    private func delimited(
        by start: [UInt8], _ inner: ClosedRange<UInt8>, atMost: Int = .max, until last: Unicode.Scalar,
        at position: Int
    ) -> Int? {
        let innerStart = position + start.count
        guard innerStart < end, text[position..<innerStart].elementsEqual(start) else { return nil }
        var position = innerStart
        while position < end, position - innerStart < atMost, inner.contains(text[position]) { position += 1 }
        guard position > innerStart, position < end, text[position] == UInt8(ascii: last) else { return nil }
        return position + 1
    }

    private func scalars(_ ranges: ScalarRanges, afterSpace: Bool, at position: Int) -> Int? {
        var last = position
        if afterSpace, ScalarSet.whitespace.contains(classes[position]) { last = next(position) }
        let start = last
        while last < end, !ScalarSet.whitespace.contains(classes[last]), ranges.contains(scalar(at: last)) {
            last = next(last)
        }
        return last > start ? last : nil
    }

    private func lettersButHan(at position: Int) -> Int? {
        let letters = ScalarSet.letters & !.han
        var start = position
        if !ScalarSet.letters.contains(classes[position]) { start = next(position) }
        guard start < end, letters.contains(classes[start]) else { return nil }
        return endAfter(.anyCase, at: scan(start, while: letters))
    }

    // MARK: Passes over numbers

    private mutating func groupDigits(to ends: inout [Int]) {
        var position = pieceStart
        while position < end {
            guard ScalarSet.numbers.contains(classes[position]) else {
                position = next(position)
                continue
            }
            let runEnd = scan(position, while: .numbers)
            var count = scalarCount(position..<runEnd)
            while position < runEnd {
                position = scan(position, while: .numbers, atMost: count % 3 == 0 ? 3 : count % 3)
                count -= count % 3 == 0 ? 3 : count % 3
                ends.append(position)
            }
        }
    }

    private mutating func cutThousands(to ends: inout [Int]) {
        var position = pieceStart
        while position < end {
            guard ScalarSet.digits.contains(classes[position]) else {
                position = next(position)
                continue
            }
            let runEnd = scan(position, while: .digits)
            position += (runEnd - position) % 3
            while position < runEnd {
                if position > pieceStart { ends.append(position) }
                position += 3
            }
        }
    }

    // MARK: Scanning

    /// The start of the scalar after the one at a position.
    private func next(_ position: Int) -> Int {
        var next = position + 1
        while next < end, classes[next] == UnicodeTables.continuation { next += 1 }
        return next
    }

    /// The start of the scalar before a position.
    private func previous(_ position: Int) -> Int {
        var previous = position - 1
        while previous > pieceStart, classes[previous] == UnicodeTables.continuation { previous -= 1 }
        return previous
    }

    private func scan(_ position: Int, while set: ScalarSet) -> Int {
        var last = position
        while last < end, set.contains(classes[last]) { last += 1 }
        return last
    }

    private func scan(_ position: Int, while set: ScalarSet, atMost count: Int) -> Int {
        var last = position
        var left = count
        while left > 0, last < end, set.contains(classes[last]) {
            last = next(last)
            left -= 1
        }
        return last
    }

    private func scalarCount(_ range: Range<Int>) -> Int {
        range.reduce(into: 0) { count, index in
            if classes[index] != UnicodeTables.continuation { count += 1 }
        }
    }

    private mutating func whitespaceRun(at position: Int) -> WhitespaceRun {
        if whitespace.start <= position, position < whitespace.end { return whitespace }
        var run = WhitespaceRun(start: position, end: position, lineBreakEnd: position)
        while run.end < end, ScalarSet.whitespace.contains(classes[run.end]) {
            run.end += 1
            if ScalarSet.lineBreaks.contains(classes[run.end - 1]), text[run.end - 1] < 0x20 {
                run.lineBreakEnd = run.end
            }
        }
        whitespace = run
        return run
    }

    private func scalar(at position: Int) -> UInt32 { UTF8Text.scalar(in: text, at: position).value }

    private static func classify(_ text: [UInt8]) -> [UInt8] {
        var classes = [UInt8](repeating: UnicodeTables.continuation, count: text.count)
        let table = UnicodeTables.classes
        var position = 0
        while position < text.count {
            let byte = text[position]
            if byte < 0x80 {
                classes[position] = table[Int(byte)]
                position += 1
            } else {
                let (value, length) = UTF8Text.scalar(in: text, at: position)
                classes[position] = table[Int(value)]
                position += length
            }
        }
        return classes
    }
}
