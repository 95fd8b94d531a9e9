#if arch(x86_64)
    package import Quantization

    extension MatrixKernels {
        /// The rows of CPUs with VNNI.
        package static func matrixWithVNNI(_ type: QuantizationType) -> MatrixKernel? {
            pairedGroupsKernel(type) ?? matrix(type)
        }

        /// The same, for CPUs that also have VBMI.
        package static func matrixWithVBMI(_ type: QuantizationType) -> MatrixKernel? {
            permutedGridKernel(type) ?? matrixWithVNNI(type)
        }

        /// The same, for CPUs that also have VBMI and BF16.
        package static func matrixWithBF16(_ type: QuantizationType) -> MatrixKernel? {
            switch type {
            case .bf16: MatrixKernel(activations: .bfloat16, multiply: multiplyBF16Pairs)
            default: matrixWithVBMI(type)
            }
        }

        package static func activations(_ format: ActivationFormat) -> ActivationKernel? {
            switch format {
            case .float32: ActivationKernel(tokenTile: floatTokenTile, pack: packFloat32)
            case .bfloat16: ActivationKernel(tokenTile: floatTokenTile, pack: packBFloat16)
            case .int8Per16: ActivationKernel(tokenTile: integerTokenTile) { packInt8($0, Columns<16>()) }
            case .int8Per32: ActivationKernel(tokenTile: integerTokenTile) { packInt8($0, Columns<32>()) }
            case .int8Per256: ActivationKernel(tokenTile: integerTokenTile, pack: packInt8Per256)
            }
        }
    }
#endif
