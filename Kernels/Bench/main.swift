import Foundation
import Platform
import Quantization
import Compute

// KernelBench: how near the matrix kernels come to what the machine can do.
//
//     KernelBench [--json] [--set NAME] [--type TYPE]... [--threads N] [--quick]

let arguments = Array(CommandLine.arguments.dropFirst())
func values(of option: String) -> [String] {
    zip(arguments, arguments.dropFirst()).filter { $0.0 == option }.map(\.1)
}
let isQuick = arguments.contains("--quick")
let columns = 4096
let types =
    values(of: "--type").isEmpty ? ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"] : values(of: "--type")
let sets = KernelSelection.sets(CPUFeatures.available(mask: CPUFeatures.environmentMask))
let kernels = sets.last { set in values(of: "--set").allSatisfy { set.name == $0 } } ?? sets[0]
let threadCounts = values(of: "--threads").compactMap { Int($0) }
let report = Report(isJSON: arguments.contains("--json"), set: kernels.name)

for threads in threadCounts.isEmpty ? [1, 2] : threadCounts {
    for type in types.compactMap({ QuantizationType(name: $0) }) {
        try MatrixRace(type: type, kernels: kernels, threads: threads, columns: columns, rounds: isQuick ? 40 : 200)
            .run(report)
    }
}
