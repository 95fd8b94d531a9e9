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

extension KernelSelection {
    /// The fastest vector kernels for these features.
    package static func selectVectors(_ features: CPUFeatures) -> any VectorKernels.Type {
        #if arch(x86_64)
            if features.isSuperset(of: [.avx512, .avx512VNNI]) { return x86AVX512.Vectors.self }
            if features.contains(.avxVNNI) { return x86AVXVNNI.Vectors.self }
            if features.contains(.avx2) { return x86AVX2.Vectors.self }
        #elseif arch(arm64)
            if features.contains(.dotProduct) { return v8DotProduct.Vectors.self }
        #endif
        return PortableKernels.Vectors.self
    }
}
