import Compute
import Foundation
import Platform
import Quantization

// KernelBench: how near the kernels come to what the machine can do.
//
//     KernelBench [--only KIND]... [--type TYPE]... [--cache TYPE]... [--threads N]... [--kilobytes N] [--quick]
//                 [--json]
//
// --cache chooses what attention reads. --kilobytes 512 multiplies with a matrix that stays in L2, so that arithmetic
// alone counts. SWIFTLLM_CPU_FEATURES chooses a lesser instruction set.

/// THE table: what can be measured, in the order in which it is printed.
enum Kind: String, CaseIterable {
    /// Bandwidth, arithmetic peaks, the cost of a phase.
    case machine
    /// Products of each weight type with 1 to 480 tokens.
    case products
    /// Packing weights into panels, and looking single rows up.
    case packing
    /// What is done to activations between the products.
    case vectors
    /// Attention alone over 8192 tokens.
    case attention
    /// Whole layers.
    case layers
    /// Choosing a token.
    case sampling
}

let arguments = Array(CommandLine.arguments.dropFirst())
func values(of option: String) -> [String] {
    zip(arguments, arguments.dropFirst()).filter { $0.0 == option }.map(\.1)
}
func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("KernelBench: \(message)\n".utf8))
    exit(2)
}

/// Refuses what is no option: a slip would measure everything.
var remaining = arguments[...]
while let option = remaining.popFirst() {
    if ["--quick", "--json"].contains(option) { continue }
    let options = ["--only", "--type", "--cache", "--threads", "--kilobytes"]
    guard options.contains(option) else {
        fail("\(option) is none of --quick, --json, \(options.joined(separator: ", "))")
    }
    guard remaining.popFirst() != nil else { fail("\(option) wants a value") }
}

let rounds = arguments.contains("--quick") ? 40 : 200
let columns = 4096
let defaultTypes = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"]
let types = (values(of: "--type").isEmpty ? defaultTypes : values(of: "--type")).map { name in
    guard let type = QuantizationType(name: name) else { fail("no type is called \(name)") }
    return type
}
let caches = values(of: "--cache").map { name in
    guard let element = CacheElement(name: name) else {
        fail("\(name) is none of \(CacheElement.allCases.map(\.name).joined(separator: ", "))")
    }
    return element
}
let kinds = values(of: "--only").map { name in
    guard let kind = Kind(rawValue: name) else {
        fail("\(name) is none of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return kind
}
func numbers(of option: String) -> [Int] {
    values(of: option).map { text in
        guard let count = Int(text), count > 0 else { fail("\(option) wants a number from 1 on, not \(text)") }
        return count
    }
}
let threadCounts = numbers(of: "--threads")
let matrixKilobytes = numbers(of: "--kilobytes").last ?? 256 << 10
let kernels = KernelSelection.select(.available(mask: CPUFeatures.environmentMask))
let report = Report(isJSON: arguments.contains("--json"), set: kernels.name)

report.begin()
for threads in threadCounts.isEmpty ? Array(Set([1, CoreCount.available])).sorted() : threadCounts {
    for kind in kinds.isEmpty ? Kind.allCases : kinds {
        switch kind {
        case .machine:
            try Machine(kernels: kernels, threads: threads, rounds: rounds).run(report)
        case .products:
            for type in types {
                try MatrixRace(
                    type: type, kernels: kernels, threads: threads, columns: columns, rounds: rounds,
                    matrixBytes: matrixKilobytes << 10
                ).run(report)
            }
        case .packing:
            for type in types {
                try PackingRace(type: type, threads: threads, columns: columns, rounds: rounds).run(report)
            }
        case .vectors:
            try VectorRace(kernels: kernels, threads: threads, columns: columns, rounds: rounds).run(report)
        case .attention:
            for element in caches.isEmpty ? CacheElement.allCases : caches {
                try LayerRace(threads: threads, rounds: rounds).runAttention(element, context: 8192, report)
            }
        case .layers:
            for type in types { try LayerRace(threads: threads, rounds: rounds).runLayers(type, report) }
        case .sampling:
            try SamplingRace(kernels: kernels, rounds: rounds).run(report)
        }
    }
}
