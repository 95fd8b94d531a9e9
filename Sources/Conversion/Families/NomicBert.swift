extension ModelFamily {
    /// Nomic BERT: the encoder of nomic-embed-text, without experts.
    ///
    /// *Source*: `NomicBertModel` of llama.cpp's converter.
    static let nomicBert = ModelFamily(
        sources: ["NomicBertModel"],
        architecture: "nomic-bert",
        names: [
            "embeddings.word_embeddings": "token_embd",
            "embeddings.token_type_embeddings": "token_types",
            "emb_ln": "token_embd_norm",
            "encoder.layers.*.attn.Wqkv": "blk.*.attn_qkv",
            "encoder.layers.*.attn.out_proj": "blk.*.attn_output",
            "encoder.layers.*.norm1": "blk.*.attn_output_norm",
            "encoder.layers.*.mlp.fc11": "blk.*.ffn_up",
            "encoder.layers.*.mlp.fc12": "blk.*.ffn_gate",
            "encoder.layers.*.mlp.fc2": "blk.*.ffn_down",
            "encoder.layers.*.norm2": "blk.*.layer_output_norm",
        ],
        ignored: ModelFamily.bert.ignored,
        prefixes: ["bert."],
        vocabulary: { source throws(ConversionError) in try .wordPiece(source) },
        hyperparameters: { configuration, folder, keys throws(ConversionError) in
            try ModelFamily.bert.hyperparameters(configuration, folder, &keys)
            if let count = try configuration.optionalCount("moe_every_n_layers"), count > 0 {
                throw .unsupported(what: "layer", found: "mixture of experts", supported: "dense layers")
            }
            keys.set("rope.freq_base", configuration.rope.base)
            // It says 8192, to which its positions were stretched; it was trained on 2048.
            if try configuration.optionalCount("n_positions") == 8192,
                try configuration.optionalCount("max_trained_positions") ?? 2048 == 2048
            {
                keys.set("context_length", 2048)
            }
        })
}
