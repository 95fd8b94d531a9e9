package import Platform
internal import PortableKernels
package import Quantization
#if arch(x86_64)
    internal import x86AVX2
    internal import x86AVX512
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
                        matrix: AVX2MatrixKernels.matrix, activations: AVX2MatrixKernels.activations))
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
        #endif
        return sets
    }

    private static let portable = MatrixKernelSet(
        name: "portable", inheriting: nil, matrix: PortableMatrixKernels.matrix,
        activations: PortableMatrixKernels.activations)
}
