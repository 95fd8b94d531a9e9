import Quantization

// What packing activations has in common in all sets: the walk over token panels, and the format that only moves values.

/// Runs `body` for every token of a packing job with the token's row, its panel's first byte, its place in
/// the panel and the tokens that the panel interleaves.
@inline(__always)
func forEachToken(
    _ job: ActivationPacking,
    _ body: (_ row: UnsafePointer<Float>, _ panel: UnsafeMutableRawPointer, _ slot: Int, _ interleave: Int) -> Void
) {
    let destination = job.destination
    let bytesPerToken = destination.format.bytesPerToken(columns: destination.columns)
    var first = job.tokens.lowerBound
    while first < job.tokens.upperBound {
        let count = min(destination.tokenTile, job.tokens.upperBound - first)
        let panel = destination.base + first * bytesPerToken
        for slot in 0..<count { body(job.source + (first + slot) * job.sourceStride, panel, slot, count) }
        first += count
    }
}

/// Per column: `[n]` float32.
func packFloat32(_ job: ActivationPacking) {
    let columns = job.destination.columns
    forEachToken(job) { row, panel, slot, n in
        if n == 1 { return panel.copyMemory(from: row, byteCount: columns * 4) }
        let to = panel.assumingMemoryBound(to: Float.self) + slot
        for column in 0..<columns { to[column &* n] = row[column] }
    }
}
