extension ModelKeys {
    /// The hyperparameters that all families call alike.
    ///
    /// *Source*: `TextModel.set_gguf_parameters` of llama.cpp's converter.
    mutating func addShared(_ configuration: Configuration) throws(ConversionError) {
        set("block_count", try configuration.count("num_hidden_layers", "n_layer", "num_layers"))
        set("context_length", try configuration.optionalCount("max_position_embeddings", "n_positions", "n_ctx"))
        set("embedding_length", try configuration.count("hidden_size", "n_embd"))
        set("feed_forward_length", try configuration.optionalCount("intermediate_size", "n_inner"))
        set("attention.head_count", try configuration.optionalCount("num_attention_heads", "n_head", atLeast: 1))
        set("attention.head_count_kv", try configuration.optionalCount("num_key_value_heads", atLeast: 1))
        set("attention.layer_norm_rms_epsilon", try configuration.optionalNumber("rms_norm_eps", "norm_eps"))
        set("attention.layer_norm_epsilon", try configuration.optionalNumber("layer_norm_eps", "layer_norm_epsilon"))
        set("expert_count", try configuration.optionalCount("num_local_experts", "num_experts"))
        set("expert_used_count", try configuration.optionalCount("num_experts_per_tok"))
        let headLength = try configuration.optionalCount("head_dim", atLeast: 1)
        set("attention.key_length", headLength)
        set("attention.value_length", headLength)
        try addRope(configuration.rope)
    }

    private mutating func addRope(_ rope: RoPEParameters) throws(ConversionError) {
        set("rope.freq_base", rope.base)
        set("rope.freq_base_swa", rope.localBase)
        switch rope.kind {
        case nil, "llama3": break  // llama3 becomes a tensor of divisors
        case "linear":
            set("rope.scaling.type", "linear")
            set("rope.scaling.factor", rope.number("factor"))
        case "yarn":
            set("rope.scaling.type", "yarn")
            set("rope.scaling.factor", rope.number("factor"))
            set("rope.scaling.original_context_length", rope.originalContextLength)
            set("rope.scaling.yarn_ext_factor", rope.number("extrapolation_factor"))
            set("rope.scaling.yarn_attn_factor", rope.number("attention_factor") ?? rope.number("attn_factor"))
            set("rope.scaling.yarn_beta_fast", rope.number("beta_fast"))
            set("rope.scaling.yarn_beta_slow", rope.number("beta_slow"))
        case let other?:
            throw .unsupported(what: "rope scaling", found: other, supported: "linear, yarn or llama3")
        }
    }
}
