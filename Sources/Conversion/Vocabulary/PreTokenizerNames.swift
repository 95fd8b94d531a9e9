import JSON

/// GGUF's names of how texts are cut into words before bytes are paired.
///
/// llama.cpp's converter knows a tokenizer by the numbers that it gives to one text, and so only those that it was told
/// of. Here the rule itself decides, as `tokenizer.json` defines it: a fine-tuned model with more tokens has the same.
enum PreTokenizerNames {
    private struct Row {
        /// Patterns that split in turn; `digits` and `bytes` stand for the steps of those names.
        let steps: [String]
        let name: String
        /// The name for models in which a word that is a token as a whole is not merged, where that has one.
        var ignoringMerges: String?
    }

    private static let digits = "digits"
    /// The pattern that the step `ByteLevel` has of its own, GPT-2's.
    private static let bytes = "bytes"

    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let tail = #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let slashTail = #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let upperLower = #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
    private static let upper = #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#

    /// THE table.
    private static let rows: [Row] = [
        Row(
            steps: [contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"# + tail], name: "dbrx",
            ignoringMerges: "llama-bpe"),
        Row(steps: [contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"# + tail], name: "qwen2"),
        Row(
            steps: [
                contractions
                    + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
            ], name: "qwen35"),
        Row(steps: [upperLower + "|" + upper + #"|\p{N}|"# + slashTail], name: "tekken", ignoringMerges: "tekken"),
        Row(
            steps: [
                upperLower + contractions + "?|" + upper + contractions + #"?|\p{N}{1,3}|"# + slashTail
            ], name: "gpt-4o"),
        Row(steps: [bytes], name: "gpt-2"),
        Row(steps: [digits, bytes], name: "smollm"),
    ]

    /// The name for a `pre_tokenizer` of `tokenizer.json`.
    ///
    /// - Throws: `unknownPreTokenizer`.
    static func name(_ preTokenizer: JSONValue, ignoresMerges: Bool) throws(ConversionError) -> String {
        let parts = preTokenizer["pretokenizers"]?.arrayValue ?? [preTokenizer]
        let steps = parts.compactMap(step)
        guard let row = rows.first(where: { $0.steps == steps }) else {
            throw .unknownPreTokenizer(found: JSONWriter.text(preTokenizer))
        }
        return (ignoresMerges ? row.ignoringMerges : nil) ?? row.name
    }

    /// What a step is in the table; nil for one that does not split, its definition if the table cannot have it.
    private static func step(_ value: JSONValue) -> String? {
        switch value["type"]?.stringValue {
        case "ByteLevel": value["use_regex"]?.boolValue == false ? nil : bytes
        case "Digits": value["individual_digits"]?.boolValue == true ? digits : JSONWriter.text(value)
        case "Split" where splitsAtMatches(value): value["pattern"]?["Regex"]?.stringValue ?? JSONWriter.text(value)
        default: JSONWriter.text(value)
        }
    }

    /// Whether each match becomes a word: matches stand alone, or all but them goes. Patterns of the table match all.
    private static func splitsAtMatches(_ step: JSONValue) -> Bool {
        let isInverted = step["invert"]?.boolValue ?? false
        return step["behavior"]?.stringValue == (isInverted ? "Removed" : "Isolated")
    }
}
