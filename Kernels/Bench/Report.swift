import Foundation
import Quantization

/// Prints results as a table, or as a JSON object a line.
final class Report {
    private let isJSON: Bool
    private let set: String

    init(isJSON: Bool, set: String) {
        self.isJSON = isJSON
        self.set = set
        guard !isJSON else { return }
        print("instruction set: \(set)")
        print("decode: weights read, GB/s and share of the stream rate; prefill: share of the arithmetic peak")
        print("")
    }

    /// - Parameters:
    ///   - stream: bytes per second of the best prefetched read.
    ///   - rates: bytes of weights per second for so many tokens.
    func decode(_ type: QuantizationType, threads: Int, stream: Double, rates: [Double], tokens: [Int]) {
        for (rate, count) in zip(rates, tokens) {
            line(
                ["kernel": "decode", "type": type.name, "threads": threads, "tokens": count],
                ["gigabytesPerSecond": rate / 1e9, "streamGigabytesPerSecond": stream / 1e9, "share": rate / stream],
                "\(type.name) decode, \(threads) threads, \(count) tokens",
                String(format: "%7.1f of %5.1f GB/s %4.0f %%", rate / 1e9, stream / 1e9, 100 * rate / stream))
        }
    }

    /// - Parameters:
    ///   - peak: operations per second of the arithmetic loop.
    ///   - rate: operations per second of the kernel.
    func prefill(_ type: QuantizationType, threads: Int, peak: Double, rate: Double) {
        line(
            ["kernel": "prefill", "type": type.name, "threads": threads, "tokens": 480],
            ["gigaOperationsPerSecond": rate / 1e9, "peakGigaOperationsPerSecond": peak / 1e9, "share": rate / peak],
            "\(type.name) prefill, \(threads) threads",
            String(format: "%7.0f of %5.0f GOPS %4.0f %%", rate / 1e9, peak / 1e9, 100 * rate / peak))
    }

    private func line(_ labels: [String: Any], _ figures: [String: Double], _ name: String, _ text: String) {
        if isJSON {
            let rounded = figures.mapValues { ($0 * 1000).rounded() / 1000 }
            let object = labels.merging(rounded) { $1 }.merging(["set": set]) { $1 }
            guard let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) else { return }
            print(String(decoding: data, as: UTF8.self))
        } else {
            print(name.padding(toLength: 36, withPad: " ", startingAt: 0) + text)
        }
    }
}
