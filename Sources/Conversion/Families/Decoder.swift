import GGUF
import Platform
import Quantization

/// What the decoders share that go back to Llama.
enum Decoder {
    /// Names of tensors that all of them have.
    static let names: [String: String] = [
        "embed_tokens": "token_embd",
        "norm": "output_norm",
        "lm_head": "output",
        "layers.*.input_layernorm": "blk.*.attn_norm",
        "layers.*.self_attn.q_proj": "blk.*.attn_q",
        "layers.*.self_attn.k_proj": "blk.*.attn_k",
        "layers.*.self_attn.v_proj": "blk.*.attn_v",
        "layers.*.self_attn.o_proj": "blk.*.attn_output",
        "layers.*.post_attention_layernorm": "blk.*.ffn_norm",
        "layers.*.mlp.gate_proj": "blk.*.ffn_gate",
        "layers.*.mlp.up_proj": "blk.*.ffn_up",
        "layers.*.mlp.down_proj": "blk.*.ffn_down",
    ]

    /// Each head's query and key are normalised.
    static let headNorms: [String: String] = [
        "layers.*.self_attn.q_norm": "blk.*.attn_q_norm",
        "layers.*.self_attn.k_norm": "blk.*.attn_k_norm",
    ]

    /// `model.` stands in front of all but the head, unless the folder holds the model without a head.
    static let prefixes = ["model."]

    /// The divisors of frequencies of a model whose RoPE is stretched as Llama 3.1's is.
    ///
    /// *Source*: Llama 3.1's model code. Short wavelengths stay, long ones are stretched by the factor, and those
    /// between by a blend.
    static func ropeDivisors(_ configuration: Configuration) throws(ConversionError) -> [ConvertedTensor] {
        let rope = configuration.rope
        guard rope.kind == "llama3" else { return [] }
        let headLength = try configuration.headLength()
        let factor = rope.number("factor") ?? 8
        let (low, high) = (rope.number("low_freq_factor") ?? 1, rope.number("high_freq_factor") ?? 4)
        let original = Double(rope.originalContextLength ?? 8192)
        guard factor > 0, high > low, headLength > 1, headLength <= mostRotated else {
            throw .invalidField(
                file: Configuration.fileName, field: "rope_scaling",
                expected: "a positive factor and high_freq_factor above low_freq_factor",
                found: "factor \(factor), low_freq_factor \(low), high_freq_factor \(high)")
        }
        let divisors = (0..<headLength / 2).map { pair in
            let power = Double(2 * pair) / Double(headLength)
            let wavelength = 2 * Double.pi * ScalarMath.power(rope.base ?? 10_000, power)
            if wavelength < original / high { return Float(1) }
            if wavelength > original / low { return Float(factor) }
            let smooth = (original / wavelength - low) / (high - low)
            return Float(1 / ((1 - smooth) / factor + smooth))
        }
        return [
            ConvertedTensor(
                name: "rope_freqs.weight", shape: [divisors.count], type: .f32, content: .values(divisors))
        ]
    }

    /// Longest head that is rotated: beyond any model.
    private static let mostRotated = 1 << 16
}
