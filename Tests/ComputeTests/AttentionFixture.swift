import Compute
import Platform
import Tensors
import Testing

/// An attention over random queries, keys and values of some sequences, computed in steps of any cut.
struct AttentionFixture: Sendable, CustomTestStringConvertible {
    var lengths = [1]
    var headCount = 4
    var keyValueHeadCount = 2
    var keyLength = 32
    var valueLength = 32
    var window: Int?
    var ahead: Int? = 0
    var softCap: Float?
    var hasSinks = false
    var element = CacheElement.float32
    /// Whether the first sequence is NaN throughout and leaves its pages to the others.
    var isPoisoned = false
    /// Factor on queries: large ones make softmax sharp.
    var sharpness: Float = 1

    var testDescription: String {
        "\(lengths) \(headCount)/\(keyValueHeadCount) × \(keyLength)/\(valueLength)"
            + " window \(window ?? 0) ahead \(ahead.map(String.init) ?? "all") cap \(softCap ?? 0) \(element)\(hasSinks ? " sinks" : "")"
    }

    var totalLength: Int { lengths.reduce(0, +) }

    /// Number of a sequence's first token; the token of a position is this plus the position.
    func firstToken(_ sequence: Int) -> Int { lengths[..<sequence].reduce(0, +) }

    /// The rows of one step: which positions of which sequences, in this order.
    typealias Step = [(sequence: Int, positions: Range<Int>)]

    /// Everything at once.
    var oneStep: [Step] { [lengths.enumerated().map { ($0.offset, 0..<$0.element) }] }

    /// One sequence after the other, in pieces of random length.
    func randomSteps(seed: UInt64, longest: Int) -> [Step] {
        var random = RandomNumbers(seed: seed)
        var done = [Int](repeating: 0, count: lengths.count)
        var steps: [Step] = []
        while done != lengths {
            var step: Step = []
            for sequence in lengths.indices where done[sequence] < lengths[sequence] && random.int(below: 3) > 0 {
                let count = min(1 + random.int(below: longest), lengths[sequence] - done[sequence])
                step.append((sequence, done[sequence]..<done[sequence] + count))
                done[sequence] += count
            }
            if !step.isEmpty { steps.append(step) }
        }
        return steps
    }

    var attention: Attention {
        var attention = Attention(
            headCount: headCount, keyValueHeadCount: keyValueHeadCount, headLength: keyLength, window: window)
        attention.valueLength = valueLength
        attention.softCap = softCap
        attention.ahead = ahead
        return attention
    }

    /// Rows of queries, keys and values by token, and a sink per head.
    struct Data {
        let queries: [[Float]]
        let keys: [[Float]]
        let values: [[Float]]
        let sinks: [Float]
    }

    var data: Data {
        var random = RandomNumbers(seed: UInt64(totalLength * headCount + keyLength))
        func rows(_ columns: Int, scale: Float = 1) -> [[Float]] {
            var rows = random.rows(totalLength, columns, scale: scale)
            if isPoisoned { for token in 0..<lengths[0] { rows[token] = rows[token].map { $0 * .nan } } }
            return rows
        }
        return Data(
            queries: rows(headCount * keyLength, scale: sharpness), keys: rows(keyValueHeadCount * keyLength),
            values: rows(keyValueHeadCount * valueLength), sinks: random.rows(1, headCount)[0])
    }

