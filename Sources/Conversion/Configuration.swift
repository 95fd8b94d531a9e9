import JSON

/// A model's `config.json`: hyperparameters under the names of Hugging Face.
///
/// In models that do more than text, those of the text part stand in an object of their own; they are read as if they
/// stood at the top.
struct Configuration {
    static let fileName = "config.json"
    private let fields: JSONObject

    /// Larger than any count of a model, small enough that a product of two does not overflow.
    private static let limit = 1 << 31

    init(_ folder: ModelFolder) throws(ConversionError) {
        self.init(try folder.object(Self.fileName, purpose: "the configuration of a Hugging Face model"))
    }

    init(_ object: JSONObject) {
        var fields = object
        for (key, value) in object["text_config"]?.objectValue?.members ?? [] where key != "architectures" {
            fields[key] = value
        }
        self.fields = fields
    }

    /// The value of the first name that has one; JSON's null is none.
    subscript(names: String...) -> JSONValue? { value(names) }

    private func value(_ names: [String]) -> JSONValue? {
        names.lazy.compactMap { fields[$0] }.first { !$0.isNull }
    }

    var architectures: [String] { fields["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// A count under the first of several names that has a value.
    func optionalCount(_ names: String..., atLeast minimum: Int = 0) throws(ConversionError) -> Int? {
        guard let value = value(names) else { return nil }
        guard let count = value.intValue, count >= minimum, count <= Self.limit else {
            throw invalid(names, "a count from \(minimum)", value)
        }
        return count
    }

    /// A positive count under the first of several names that has a value.
    func count(_ names: String...) throws(ConversionError) -> Int {
        guard let value = value(names) else { throw invalid(names, "a positive count", nil) }
        guard let count = value.intValue, count > 0, count <= Self.limit else {
            throw invalid(names, "a positive count", value)
        }
        return count
    }

    /// A finite number under the first of several names that has a value.
    func optionalNumber(_ names: String...) throws(ConversionError) -> Double? {
        guard let value = value(names) else { return nil }
        guard let number = value.doubleValue, Float(number).isFinite else { throw invalid(names, "a number", value) }
        return number
    }

    private func invalid(_ names: [String], _ expected: String, _ found: JSONValue?) -> ConversionError {
        .invalidField(
            file: Self.fileName, field: names[0], expected: expected,
            found: found.map { JSONWriter.text($0) } ?? "nothing")
    }

    /// Length of a head, said or derived.
    func headLength() throws(ConversionError) -> Int {
        if let length = try optionalCount("head_dim"), length > 0 { return length }
        return try count("hidden_size") / count("num_attention_heads")
    }

    /// How positions turn into angles.
    var rope: RoPEParameters { RoPEParameters(fields) }
}

/// The rotary embedding as `config.json` has it: since version 5 of transformers in one object `rope_parameters`, which
/// may hold one for each kind of layer; before in `rope_scaling` and fields at the top.
struct RoPEParameters {
    private let global: JSONObject
    /// Base of the layers with a sliding window, where it is another.
    let localBase: Double?

    fileprivate init(_ fields: JSONObject) {
        let given = (fields["rope_parameters"]?.objectValue ?? fields["rope_scaling"]?.objectValue) ?? JSONObject()
        global = given["full_attention"]?.objectValue ?? given
        base =
            global["rope_theta"]?.doubleValue ?? fields["rope_theta"]?.doubleValue
            ?? fields["rotary_emb_base"]?.doubleValue
        localBase =
            given["sliding_attention"]?["rope_theta"]?.doubleValue ?? fields["rope_local_base_freq"]?.doubleValue
        trained = fields["original_max_position_embeddings"]?.intValue
    }

    let base: Double?
    private let trained: Int?

    /// `linear`, `yarn`, `llama3`, …; nil or `default` without scaling.
    var kind: String? {
        let kind = (global["rope_type"] ?? global["type"])?.stringValue?.lowercased()
        return kind == "default" ? nil : kind
    }

    var originalContextLength: Int? { global["original_max_position_embeddings"]?.intValue ?? trained }

    func number(_ key: String) -> Double? { global[key]?.doubleValue }

    func numbers(_ key: String) -> [Double]? { global[key]?.arrayValue?.compactMap(\.doubleValue) }
}
