import GGUF

extension ModelFamily {
    /// Llama and Mistral, and Mixtral with its experts.
    ///
    /// *Source*: `LlamaModel` of llama.cpp's converter.
    static let llama = ModelFamily(
        sources: ["LlamaForCausalLM", "LlamaModel", "MistralForCausalLM", "MixtralForCausalLM"],
        architecture: "llama",
        names: Decoder.names.merging([
            "layers.*.block_sparse_moe.gate": "blk.*.ffn_gate_inp",
            "layers.*.block_sparse_moe.experts.*.w1": "blk.*.ffn_gate_exps",
            "layers.*.block_sparse_moe.experts.*.w2": "blk.*.ffn_down_exps",
            "layers.*.block_sparse_moe.experts.*.w3": "blk.*.ffn_up_exps",
        ]) { $1 },
        prefixes: Decoder.prefixes,
        vocabulary: { source throws(ConversionError) in try .decoder(source) },
        hyperparameters: { configuration, _, keys throws(ConversionError) in
            keys.set("rope.dimension_count", try configuration.headLength())
            // Llama itself has none; Mistral's first version has.
            keys.set("attention.sliding_window", try configuration.optionalCount("sliding_window"))
        },
        rotatesNeighbours: true,
        additions: { configuration throws(ConversionError) in try Decoder.ropeDivisors(configuration) })
}