    /// Runs the steps; *returns* the output row of every token.
    func run(
        _ steps: [Step], gang: ThreadGang, features: CPUFeatures = .detect(), pageSeed: UInt64 = 1
    ) throws -> [[Float]] {
        let bench = Bench(gang: gang, features: features)
        let data = data
        let (q, k, v) = (
            try bench.matrix(data.queries), try bench.matrix(data.keys), try bench.matrix(data.values)
        )
        var attention = attention
        if hasSinks { attention.sinks = try bench.backend.load(vector: data.sinks) }
        let body = { (pass: inout ForwardPass) in
            let (queries, keys, values) = (pass.embed(q), pass.embed(k), pass.embed(v))
            pass.enter(layer: 1)
            pass.finish(logits: pass.outputRows(pass.attend(queries, keys, values, attention)))
        }
        let states: [LayerState] = [
            .attention(keyValueHeadCount: 1, headLength: 16),
            .attention(
                LayerState.AttentionState(
                    keyValueHeadCount: keyValueHeadCount, keyLength: keyLength, valueLength: valueLength,
                    window: window)),
        ]
        let tables = pageTables(seed: pageSeed)
        let most = steps.map { $0.reduce(0) { $0 + $1.positions.count } }.max() ?? 1
        try bench.reserve(
            rows: most, states: states, element: element, pageCount: tables.pageCount, body)
        var result = [[Float]](repeating: [], count: totalLength)
        for step in steps {
            var batch = Batch()
            for (sequence, positions) in step {
                let first = firstToken(sequence)
                batch.append(
                    positions.map { Int32(first + $0) }, at: positions.lowerBound, pages: tables.tables[sequence],
                    logits: .all)
            }
            for (token, row) in zip(batch.tokens, bench.run(batch, body)) { result[Int(token)] = row }
        }
        return result
    }

    /// Pages of every sequence, scattered over a pool with some to spare.
    private func pageTables(seed: UInt64) -> (tables: [PageTable], pageCount: Int) {
        var random = RandomNumbers(seed: seed)
        let counts = lengths.map { PagePool.pageCount(tokens: $0) }
        let pageCount = counts.reduce(0, +) + 3
        var free = (0..<Int32(pageCount)).map(PageID.init(index:))
        var tables = counts.map { count in
            PageTable((0..<count).map { _ in free.remove(at: random.int(below: free.count)) })
        }
        if isPoisoned { tables = counts.map { PageTable(Array(tables[0].pages.prefix($0))) } }
        return (tables, pageCount)
    }

    /// The same by its formula, in double precision, on keys and values as they are stored; integers are compared with
    /// the numbers that they stand for.
    var expected: [[Double]] {
        let data = data
        func stored(_ x: Float) -> Double { Double(element == .float16 ? Half.float(Half.bits(x)) : x) }
        return expected(
            queries: data.queries.map { $0.map(Double.init) }, keys: data.keys.map { $0.map(stored) },
            values: data.values.map { $0.map(stored) }, sinks: data.sinks)
    }

    /// The same with queries, keys and values rotated, rounded to eight bits and rotated back.
    var expectedRounded: [[Double]] {
        let data = data
        func rounded(_ rows: [[Float]], _ length: Int) -> [[Double]] {
            rows.map { row in
                stride(from: 0, to: row.count, by: length).flatMap { first in
                    let head = Reference.rotated(row[first..<first + length].map(Double.init))
                    let scale = head.reduce(0) { max($0, abs($1)) } / 127
                    return Reference.rotated(head.map { ($0 / scale).rounded(.toNearestOrEven) * scale })
                }
            }
        }
        return expected(
            queries: rounded(data.queries, keyLength), keys: rounded(data.keys, keyLength),
            values: rounded(data.values, valueLength), sinks: data.sinks)
    }

    private func expected(
        queries: [[Double]], keys: [[Double]], values: [[Double]], sinks: [Float]
    ) -> [[Double]] {
        let scale = 1 / Double(keyLength).squareRoot()
        return lengths.indices.flatMap { sequence in
            (0..<lengths[sequence]).map { position in
                let first = firstToken(sequence)
                let start = window.map { max(0, position - $0 + 1) } ?? 0
                let end = ahead.map { min(position + $0, lengths[sequence] - 1) } ?? lengths[sequence] - 1
                return (0..<headCount).flatMap { head -> [Double] in
                    let group = head / (headCount / keyValueHeadCount)
                    let query = queries[first + position][head * keyLength..<(head + 1) * keyLength]
                    var scores = (start...end).map { other in
                        let key = keys[first + other][group * keyLength..<(group + 1) * keyLength]
                        return cap(zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } * scale)
                    }
                    if hasSinks { scores.append(Double(sinks[head])) }
                    let weights = Reference.softmax(scores)
                    return (0..<valueLength).map { column in
                        zip(weights, start...end).reduce(0) {
                            $0 + $1.0 * values[first + $1.1][group * valueLength + column]
                        }
                    }
                }
            }
        }
    }

    private func cap(_ score: Double) -> Double {
        guard let softCap else { return score }
        return Double(softCap) * Reference.tanh(score / Double(softCap))
    }
}
