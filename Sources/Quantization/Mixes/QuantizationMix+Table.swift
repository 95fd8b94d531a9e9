extension QuantizationMix {
    /// THE table: one row per mix, best quality first.
    package static let all: [QuantizationMix] = [
        .init(name: "F32", fileType: 0, baseType: .f32, rules: []),
        .init(name: "BF16", fileType: 32, baseType: .bf16, rules: []),
        .init(name: "F16", fileType: 1, baseType: .f16, rules: []),
        .init(name: "Q8_0", fileType: 7, baseType: .q8_0, rules: []),
        .init(name: "Q6_K", fileType: 18, baseType: .q6_K, rules: []),
        .init(
            name: "Q5_K_M", fileType: 17, baseType: .q5_K,
            rules: [
                .init(role: .attentionValue, place: .sensitiveLayers, type: .q6_K),
                .init(role: .feedForwardDown, place: .sensitiveLayers, type: .q6_K),
            ]),
        .init(name: "Q5_K_S", fileType: 16, baseType: .q5_K, rules: []),
        .init(name: "Q5_1", fileType: 9, baseType: .q5_1, rules: []),
        .init(name: "Q5_0", fileType: 8, baseType: .q5_0, rules: []),
        .init(
            name: "Q4_K_M", fileType: 15, baseType: .q4_K,
            rules: [
                .init(role: .attentionValue, place: .sensitiveLayers, type: .q6_K),
                .init(role: .feedForwardDown, place: .sensitiveLayers, type: .q6_K),
                .init(role: .attentionOutput, place: .eightExperts, type: .q5_K),
            ]),
        .init(
            name: "Q4_K_S", fileType: 14, baseType: .q4_K,
            rules: [
                .init(role: .attentionValue, place: .first(4), type: .q5_K),
                .init(role: .feedForwardDown, place: .firstShare(8), type: .q5_K),
                .init(role: .attentionOutput, place: .eightExperts, type: .q5_K),
            ]),
        .init(name: "Q4_1", fileType: 3, baseType: .q4_1, rules: []),
        .init(name: "Q4_0", fileType: 2, baseType: .q4_0, rules: []),
        .init(name: "IQ4_NL", fileType: 25, baseType: .iq4_nl, rules: nonLinear),
        .init(name: "IQ4_XS", fileType: 30, baseType: .iq4_xs, rules: nonLinear),
        .init(name: "MXFP4_MOE", fileType: 38, baseType: .mxfp4, rules: []),
        .init(
            name: "Q3_K_L", fileType: 13, baseType: .q3_K,
            rules: [
                .init(role: .attentionValue, type: .q5_K),
                .init(role: .feedForwardDown, type: .q5_K),
                .init(role: .attentionOutput, place: .notEightExperts, type: .q5_K),
            ]),
        .init(
            name: "Q3_K_M", fileType: 12, baseType: .q3_K,
            rules: [
                .init(role: .attentionValue, place: .first(2), type: .q5_K),
                .init(role: .attentionValue, type: .q4_K),
                .init(role: .feedForwardDown, place: .firstShare(16), type: .q5_K),
                .init(role: .feedForwardDown, type: .q4_K),
                .init(role: .attentionOutput, place: .eightExperts, type: .q5_K),
                .init(role: .attentionOutput, type: .q4_K),
            ]),
        .init(
            name: "Q3_K_S", fileType: 11, baseType: .q3_K,
            rules: [.init(role: .attentionOutput, place: .eightExperts, type: .q5_K)]),
        .init(
            name: "Q2_K", fileType: 10, baseType: .q2_K,
            rules: [
                .init(role: .attentionValue, place: .groupedHeads, type: .q4_K),
                .init(role: .attentionValue, type: .q3_K),
                .init(role: .feedForwardDown, type: .q3_K),
                .init(role: .attentionOutput, place: .eightExperts, type: .q5_K),
                .init(role: .attentionOutput, type: .q3_K),
            ]),
    ]

    /// IQ4_NL and IQ4_XS differ in the base type only.
    private static let nonLinear: [Rule] = [
        .init(role: .attentionValue, place: .groupedHeads, type: .q5_K),
        .init(role: .feedForwardDown, place: .firstShare(8), type: .q5_K),
        .init(role: .attentionOutput, place: .eightExperts, type: .q5_K),
    ]

    /// Names without a size mean the middle one.
    private static let aliases = ["Q3_K": "Q3_K_M", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M", "MXFP4": "MXFP4_MOE"]

    /// The mix of that name, in any letter case.
    package init?(name: String) {
        let name = name.uppercased()
        guard let mix = Self.all.first(where: { $0.name == Self.aliases[name] ?? name }) else { return nil }
        self = mix
    }
}
