package import Quantization

extension MatrixKernels {
    package static func activations(_ format: ActivationFormat) -> ActivationKernel? {
        switch format {
        case .float32: ActivationKernel(tokenTile: 4, pack: packFloat32)
        case .bfloat16: ActivationKernel(tokenTile: 4, pack: packBFloat16)
        case .int8Per16: ActivationKernel(tokenTile: 4) { packInt8($0, Columns<16>()) }
        case .int8Per32: ActivationKernel(tokenTile: 4) { packInt8($0, Columns<32>()) }
        case .int8Per256: ActivationKernel(tokenTile: 4, pack: packInt8Per256)
        }
    }
}
