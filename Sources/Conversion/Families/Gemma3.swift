import GGUF
import JSON

extension ModelFamily {
    /// Gemma 3: the text model, with or without the picture model beside it, which is left out.
    ///
    /// *Source*: `Gemma3Model` of llama.cpp's converter.
    static let gemma3 = ModelFamily(
        sources: ["Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"],
        architecture: "gemma3",
        names: Decoder.names.merging(Decoder.headNorms) { $1 }.merging([
            "layers.*.post_attention_layernorm": "blk.*.post_attention_norm",
            "layers.*.pre_feedforward_layernorm": "blk.*.ffn_norm",
            "layers.*.post_feedforward_layernorm": "blk.*.post_ffw_norm",
        ]) { $1 },
        ignored: ["lm_head.", "vision_tower.", "multi_modal_projector."],
        prefixes: ["model.language_model.", "language_model.model.", "language_model.", "model."],
        vocabulary: { source throws(ConversionError) in
            var vocabulary = try Vocabulary.decoder(source)
            if vocabulary.model == .sentencePiece { vocabulary.addsSpacePrefix = false }
            return vocabulary
        },
        hyperparameters: { configuration, _, keys throws(ConversionError) in
            // Released configurations leave out what equals the defaults of transformers.
            keys.set("context_length", try configuration.optionalCount("max_position_embeddings") ?? 131_072)
            keys.set("attention.head_count", try configuration.optionalCount("num_attention_heads", atLeast: 1) ?? 8)
            keys.set("attention.head_count_kv", try configuration.optionalCount("num_key_value_heads", atLeast: 1) ?? 4)
            keys.set("attention.layer_norm_rms_epsilon", try configuration.optionalNumber("rms_norm_eps") ?? 1e-6)
            let headLength = try configuration.optionalCount("head_dim", atLeast: 1) ?? 256
            keys.set("attention.key_length", headLength)
            keys.set("attention.value_length", headLength)
            keys.set("rope.freq_base", configuration.rope.base ?? 1_000_000)
            keys.set("final_logit_softcapping", try configuration.optionalNumber("final_logit_softcapping"))
            if try configuration.optionalCount("sliding_window_pattern") != 1 {
                keys.set("attention.sliding_window", try configuration.optionalCount("sliding_window") ?? 4096)
            }
            keys.setGlobal("gemma3.attention.sliding_window_pattern", unusualWindows(configuration))
            // The usual scale of attention is that of the head's length.
            if let length = try configuration.optionalNumber("query_pre_attn_scalar"), length != Double(headLength) {
                keys.set("attention.scale", 1 / length.squareRoot())
            }
        },
        // Gemma's norms multiply by one more than their weights.
        normAddend: 1)
}

/// Which layers have a window, if it is not five of six.
private func unusualWindows(_ configuration: Configuration) -> MetadataValue? {
    guard let kinds = configuration["layer_types"]?.arrayValue else { return nil }
    let windows = kinds.map { $0.stringValue == "sliding_attention" }
    let usual = windows.indices.map { ($0 + 1) % 6 != 0 }
    return windows == usual ? nil : .array(MetadataArray(windows))
}
