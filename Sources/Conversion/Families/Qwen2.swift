extension ModelFamily {
    /// Qwen 2 and 2.5.
    ///
    /// *Source*: `Qwen2Model` of llama.cpp's converter.
    static let qwen2 = ModelFamily(
        sources: ["Qwen2ForCausalLM", "Qwen2Model"],
        architecture: "qwen2",
        names: Decoder.names,
        prefixes: Decoder.prefixes,
        vocabulary: { source throws(ConversionError) in try .decoder(source) },
        hyperparameters: { _, folder, keys throws(ConversionError) in
            keys.set("pooling_type", try SentencePooling.number(folder))
        })
}
