package import Quantization

/// The set of a module, complete for every type.
///
/// Which activations a type is multiplied with is the same in all modules; how these are packed is each module's own.
package enum MatrixKernels {
    package static func matrix(_ type: QuantizationType) -> MatrixKernel? {
        switch type {
        case .f32: MatrixKernel(activations: .float32, multiply: multiplyF32)
        case .f16: MatrixKernel(activations: .float32, multiply: multiplyF16)
        case .bf16: MatrixKernel(activations: .float32, multiply: multiplyBF16)
        case .q8_0: MatrixKernel(activations: .int8Per32, multiply: multiplyQ8_0)
        case .q4_0: MatrixKernel(activations: .int8Per32, multiply: multiplyQ4_0)
        case .q4_K: MatrixKernel(activations: .int8Per256, multiply: multiplyQ4_K)
        case .q6_K: MatrixKernel(activations: .int8Per256, multiply: multiplyQ6_K)
        default: byteCodeKernel(type) ?? MatrixKernel(activations: .float32, multiply: multiplyInterleavedBlocks)
        }
    }
}
