package import Platform
internal import PortableKernels
package import Quantization

/// The choice of kernels by what the CPU offers, made once at start.
package enum KernelSelection {
    /// The fastest set for these features; complete for every type that holds weights.
    package static func select(_ features: CPUFeatures) -> MatrixKernelSet {
        sets(features).last ?? portable
    }

    /// Every set that runs on a CPU with these features, from the slowest to the fastest.
    package static func sets(_ features: CPUFeatures) -> [MatrixKernelSet] {
        [portable]
    }

    private static let portable = MatrixKernelSet(
        name: "portable", inheriting: nil, matrix: PortableMatrixKernels.matrix,
        activations: PortableMatrixKernels.activations)
}
