/// What a tensor does in the model, as far as mixes care; read off its name.
enum TensorRole: Sendable {
    case output, tokenEmbedding
    case attentionQuery, attentionKey, attentionValue, attentionOutput
    case feedForwardGate, feedForwardUp, feedForwardDown
    case other

    init(name: String) {
        if name == "output.weight" {
            self = .output
        } else if name == "token_embd.weight" || name == "per_layer_token_embd.weight" {
            self = .tokenEmbedding
        } else {
            let bytes = Array(name.utf8)
            self = Self.parts.first { Self.occurs($0.part, in: bytes) }?.role ?? .other
        }
    }

    /// Parts of names, the first that occurs decides. Fused matrices that hold values count as values.
    private static let parts: [(part: String, role: TensorRole)] = [
        ("attn_qkv.weight", .attentionValue), ("attn_kv_b.weight", .attentionValue),
        ("attn_v.weight", .attentionValue), ("attn_k.weight", .attentionKey), ("attn_q.weight", .attentionQuery),
        ("attn_output.weight", .attentionOutput), ("ffn_up", .feedForwardUp), ("ffn_gate", .feedForwardGate),
        ("ffn_down", .feedForwardDown),
    ]

    /// Whether a tensor of this name may be quantised: a matrix of weights, neither small nor delicate.
    static func mayQuantize(name: String) -> Bool {
        guard name.hasSuffix("weight"), !untouchedNames.contains(name) else { return false }
        let bytes = Array(name.utf8)
        return !untouchedParts.contains { occurs($0, in: bytes) }
    }

    /// Whether a part occurs in a name: by bytes, several times faster than by characters.
    private static func occurs(_ part: String, in name: [UInt8]) -> Bool {
        let count = part.utf8.count
        return count <= name.count && (0...name.count - count).contains { name[$0...].starts(with: part.utf8) }
    }

    /// Positional embeddings and token types of BERT.
    private static let untouchedNames: Set = ["position_embd.weight", "token_types.weight"]

    /// Norms, routers, small convolutions and projections, recurrent mixing weights, encoders of pictures and sound.
    private static let untouchedParts = [
        "_norm.weight", "ffn_gate_inp.weight", "ffn_gate_tid2eid.weight", "altup", "laurel", "per_layer_model_proj",
        "ssm_conv1d", "shortconv.conv.weight", "indexer.k_proj.weight", "indexer.q_proj.weight",
        "time_mix_first.weight", "time_mix_w0.weight", "time_mix_w1.weight", "time_mix_w2.weight",
        "time_mix_v0.weight", "time_mix_v1.weight", "time_mix_v2.weight", "time_mix_a0.weight", "time_mix_a1.weight",
        "time_mix_a2.weight", "time_mix_g1.weight", "time_mix_g2.weight", "time_mix_decay_w1.weight",
        "time_mix_decay_w2.weight", "time_mix_lerp_fused.weight", "attn_rel_b.weight", ".position_embd",
        "sam.pos_embd", "sam.neck.", "sam.net_", ".rel_pos", ".patch_embd", ".patch_merger", "a.rvq.codebook",
        "mm.a.code_embd",
    ]
}
