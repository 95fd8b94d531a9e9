extension ModelFamily {
    /// Qwen 3.
    ///
    /// *Source*: `Qwen3Model` of llama.cpp's converter.
    static let qwen3 = ModelFamily(
        sources: ["Qwen3ForCausalLM", "Qwen3Model"],
        architecture: "qwen3",
        names: Decoder.names.merging(Decoder.headNorms) { $1 },
        prefixes: Decoder.prefixes,
        vocabulary: { source throws(ConversionError) in try .decoder(source) },
        hyperparameters: { _, folder, keys throws(ConversionError) in
            keys.set("pooling_type", try SentencePooling.number(folder))
        })

    /// Qwen 3 with experts.
    static let qwen3MoE = ModelFamily(
        sources: ["Qwen3MoeForCausalLM"],
        architecture: "qwen3moe",
        names: Decoder.names.merging(Decoder.headNorms) { $1 }.merging([
            "layers.*.mlp.gate": "blk.*.ffn_gate_inp",
            "layers.*.mlp.experts.*.gate_proj": "blk.*.ffn_gate_exps",
            "layers.*.mlp.experts.*.up_proj": "blk.*.ffn_up_exps",
            "layers.*.mlp.experts.*.down_proj": "blk.*.ffn_down_exps",
        ]) { $1 },
        prefixes: Decoder.prefixes,
        vocabulary: { source throws(ConversionError) in try .decoder(source) },
        hyperparameters: { configuration, _, keys throws(ConversionError) in
            keys.set("expert_feed_forward_length", try configuration.optionalCount("moe_intermediate_size"))
        })
}
