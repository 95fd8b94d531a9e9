#if arch(x86_64)
    package import Quantization

    extension MatrixKernels {
        package static func activations(_ format: ActivationFormat) -> ActivationKernel? {
            switch format {
            case .float32: ActivationKernel(tokenTile: floatTokenTile, pack: packFloat32)
            case .bfloat16: nil
            case .int8Per16: ActivationKernel(tokenTile: integerTokenTile) { packInt8($0, Columns<16>()) }
            case .int8Per32: ActivationKernel(tokenTile: integerTokenTile) { packInt8($0, Columns<32>()) }
            case .int8Per256: ActivationKernel(tokenTile: integerTokenTile, pack: packInt8Per256)
            }
        }
    }
#endif
