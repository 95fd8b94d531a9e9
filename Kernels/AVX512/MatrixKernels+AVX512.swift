#if arch(x86_64)
    package import Quantization

    /// Rows for CPUs with AVX-512 F, BW, DQ, VL and VNNI.
    package enum AVX512MatrixKernels {
        package static func matrix(_ type: QuantizationType) -> MatrixKernel? {
            switch type {
            case .f32: MatrixKernel(activations: .float32, multiply: multiplyF32)
            case .f16: MatrixKernel(activations: .float32, multiply: multiplyF16)
            case .bf16: MatrixKernel(activations: .float32, multiply: multiplyBF16AsFloats)
            case .q4_0: MatrixKernel(activations: .int8Per32, multiply: multiplyQ4_0)
            case .q4_K: MatrixKernel(activations: .int8Per256, multiply: multiplyQ4_K)
            case .q6_K: MatrixKernel(activations: .int8Per256, multiply: multiplyQ6_K)
            case .q8_0: MatrixKernel(activations: .int8Per32, multiply: multiplyQ8_0)
            default: byteCodeKernel(type) ?? MatrixKernel(activations: .float32, multiply: multiplyInterleavedBlocks)
            }
        }

        /// The same, for CPUs that also have VBMI.
        package static func matrixWithVBMI(_ type: QuantizationType) -> MatrixKernel? {
            permutedGridKernel(type) ?? matrix(type)
        }

        /// The same, for CPUs that also have VBMI and BF16.
        package static func matrixWithBF16(_ type: QuantizationType) -> MatrixKernel? {
            switch type {
            case .bf16: MatrixKernel(activations: .bfloat16, multiply: multiplyBF16)
            default: matrixWithVBMI(type)
            }
        }

        package static func activations(_ format: ActivationFormat) -> ActivationKernel? {
            switch format {
            case .float32: ActivationKernel(tokenTile: floatTokenTile, pack: packFloat32)
            case .bfloat16: ActivationKernel(tokenTile: floatTokenTile, pack: packBFloat16)
            case .int8Per32: ActivationKernel(tokenTile: integerTokenTile, pack: packInt8Per32)
            case .int8Per256: ActivationKernel(tokenTile: integerTokenTile, pack: packInt8Per256)
            }
        }
    }
#endif
