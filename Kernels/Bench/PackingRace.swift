import Foundation
import Platform
import Quantization

/// Packing a type's rows into panels, as loading does, and decoding single rows of them, as an embedding lookup does,
/// against copying memory.
struct PackingRace {
    let type: QuantizationType
    let threads: Int
    let columns: Int
    let rounds: Int

    private static let matrixBytes = 64 << 20
    /// Bytes that one run packs.
    private static let runBytes = 4 << 20
    private static let rowsPerRun = 64

    func run(_ report: Report) throws {
        let matrix = try BenchMatrix(type, columns: columns, byteCount: Self.matrixBytes)
        let file = try BenchMemory(byteCount: Self.matrixBytes)
        let pack = pack(file, into: matrix)
        let lookup = try lookup(matrix)
        let contestants = [Contestant.copy(file, byteCount: Self.runBytes, threads), pack, lookup]
        let rates = race(contestants, rounds: rounds)
        for (contestant, rate) in zip(contestants, rates).dropFirst() {
            report.add(
                Figure(
                    kernel: contestant.name, subject: type.name, threads: threads,
                    tokens: contestant.name == lookup.name ? Self.rowsPerRun : 0, unit: .bytesPerSecond, value: rate,
                    limit: rates[0]))
        }
    }

    /// Bytes read from the file's form and written in the panels' form.
    private func pack(_ file: BenchMemory, into matrix: BenchMatrix) -> Contestant {
        let rowBytes = columns / type.weightsPerBlock * type.bytesPerBlock
        let sourceBytes = rowBytes * rowsPerPanel
        let panels = max(1, Self.runBytes / max(sourceBytes, matrix.panelBytes) / threads) * threads
        let steps = max(1, min(file.byteCount / sourceBytes, matrix.panelCount) / panels)
        return Contestant(name: "pack", work: Double(panels * (sourceBytes + matrix.panelBytes))) { round in
            let start = round * 7 % steps * panels
            return onThreads(threads) { thread in
                let layout = type.panelLayout
                let share = panels / threads
                for panel in start + thread * share..<start + (thread + 1) * share {
                    layout.pack(
                        PanelSource(
                            base: file.base + panel * sourceBytes, rowStride: rowBytes, rowCount: rowsPerPanel,
                            columns: columns), into: matrix.memory.base + panel * matrix.panelBytes)
                }
            }
        }
    }

    /// Bytes of weights read and of floats written; a row is one of sixteen that lie interleaved.
    private func lookup(_ matrix: BenchMatrix) throws -> Contestant {
        let output = try BenchMemory(byteCount: threads * columns * 4)
        let rowBytes = matrix.panelBytes / rowsPerPanel + columns * 4
        return Contestant(name: "lookup", work: Double(threads * Self.rowsPerRun * rowBytes)) { round in
            onThreads(threads) { thread in
                let layout = type.panelLayout
                for index in 0..<Self.rowsPerRun {
                    // Rows far from each other, as tokens are.
                    let row = (round * 7919 + thread * 104_729 + index * 1_299_709) % (matrix.panelCount * rowsPerPanel)
                    layout.unpackRow(
                        row % rowsPerPanel, of: matrix.memory.base + row / rowsPerPanel * matrix.panelBytes,
                        columns: columns, into: output.floats + thread * columns)
                }
            }
        }
    }
}
