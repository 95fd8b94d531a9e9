import Platform
import Quantization

// All matrices are packed in one phase. A chunk is what lies in one 2 MB page of the destination: two threads that
// began in the same page would each fetch and clear one, and one of the two would be thrown away.

/// Some panels of a source, and where the first of them goes.
struct PackingSpan: Sendable {
    let source: WeightSource
    let shape: PackedShape
    /// Numbers of panels, counted through all matrices of the source.
    let panels: Range<Int>
    /// Bytes from the start of the destination; a multiple of 64.
    let offset: Int

    /// The whole of a source.
    init(_ source: WeightSource, _ shape: PackedShape, at offset: Int) {
        self.init(source, shape, panels: 0..<shape.allPanels, at: offset)
    }

    init(_ source: WeightSource, _ shape: PackedShape, panels: Range<Int>, at offset: Int) {
        self.source = source
        self.shape = shape
        self.panels = panels
        self.offset = offset
    }

    /// The span cut where a panel begins behind a border.
    func cut(every borderBytes: Int) -> [PackingSpan] {
        var pieces: [PackingSpan] = []
        var (first, start) = (panels.lowerBound, offset)
        while first < panels.upperBound {
            let border = (start / borderBytes + 1) * borderBytes
            let count = max(1, (border - start + shape.panelBytes - 1) / shape.panelBytes)
            let last = min(first + count, panels.upperBound)
            pieces.append(PackingSpan(source, shape, panels: first..<last, at: start))
            start += (last - first) * shape.panelBytes
            first = last
        }
        return pieces
    }
}

/// Packs matrices straight from their files, whose pages are released on the way.
@safe struct PackingPhase: Phase {
    private let pieces: [PackingSpan]
    /// Pieces of each chunk.
    private let chunks: [Range<Int>]
    private let destination: UnsafeMutableRawPointer
    private let progress: @Sendable (_ sourceBytes: Int) -> Void

    private static let pageBytes = 2 << 20

    /// - Parameters:
    ///   - spans: in the order of their offsets; their sources are valid.
    ///   - destination: 64-byte aligned; room for all spans, which share no byte with any source.
    init(
        _ spans: [PackingSpan], destination: UnsafeMutableRawPointer,
        progress: @escaping @Sendable (_ sourceBytes: Int) -> Void
    ) {
        pieces = spans.flatMap { $0.cut(every: Self.pageBytes) }
        unsafe self.destination = destination
        self.progress = progress
        var chunks: [Range<Int>] = []
        for (index, piece) in pieces.enumerated() {
            let isNext = index > 0 && pieces[index - 1].offset / Self.pageBytes == piece.offset / Self.pageBytes
            chunks.append((isNext ? chunks.removeLast().lowerBound : index)..<index + 1)
        }
        self.chunks = chunks
    }

    var chunkCount: Int { chunks.count }

    func run(chunk: Int, thread: Int) {
        for index in chunks[chunk] {
            let piece = pieces[index]
            unsafe pack(piece, into: destination + piece.offset)
        }
    }

    private func pack(_ span: PackingSpan, into start: UnsafeMutableRawPointer) {
        let (source, shape) = (span.source, span.shape)
        let rowBytes = source.bytes.count / (source.rows * source.matrixCount)
        let first = source.bytes.range.lowerBound
        var packed = 0..<0
        for (number, panel) in span.panels.enumerated() {
            let (index, panelOfMatrix) = panel.quotientAndRemainder(dividingBy: shape.panelCount)
            let firstRow = panelOfMatrix * rowsPerPanel
            let count = min(rowsPerPanel, source.rows - firstRow)
            let offset = first + (index * source.rows + firstRow) * rowBytes
            let rows = unsafe PanelSource(
                base: source.bytes.owner.baseAddress + offset, rowStride: rowBytes, rowCount: count,
                columns: source.columns)
            unsafe shape.layout.pack(rows, into: start + number * shape.panelBytes)
            packed = (packed.isEmpty ? offset : packed.lowerBound)..<offset + count * rowBytes
        }
        source.bytes.owner.release(packed)
        progress(packed.count)
    }
}
