package import Platform
internal import PortableKernels
package import Quantization
#if arch(x86_64)
    internal import x86AVX2
    internal import x86AVX512
    internal import x86AVXVNNI
#elseif arch(arm64)
    internal import v8DotProduct
    internal import v8MatrixMultiply
#endif

/// The choice of kernels by what the CPU offers, made once at start.
package enum KernelSelection {
    /// The fastest set for these features; complete for every type.
    package static func select(_ features: CPUFeatures) -> MatrixKernelSet {
        sets(features).last ?? portable
    }

    /// Every set that runs on a CPU with these features, from the slowest to the fastest.
    package static func sets(_ features: CPUFeatures) -> [MatrixKernelSet] {
        let distance = features.contains(.wantsPrefetching) ? 8192 : 0
        return [portable]
            + rows.filter { features.isSuperset(of: $0.features) }.map { row in
                MatrixKernelSet(
                    name: row.name, inheriting: portable, prefetchDistance: distance, matrix: row.matrix,
                    activations: row.activations)
            }
    }

    private static let portable = MatrixKernelSet(
        name: "portable", inheriting: nil, matrix: PortableKernels.MatrixKernels.matrix,
        activations: PortableKernels.MatrixKernels.activations)

    /// A set, and what a CPU must have for it.
    private typealias Row = (
        features: CPUFeatures, name: String, matrix: @Sendable (QuantizationType) -> MatrixKernel?,
        activations: @Sendable (ActivationFormat) -> ActivationKernel?
    )

    /// From the slowest to the fastest.
    #if arch(x86_64)
        private static let rows: [Row] = [
            (.avx2, "AVX2", x86AVX2.MatrixKernels.matrix, x86AVX2.MatrixKernels.activations),
            (.avxVNNI, "AVX-VNNI", x86AVXVNNI.MatrixKernels.matrix, x86AVXVNNI.MatrixKernels.activations),
            (
                [.avx512, .avx512VNNI], "AVX-512 VNNI",
                x86AVX512.MatrixKernels.matrixWithVNNI, x86AVX512.MatrixKernels.activations
            ),
            (
                [.avx512, .avx512VNNI, .avx512VBMI], "AVX-512 VNNI VBMI",
                x86AVX512.MatrixKernels.matrixWithVBMI, x86AVX512.MatrixKernels.activations
            ),
            (
                [.avx512, .avx512VNNI, .avx512VBMI, .avx512BF16], "AVX-512 VNNI BF16",
                x86AVX512.MatrixKernels.matrixWithBF16, x86AVX512.MatrixKernels.activations
            ),
        ]
    #elseif arch(arm64)
        private static let rows: [Row] = [
            (
                .dotProduct, "NEON dot product", v8DotProduct.MatrixKernels.matrix,
                v8DotProduct.MatrixKernels.activations
            ),
            (
                [.dotProduct, .matrixMultiply], "NEON i8mm", v8MatrixMultiply.MatrixKernels.matrix,
                v8MatrixMultiply.MatrixKernels.activations
            ),
        ]
    #else
        private static let rows: [Row] = []
    #endif
}
