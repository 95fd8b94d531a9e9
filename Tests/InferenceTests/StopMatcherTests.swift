import Inference
import Testing

@Suite struct StopMatcherTests {
    private func feed(_ text: String, stops: [String], pieceLength: Int) -> (text: String, stop: String?) {
        var matcher = StopMatcher(stops.map { Array($0.utf8) })
        var out: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var piece = Array(rest.prefix(pieceLength))
            rest = rest.dropFirst(pieceLength)
            let stop = matcher.filter(&piece)
            out += piece
            if let stop {
                return (String(decoding: out, as: UTF8.self), String(decoding: stop, as: UTF8.self))
            }
        }
        return (String(decoding: out + matcher.flush(), as: UTF8.self), nil)
    }

    @Test(arguments: [1, 2, 3, 100]) func stopsWhereverPiecesEnd(pieceLength: Int) {
        let cases: [(text: String, stops: [String], expected: String, stop: String?)] = [
            ("hello world", ["wor"], "hello ", "wor"),
            ("aaab", ["aab"], "a", "aab"),
            ("ababac", ["abac"], "ab", "abac"),
            ("no stop at all", ["xyz", "stopp"], "no stop at all", nil),
            ("ends with beginn", ["beginning"], "ends with beginn", nil),
            ("héé‖ü", ["é‖"], "hé", "é‖"),
            ("abc", ["c", "abc", "bc"], "", "abc"),
            ("xyabz", ["abcd", "ab"], "xy", "ab"),
            ("plain", [], "plain", nil),
        ]
        for (text, stops, expected, stop) in cases {
            let found = feed(text, stops: stops, pieceLength: pieceLength)
            #expect(found.text == expected && found.stop == stop, "\(text)")
        }
    }

    @Test func holdsBackNoMoreThanNeeded() {
        var matcher = StopMatcher([Array("###".utf8)])
        for (text, certain) in [("a#", "a"), ("#b", "##b"), ("##", "")] {
            var piece = Array(text.utf8)
            #expect(matcher.filter(&piece) == nil)
            #expect(piece == Array(certain.utf8))
        }
        #expect(matcher.flush() == Array("##".utf8))
    }

    /// Against the definition, over an alphabet of two letters: the first end of any string in the text.
    @Test func agreesWithSearching() {
        var random = TestRandom(1)
        for _ in 0..<2000 {
            let text = (0..<(1 + random.next(below: 20))).map { _ in random.isTrue(oneIn: 2) ? "a" : "b" }.joined()
            let stops = (0..<3).map { _ in
                (0..<(1 + random.next(below: 5))).map { _ in random.isTrue(oneIn: 2) ? "a" : "b" }.joined()
            }
            var expected = (text: text, stop: String?.none)
            search: for end in 1...text.count {
                for stop in stops.sorted(by: { $0.count > $1.count }) where text.prefix(end).hasSuffix(stop) {
                    expected = (String(text.prefix(end - stop.count)), stop)
                    break search
                }
            }
            let found = feed(text, stops: stops, pieceLength: 1 + random.next(below: 4))
            #expect(found == expected)
        }
    }
}
