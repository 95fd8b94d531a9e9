import Compute
import Platform
import Quantization
import Testing

/// Which kernels a CPU gets by what it has. No CPU is asked, so the sets of others are among them.
@Suite struct KernelSelectionTests {
    #if arch(x86_64)
        static let expected: [([CPUFeatures], String)] = [
            ([], "portable"),
            ([.avx2], "AVX2"),
            ([.avx2, .avxVNNI], "AVX-VNNI"),
            ([.avx2, .avx512], "AVX2"),
            ([.avx2, .avx512, .avx512VNNI], "AVX-512 VNNI"),
            ([.avx2, .avxVNNI, .avx512, .avx512VNNI], "AVX-512 VNNI"),
            ([.avx2, .avx512, .avx512VNNI, .avx512VBMI], "AVX-512 VNNI VBMI"),
            ([.avx2, .avx512, .avx512VNNI, .avx512VBMI, .avx512BF16], "AVX-512 VNNI BF16"),
        ]
    #elseif arch(arm64)
        static let expected: [([CPUFeatures], String)] = [
            ([], "portable"), ([.dotProduct], "NEON dot product"), ([.dotProduct, .matrixMultiply], "NEON i8mm"),
        ]
    #else
        static let expected: [([CPUFeatures], String)] = [([], "portable")]
    #endif

    @Test(arguments: expected)
    func isTheFastest(features: [CPUFeatures], name: String) {
        #expect(KernelSelection.select(CPUFeatures(features)).name == name)
    }

    /// `SWIFTLLM_CPU_FEATURES` takes features away and adds none.
    @Test func masksOnlyTakeAway() {
        let detected = CPUFeatures.available(mask: nil)
        #expect(CPUFeatures.available(mask: "") == [])
        for (name, feature) in CPUFeatures.names {
            #expect(CPUFeatures.available(mask: name) == detected.intersection(feature))
        }
        #expect(CPUFeatures.available(mask: CPUFeatures.names.map(\.name).joined(separator: ",")) == detected)
    }
}
