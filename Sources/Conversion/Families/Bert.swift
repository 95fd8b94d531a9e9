import GGUF

extension ModelFamily {
    /// BERT and what is shaped like it, as embedding models are: all-MiniLM, bge, e5, gte.
    ///
    /// *Source*: `BertModel` of llama.cpp's converter.
    static let bert = ModelFamily(
        sources: ["BertModel", "BertForMaskedLM"],
        architecture: "bert",
        names: [
            "embeddings.word_embeddings": "token_embd",
            "embeddings.position_embeddings": "position_embd",
            "embeddings.token_type_embeddings": "token_types",
            "embeddings.LayerNorm": "token_embd_norm",
            "encoder.layer.*.attention.self.query": "blk.*.attn_q",
            "encoder.layer.*.attention.self.key": "blk.*.attn_k",
            "encoder.layer.*.attention.self.value": "blk.*.attn_v",
            "encoder.layer.*.attention.output.dense": "blk.*.attn_output",
            "encoder.layer.*.attention.output.LayerNorm": "blk.*.attn_output_norm",
            "encoder.layer.*.intermediate.dense": "blk.*.ffn_up",
            "encoder.layer.*.output.dense": "blk.*.ffn_down",
            "encoder.layer.*.output.LayerNorm": "blk.*.layer_output_norm",
        ],
        // The heads that pretraining had.
        ignored: ["embeddings.position_ids", "pooler.", "cls.predictions.", "cls.seq_relationship."],
        prefixes: ["bert."],
        vocabulary: { source throws(ConversionError) in try .wordPiece(source) },
        hyperparameters: { configuration, folder, keys throws(ConversionError) in
            keys.set("attention.causal", false)
            // What sentence-transformers takes for a model that does not say.
            keys.set("pooling_type", try SentencePooling.number(folder) ?? SentencePooling.mean.rawValue)
            let types = try configuration.optionalCount("type_vocab_size") ?? 1
            keys.setGlobal("tokenizer.ggml.token_type_count", .uint32(UInt32(clamping: types)))
        })
}
