import Compute
import Foundation
import JSON
import Platform

/// The figures, for people and for programs.
struct BenchReport {
    let session: ModelSession
    let size: BenchSize
    let promptSpeed: Double
    let generateSpeed: Double
    let parallelSpeeds: [(width: Int, speed: Double)]
    let promptShare: MachineShare
    let generateShare: MachineShare

    private var timeToFirstToken: Double { Double(size.promptCount) / promptSpeed }
    private var memory: BackendMemory { session.backend.memory }

    var json: JSONValue {
        [
            "engine": "swiftllm", "model": .string(session.name), "threads": .integer(session.threadCount),
            "load_s": .double(rounded(session.loadTime / .seconds(1), 3)), "depth": .integer(size.depth),
            "kv": .string(size.cache.name), "prompt_tps": .double(rounded(promptSpeed, 2)),
            "generate_tps": .double(rounded(generateSpeed, 2)),
            "parallel_tps": .object(
                JSONObject(parallelSpeeds.map { ("\($0.width)", .double(rounded($0.speed, 2))) })),
            "ttft_s": .double(rounded(timeToFirstToken, 3)),
            "peak_memory_bytes": .integer(SystemMemory.peakBytes),
            "weight_bytes": .integer(memory.weightBytes + memory.mappedBytes),
            "mapped_bytes": .integer(memory.mappedBytes),
            "prompt_gops": .double(rounded(promptShare.rate / 1e9, 1)),
            "prompt_gops_limit": .double(rounded(promptShare.limit / 1e9, 1)),
            "prompt_share": .double(rounded(promptShare.share, 3)),
            "generate_gbs": .double(rounded(generateShare.rate / 1e9, 2)),
            "generate_gbs_limit": .double(rounded(generateShare.limit / 1e9, 2)),
            "generate_share": .double(rounded(generateShare.share, 3)),
        ]
    }

    var text: String {
        var rows = [
            ["model", session.name],
            ["load", "\(rounded(session.loadTime / .seconds(1), 2)) s, \(memory.weightText)"],
            ["prompt", "\(rounded(promptSpeed, 1)) tokens/s (\(size.promptCount) tokens, behind \(size.depth))"],
            ["", text(promptShare, "GOPS", of: "arithmetic peak")],
            ["generation", "\(rounded(generateSpeed, 1)) tokens/s"],
            ["", text(generateShare, "GB/s", of: "read bandwidth")],
        ]
        rows += parallelSpeeds.map { ["\($0.width) at once", "\(rounded($0.speed, 1)) tokens/s, summed"] }
        rows += [
            ["first token", "after \(rounded(timeToFirstToken, 3)) s"],
            ["memory", "\(ByteSize(SystemMemory.peakBytes)) at most"],
        ]
        return TextTable(rows).text
    }

    private func text(_ share: MachineShare, _ unit: String, of limit: String) -> String {
        "\(Int((100 * share.share).rounded())) % of this machine's \(limit): "
            + "\(rounded(share.rate / 1e9, 1)) of \(rounded(share.limit / 1e9, 1)) \(unit)"
    }

    private func rounded(_ value: Double, _ digits: Int) -> Double {
        let factor = pow(10, Double(digits))
        return (value * factor).rounded() / factor
    }
}
