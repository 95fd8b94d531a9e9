package import Quantization

/// The complete set of a module whose kernels are those of this folder.
package enum WordMatrixKernels {
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

    package static func activations(_ format: ActivationFormat) -> ActivationKernel? {
        switch format {
        case .float32: ActivationKernel(tokenTile: 4, pack: packFloat32)
        case .bfloat16: ActivationKernel(tokenTile: 4, pack: packBFloat16)
        case .int8Per32: ActivationKernel(tokenTile: 4, pack: packInt8Per32)
        case .int8Per256: ActivationKernel(tokenTile: 4, pack: packInt8Per256)
        }
    }
}
