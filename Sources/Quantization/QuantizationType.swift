/// Every element type that ggml numbers, under its own name and number.
///
/// *Source*: `enum ggml_type` of ggml; numbers that are missing here were removed from the format.
package enum QuantizationType: UInt32, CaseIterable, Sendable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q8_1 = 9
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq2_xxs = 16
    case iq2_xs = 17
    case iq3_xxs = 18
    case iq1_s = 19
    case iq4_nl = 20
    case iq3_s = 21
    case iq2_s = 22
    case iq4_xs = 23
    case i8 = 24
    case i16 = 25
    case i32 = 26
    case i64 = 27
    case f64 = 28
    case iq1_m = 29
    case bf16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    case mxfp4 = 39
    case nvfp4 = 40
    case q1_0 = 41
    case q2_0 = 42

    /// What a row of the table says of one type.
    package struct Traits: Sendable {
        /// The name in capitals, as ggml prints it.
        package let name: String
        package let weightsPerBlock: Int
        package let bytesPerBlock: Int
        /// The reference codec; nil for types that only ever hold activations.
        package let format: (any BlockFormat.Type)?
    }

    /// The row of this type.
    package var traits: Traits {
        guard let row = Self.table[Int(rawValue)] else { preconditionFailure("\(self) has no row in the table") }
        return row
    }

    package var name: String { traits.name }
    package var weightsPerBlock: Int { traits.weightsPerBlock }
    package var bytesPerBlock: Int { traits.bytesPerBlock }

    /// The type of that name, in any letter case.
    package init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.name == name.uppercased() }) else { return nil }
        self = match
    }

    /// Bytes of `count` weights in a row; nil if they do not fill whole blocks or the size overflows.
    package func byteCount(weights count: Int) -> Int? {
        let traits = traits
        guard count >= 0, count % traits.weightsPerBlock == 0 else { return nil }
        let (bytes, overflow) = (count / traits.weightsPerBlock).multipliedReportingOverflow(by: traits.bytesPerBlock)
        return overflow ? nil : bytes
    }

    private static let table: [Traits?] = {
        var table = [Traits?](repeating: nil, count: 1 + Int(rows.map(\.0.rawValue).max() ?? 0))
        for (type, traits) in rows { table[Int(type.rawValue)] = traits }
        return table
    }()

    /// THE table: one row per type.
    private static let rows: [(QuantizationType, Traits)] = [
        (.f32, Traits(name: "F32", weightsPerBlock: 1, bytesPerBlock: 4, format: nil)),
        (.f16, Traits(name: "F16", weightsPerBlock: 1, bytesPerBlock: 2, format: nil)),
        (.q4_0, Traits(name: "Q4_0", weightsPerBlock: 32, bytesPerBlock: 18, format: nil)),
        (.q4_1, Traits(name: "Q4_1", weightsPerBlock: 32, bytesPerBlock: 20, format: nil)),
        (.q5_0, Traits(name: "Q5_0", weightsPerBlock: 32, bytesPerBlock: 22, format: nil)),
        (.q5_1, Traits(name: "Q5_1", weightsPerBlock: 32, bytesPerBlock: 24, format: nil)),
        (.q8_0, Traits(name: "Q8_0", weightsPerBlock: 32, bytesPerBlock: 34, format: nil)),
        (.q8_1, Traits(name: "Q8_1", weightsPerBlock: 32, bytesPerBlock: 36, format: nil)),
        (.q2_K, Traits(name: "Q2_K", weightsPerBlock: 256, bytesPerBlock: 84, format: nil)),
        (.q3_K, Traits(name: "Q3_K", weightsPerBlock: 256, bytesPerBlock: 110, format: nil)),
        (.q4_K, Traits(name: "Q4_K", weightsPerBlock: 256, bytesPerBlock: 144, format: nil)),
        (.q5_K, Traits(name: "Q5_K", weightsPerBlock: 256, bytesPerBlock: 176, format: nil)),
        (.q6_K, Traits(name: "Q6_K", weightsPerBlock: 256, bytesPerBlock: 210, format: nil)),
        (.q8_K, Traits(name: "Q8_K", weightsPerBlock: 256, bytesPerBlock: 292, format: nil)),
        (.iq2_xxs, Traits(name: "IQ2_XXS", weightsPerBlock: 256, bytesPerBlock: 66, format: nil)),
        (.iq2_xs, Traits(name: "IQ2_XS", weightsPerBlock: 256, bytesPerBlock: 74, format: nil)),
        (.iq3_xxs, Traits(name: "IQ3_XXS", weightsPerBlock: 256, bytesPerBlock: 98, format: nil)),
        (.iq1_s, Traits(name: "IQ1_S", weightsPerBlock: 256, bytesPerBlock: 50, format: nil)),
        (.iq4_nl, Traits(name: "IQ4_NL", weightsPerBlock: 32, bytesPerBlock: 18, format: nil)),
        (.iq3_s, Traits(name: "IQ3_S", weightsPerBlock: 256, bytesPerBlock: 110, format: nil)),
        (.iq2_s, Traits(name: "IQ2_S", weightsPerBlock: 256, bytesPerBlock: 82, format: nil)),
        (.iq4_xs, Traits(name: "IQ4_XS", weightsPerBlock: 256, bytesPerBlock: 136, format: nil)),
        (.i8, Traits(name: "I8", weightsPerBlock: 1, bytesPerBlock: 1, format: nil)),
        (.i16, Traits(name: "I16", weightsPerBlock: 1, bytesPerBlock: 2, format: nil)),
        (.i32, Traits(name: "I32", weightsPerBlock: 1, bytesPerBlock: 4, format: nil)),
        (.i64, Traits(name: "I64", weightsPerBlock: 1, bytesPerBlock: 8, format: nil)),
        (.f64, Traits(name: "F64", weightsPerBlock: 1, bytesPerBlock: 8, format: nil)),
        (.iq1_m, Traits(name: "IQ1_M", weightsPerBlock: 256, bytesPerBlock: 56, format: nil)),
        (.bf16, Traits(name: "BF16", weightsPerBlock: 1, bytesPerBlock: 2, format: nil)),
        (.tq1_0, Traits(name: "TQ1_0", weightsPerBlock: 256, bytesPerBlock: 54, format: nil)),
        (.tq2_0, Traits(name: "TQ2_0", weightsPerBlock: 256, bytesPerBlock: 66, format: nil)),
        (.mxfp4, Traits(name: "MXFP4", weightsPerBlock: 32, bytesPerBlock: 17, format: nil)),
        (.nvfp4, Traits(name: "NVFP4", weightsPerBlock: 64, bytesPerBlock: 36, format: nil)),
        (.q1_0, Traits(name: "Q1_0", weightsPerBlock: 128, bytesPerBlock: 18, format: nil)),
        (.q2_0, Traits(name: "Q2_0", weightsPerBlock: 64, bytesPerBlock: 18, format: nil)),
    ]
}
