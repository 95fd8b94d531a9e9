/// A tensor's name, taken apart: what it is, in which layer, of which expert.
struct TensorName: Equatable {
    /// The name with `*` for each number, without `weight` or `bias` at its end: `model.layers.*.mlp.up_proj`.
    let pattern: String
    /// Numbers in the name: the layer, then the expert.
    let numbers: [Int]
    /// `.weight`, `.bias`, or nothing.
    let suffix: String

    init(_ name: String) {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if let last = parts.last, parts.count > 1, last == "weight" || last == "bias" {
            suffix = "." + last
            parts.removeLast()
        } else {
            suffix = ""
        }
        var numbers: [Int] = []
        for (index, part) in parts.enumerated() {
            guard let number = Int(part), number >= 0, String(number) == part else { continue }
            numbers.append(number)
            parts[index] = "*"
        }
        self.numbers = numbers
        pattern = parts.joined(separator: ".")
    }

    var layer: Int? { numbers.first }
    var expert: Int? { numbers.count > 1 ? numbers[1] : nil }

    /// The name in GGUF, where `*` in `target` stands for the layer.
    func renamed(_ target: String) -> String {
        guard let layer else { return target + suffix }
        return target.split(separator: "*", omittingEmptySubsequences: false).joined(separator: "\(layer)") + suffix
    }
}
