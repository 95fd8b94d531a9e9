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
        /// The reference codec.
        package let format: any BlockFormat.Type

        fileprivate init(_ name: String, _ format: any BlockFormat.Type) {
            self.name = name
            self.format = format
            weightsPerBlock = format.weightsPerBlock
            bytesPerBlock = format.bytesPerBlock
        }
    }

    /// The row of this type.
    package var traits: Traits {
        guard let row = Self.table[Int(rawValue)] else { preconditionFailure("\(self) has no row in the table") }
        return row
    }

    package var name: String { traits.name }
    package var weightsPerBlock: Int { traits.weightsPerBlock }
    package var bytesPerBlock: Int { traits.bytesPerBlock }
    package var format: any BlockFormat.Type { traits.format }

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

    /// The encoder, where the type has one.
    package var encoder: (any EncodableBlockFormat.Type)? { traits.format as? any EncodableBlockFormat.Type }

    private static let table: [Traits?] = {
        var table = [Traits?](repeating: nil, count: 1 + Int(rows.map(\.0.rawValue).max() ?? 0))
        for (type, traits) in rows { table[Int(type.rawValue)] = traits }
        return table
    }()

    /// THE table: one row per type.
    private static let rows: [(QuantizationType, Traits)] = [
        (.f32, Traits("F32", F32.self)),
        (.f16, Traits("F16", F16.self)),
        (.q4_0, Traits("Q4_0", Q4_0.self)),
        (.q4_1, Traits("Q4_1", Q4_1.self)),
        (.q5_0, Traits("Q5_0", Q5_0.self)),
        (.q5_1, Traits("Q5_1", Q5_1.self)),
        (.q8_0, Traits("Q8_0", Q8_0.self)),
        (.q8_1, Traits("Q8_1", Q8_1.self)),
        (.q2_K, Traits("Q2_K", Q2_K.self)),
        (.q3_K, Traits("Q3_K", Q3_K.self)),
        (.q4_K, Traits("Q4_K", Q4_K.self)),
        (.q5_K, Traits("Q5_K", Q5_K.self)),
        (.q6_K, Traits("Q6_K", Q6_K.self)),
        (.q8_K, Traits("Q8_K", Q8_K.self)),
        (.iq2_xxs, Traits("IQ2_XXS", IQ2_XXS.self)),
        (.iq2_xs, Traits("IQ2_XS", IQ2_XS.self)),
        (.iq3_xxs, Traits("IQ3_XXS", IQ3_XXS.self)),
        (.iq1_s, Traits("IQ1_S", IQ1_S.self)),
        (.iq4_nl, Traits("IQ4_NL", IQ4_NL.self)),
        (.iq3_s, Traits("IQ3_S", IQ3_S.self)),
        (.iq2_s, Traits("IQ2_S", IQ2_S.self)),
        (.iq4_xs, Traits("IQ4_XS", IQ4_XS.self)),
        (.i8, Traits("I8", PlainInteger<Int8>.self)),
        (.i16, Traits("I16", PlainInteger<Int16>.self)),
        (.i32, Traits("I32", PlainInteger<Int32>.self)),
        (.i64, Traits("I64", PlainInteger<Int64>.self)),
        (.f64, Traits("F64", F64.self)),
        (.iq1_m, Traits("IQ1_M", IQ1_M.self)),
        (.bf16, Traits("BF16", BF16.self)),
        (.tq1_0, Traits("TQ1_0", TQ1_0.self)),
        (.tq2_0, Traits("TQ2_0", TQ2_0.self)),
        (.mxfp4, Traits("MXFP4", MXFP4.self)),
        (.nvfp4, Traits("NVFP4", NVFP4.self)),
        (.q1_0, Traits("Q1_0", Q1_0.self)),
        (.q2_0, Traits("Q2_0", Q2_0.self)),
    ]
}
