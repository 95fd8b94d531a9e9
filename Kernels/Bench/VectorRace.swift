import Compute
import Foundation
import Platform
import Quantization

/// What is done to activations between the products, on rows that lie in the second-level cache, against copying such
/// rows: packing them for the products, norms, rotation, softmax and the feed-forward layers' function.
struct VectorRace {
    let kernels: MatrixKernelSet
    let threads: Int
    let columns: Int
    let rounds: Int

    private static let rows = 8
    private static let headLength = 128
    /// A run does all rows so many times.
    private static let repeats = 20

    /// An operation on one row of input and one of output, and the bytes of a row that it reads and writes.
    private struct Operation {
        let name: String
        let subject: String
        let bytesPerRow: Int
        let run: @Sendable (_ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>) -> Void
    }

    func run(_ report: Report) throws {
        let memory = try BenchMemory(byteCount: threads * 2 * Self.rows * columns * 4)
        let tables = try BenchMemory(byteCount: columns * 4)
        for index in 0..<memory.byteCount / 4 { memory.floats[index] = Float(index % 23) / 8 - 1 }
        for index in 0..<columns { tables.floats[index] = 0.75 }
        let operations = [copy] + packing + vectorOperations(tables)
        let rates = race(operations.map { contestant($0, memory) }, rounds: rounds)
        for (operation, rate) in zip(operations, rates).dropFirst() {
            report.add(
                Figure(
                    kernel: operation.name, subject: operation.subject, threads: threads, tokens: Self.rows,
                    unit: .bytesPerSecond, value: rate, limit: rates[0]))
        }
    }

    private func contestant(_ operation: Operation, _ memory: BenchMemory) -> Contestant {
        let runs = threads * Self.rows * Self.repeats
        return Contestant(name: operation.name, work: Double(runs * operation.bytesPerRow)) { _ in
            onThreads(threads) { thread in
                let base = memory.floats + thread * 2 * Self.rows * columns
                for index in 0..<Self.rows * Self.repeats {
                    let row = base + index % Self.rows * columns
                    operation.run(row, row + Self.rows * columns)
                }
            }
        }
    }

    private var copy: Operation {
        Operation(name: "copy", subject: "float32", bytesPerRow: 8 * columns) { [columns] input, output in
            output.update(from: input, count: columns)
        }
    }

    private var packing: [Operation] {
        ActivationFormat.allCases.map { format in
            let kernel = kernels.activations(format)
            let packedBytes = format.bytesPerToken(columns: columns)
            return Operation(name: "pack tokens", subject: "\(format)", bytesPerRow: 4 * columns + packedBytes) {
                [columns] input, output in
                let packed = PackedActivations(
                    format: format, tokenCount: 1, columns: columns, tokenTile: kernel.tokenTile, base: output)
                kernel.pack(
                    ActivationPacking(source: input, sourceStride: columns, tokens: 0..<1, destination: packed))
            }
        }
    }

    private func vectorOperations(_ tables: BenchMemory) -> [Operation] {
        let vectors = KernelSelection.selectVectors(.available(mask: CPUFeatures.environmentMask))
        let (columns, pairs) = (columns, Self.headLength / 2)
        nonisolated(unsafe) let rotation = RotationRow(cosines: tables.floats, sines: tables.floats + pairs)
        func inPlace(
            _ name: String, _ run: @escaping @Sendable (UnsafeMutablePointer<Float>) -> Void
        ) -> Operation {
            Operation(name: name, subject: "float32", bytesPerRow: 8 * columns) { _, output in run(output) }
        }
        @Sendable func heads(_ row: UnsafeMutablePointer<Float>) -> StrideTo<UnsafeMutablePointer<Float>> {
            stride(from: row, to: row + columns, by: Self.headLength)
        }
        return [
            Operation(name: "rms norm", subject: "float32", bytesPerRow: 12 * columns) { input, output in
                vectors.rmsNorm(input, tables.floats, epsilon: 1e-5, columns: columns, into: output)
            },
            inPlace("rope, neighbours") { row in
                for head in heads(row) { vectors.rotateInterleaved(head, by: rotation, pairs: pairs) }
            },
            inPlace("rope, halves") { row in
                for head in heads(row) { vectors.rotateHalves(head, by: rotation, pairs: pairs) }
            },
            inPlace("softmax") { row in vectors.softmax(row, columns: columns) },
            Operation(name: "silu times", subject: "float32", bytesPerRow: 12 * columns) { input, output in
                vectors.silu(output, times: input, count: columns)
            },
            Operation(name: "add", subject: "float32", bytesPerRow: 12 * columns) { input, output in
                vectors.add(output, input, count: columns)
            },
        ]
    }
}
