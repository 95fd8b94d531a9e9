package import Platform
import Quantization

/// Writes the weights of a model packed, for `PackedFile` to map.
@safe package struct PackedFileWriter {
    private let sources: [WeightSource]
    private let shapes: [PackedShape]
    private var table: PackedTable

    /// Bytes that are packed before they are written.
    private static let windowBytes = 64 << 20

    /// Plans a file.
    ///
    /// - Parameters:
    ///   - sources: matrices as the model loads them; what lies in none of the files is left out.
    ///   - parts: the model's files.
    /// - Throws: `packedFile` if they are no files.
    package init(_ sources: [WeightSource], of parts: [PackedSource]) throws(ComputeError) {
        var planned: Set<PackedMatrixKey> = []
        var (offset, entries) = (PackedTable.dataStart, [PackedEntry]())
        var (kept, shapes) = ([WeightSource](), [PackedShape]())
        for source in sources {
            guard let key = PackedMatrixKey(source, in: parts), planned.insert(key).inserted else { continue }
            let shape = PackedShape(source)
            entries.append(PackedEntry(key: key, range: offset..<offset + shape.byteCount, checksum: 0))
            kept.append(source)
            shapes.append(shape)
            offset += shape.byteCount
        }
        let path = parts.first?.bytes.path ?? ""
        do {
            let keys = try parts.map { part throws(PackedFileProblem) in try part.key() }
            table = PackedTable(sources: keys, entries: entries)
        } catch { throw .packedFile(path: path, error) }
        self.sources = kept
        self.shapes = shapes
    }

    package var matrixCount: Int { sources.count }
    /// Bytes of the whole file.
    package var byteCount: Int { table.fileByteCount }

    /// Packs all matrices and writes them; the file appears when all of it is on the device.
    ///
    /// - Parameter progress: told after each piece how many bytes are written; what it throws ends the writing, and
    ///   nothing appears.
    /// - Throws: `ComputeError`, or what `progress` throws.
    package consuming func write(to path: String, gang: ThreadGang, progress: (_ doneBytes: Int) throws -> Void) throws
    {
        var file = try AtomicFile(path: path)
        try Self.append(table.headerBytes, to: &file)
        try Self.append([UInt8](repeating: 0, count: PackedTable.dataStart - file.count), to: &file)
        let largestPanel = shapes.map(\.panelBytes).max() ?? 0
        let window = try WeightArena(byteCount: max(Self.windowBytes, largestPanel))
        for (index, (source, shape)) in zip(sources, shapes).enumerated() {
            var checksum = XXHash64()
            let panelsAtOnce = window.buffer.count / shape.panelBytes
            for first in stride(from: 0, to: shape.allPanels, by: panelsAtOnce) {
                let panels = first..<min(first + panelsAtOnce, shape.allPanels)
                let span = PackingSpan(source, shape, panels: panels, at: 0)
                unsafe gang.run(PackingPhase([span], destination: window.buffer.base) { _ in })
                let packed = unsafe UnsafeRawBufferPointer(
                    start: window.buffer.base, count: panels.count * shape.panelBytes)
                checksum.update(unsafe packed.bytes)
                try file.write(unsafe packed.bytes)
                try progress(file.count)
            }
            table.entries[index].checksum = checksum.finalized()
        }
        try Self.append(table.tableBytes, to: &file)
        try file.finish()
    }

    private static func append(_ bytes: [UInt8], to file: inout AtomicFile) throws(PlatformError) {
        try bytes.withBytes { bytes throws(PlatformError) in try file.write(bytes) }
    }
}
