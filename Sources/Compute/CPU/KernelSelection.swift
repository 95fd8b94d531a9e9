package import Platform
internal import PortableKernels
package import Quantization
#if arch(x86_64)
    internal import x86AVX2
    internal import x86AVX512
    internal import x86AVXVNNI
#elseif arch(arm64)
    internal import v8DotProduct
#endif

/// The choice of kernels by what the CPU offers, made once at start.
package enum KernelSelection {
    /// The fastest set for these features; complete for every type.
    package static func select(_ features: CPUFeatures) -> MatrixKernelSet {
        sets(features).last ?? portable
    }

    /// Every set that runs on a CPU with these features, from the slowest to the fastest.
    package static func sets(_ features: CPUFeatures) -> [MatrixKernelSet] {
        var sets = [portable]
        #if arch(x86_64)
            let distance = features.contains(.wantsPrefetching) ? 8192 : 0
            if features.contains(.avx2) {
                sets.append(
                    MatrixKernelSet(
                        name: "AVX2", inheriting: portable, prefetchDistance: distance,
                        matrix: x86AVX2.HalfMatrixKernels.matrix,
                        activations: x86AVX2.HalfMatrixKernels.activations))
            }
            if features.contains(.avxVNNI) {
                sets.append(
                    MatrixKernelSet(
                        name: "AVX-VNNI", inheriting: portable, prefetchDistance: distance,
                        matrix: x86AVXVNNI.HalfMatrixKernels.matrix,
                        activations: x86AVXVNNI.HalfMatrixKernels.activations))
            }
            if features.isSuperset(of: [.avx512, .avx512VNNI]) {
                sets.append(
                    MatrixKernelSet(
                        name: "AVX-512 VNNI", inheriting: portable, prefetchDistance: distance,
                        matrix: AVX512MatrixKernels.matrix, activations: AVX512MatrixKernels.activations))
            }
            if features.isSuperset(of: [.avx512, .avx512VNNI, .avx512VBMI]) {
                sets.append(
                    MatrixKernelSet(
                        name: "AVX-512 VNNI VBMI", inheriting: portable, prefetchDistance: distance,
                        matrix: AVX512MatrixKernels.matrixWithVBMI, activations: AVX512MatrixKernels.activations))
            }
            if features.isSuperset(of: [.avx512, .avx512VNNI, .avx512VBMI, .avx512BF16]) {
                sets.append(
                    MatrixKernelSet(
                        name: "AVX-512 VNNI BF16", inheriting: portable, prefetchDistance: distance,
                        matrix: AVX512MatrixKernels.matrixWithBF16, activations: AVX512MatrixKernels.activations))
            }
        #elseif arch(arm64)
            if features.contains(.dotProduct) {
                sets.append(
                    MatrixKernelSet(
                        name: "NEON dot product", inheriting: portable,
                        matrix: v8DotProduct.WordMatrixKernels.matrix,
                        activations: v8DotProduct.WordMatrixKernels.activations))
            }
        #endif
        return sets
    }

    private static let portable = MatrixKernelSet(
        name: "portable", inheriting: nil, matrix: PortableKernels.WordMatrixKernels.matrix,
        activations: PortableKernels.WordMatrixKernels.activations)
}
