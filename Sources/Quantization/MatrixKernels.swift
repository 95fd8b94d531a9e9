/// One piece of a matrix product: `output[token][row] = Σ_k weights[row][k] · activations[token][k]`
/// for the rows of some panels and some tokens.
///
/// A row's result has the same bits whatever else is computed with it: for one instruction set it depends on
/// neither the token count, nor the other tokens of its panel, nor how panels and tokens are divided.
@safe package struct MatrixProduct {
    package var weights: PackedMatrix
    /// Panels to compute.
    package var panels: Range<Int>
    package var activations: PackedActivations
    /// Tokens to compute; starts at a multiple of the token tile, ends at one or at the last token.
    package var tokens: Range<Int>
    package var output: ProductOutput
    /// Bytes that kernels fetch weights ahead of their use when they stream them; `MatrixKernelSet` sets it.
    package var prefetchDistance = 0

    package init(
        weights: PackedMatrix, panels: Range<Int>, activations: PackedActivations, tokens: Range<Int>,
        output: ProductOutput
    ) {
        self.weights = weights
        self.panels = panels
        self.activations = activations
        self.tokens = tokens
        self.output = output
    }
}

/// A weight matrix in panels of sixteen rows, one after another.
@safe package struct PackedMatrix {
    package let type: QuantizationType
    /// Panel 0, as the type's `PanelLayout` packed it; 64-byte aligned.
    @unsafe package let base: UnsafeRawPointer

    package init(type: QuantizationType, base: UnsafeRawPointer) {
        self.type = type
        unsafe self.base = base
    }
}

/// Where a product goes: `[tokenCount][stride]` floats, row `r` of the matrix in column `r`.
///
/// All sixteen columns of a panel are written, those of padding rows with unspecified values.
@safe package struct ProductOutput {
    /// Token 0; aligned to four bytes, does not overlap weights or activations.
    @unsafe package let base: UnsafeMutablePointer<Float>
    /// Floats from one token to the next: at least 16 × the number of panels, a multiple of 16.
    package let stride: Int

    package init(base: UnsafeMutablePointer<Float>, stride: Int) {
        unsafe self.base = base
        self.stride = stride
    }
}

/// The kernel of one weight type: what it reads and how it multiplies.
///
/// Function values may run on any number of threads at once, on pieces that do not overlap in `output`.
package struct MatrixKernel: Sendable {
    /// The form in which it reads activations.
    package let activations: ActivationFormat
    /// Computes one piece. Never traps, whatever the bytes of weights and activations are.
    package let multiply: @Sendable (MatrixProduct) -> Void

    package init(activations: ActivationFormat, multiply: @escaping @Sendable (MatrixProduct) -> Void) {
        self.activations = activations
        self.multiply = multiply
    }

    /// The same kernel, told how far ahead to fetch.
    fileprivate func prefetching(_ distance: Int) -> MatrixKernel {
        MatrixKernel(activations: activations) { [multiply] product in
            var product = product
            product.prefetchDistance = distance
            multiply(product)
        }
    }
}

/// The packer of one activation format.
package struct ActivationKernel: Sendable {
    /// Tokens of a full panel: as many as the set's multiply kernels hold in registers.
    package let tokenTile: Int
    /// Packs one piece. Never traps; rows with NaN or infinity give NaN or infinity in the product.
    package let pack: @Sendable (ActivationPacking) -> Void

    package init(tokenTile: Int, pack: @escaping @Sendable (ActivationPacking) -> Void) {
        self.tokenTile = tokenTile
        self.pack = pack
    }
}

/// The matrix kernels of one instruction set: a row per weight type and a row per activation format.
///
/// A set that leaves a row nil inherits it. Inherited kernels accept panels of any tile, so that a set is free
/// to choose its own; a kernel that relies on its own set's tile comes with that set's activation row.
package struct MatrixKernelSet: Sendable {
    /// Name of the instruction set, as shown to users.
    package let name: String
    private let matrices: [MatrixKernel?]
    private let packers: [ActivationKernel]

    /// - Parameters:
    ///   - base: the set to inherit from; nil only for a set that is complete.
    ///   - prefetchDistance: what the CPU wants of streaming kernels; 0 where its own prefetcher does better.
    ///   - matrix: the set's own row of a weight type, nil to inherit.
    ///   - activations: the set's own row of an activation format, nil to inherit.
    package init(
        name: String, inheriting base: MatrixKernelSet?, prefetchDistance: Int = 0,
        matrix: (QuantizationType) -> MatrixKernel?,
        activations: (ActivationFormat) -> ActivationKernel?
    ) {
        self.name = name
        var matrices = [MatrixKernel?](repeating: nil, count: 64)
        for type in QuantizationType.allCases {
            let row = matrix(type) ?? base?.matrix(type)
            matrices[Int(type.rawValue)] = row.map { $0.prefetching(prefetchDistance) }
        }
        self.matrices = matrices
        packers = ActivationFormat.allCases.map { format in
            guard let row = activations(format) ?? base?.activations(format) else {
                preconditionFailure("the complete set has no packer for \(format)")
            }
            return row
        }
    }

    /// The kernel for weights of that type.
    package func matrix(_ type: QuantizationType) -> MatrixKernel {
        guard let row = matrices[Int(type.rawValue)] else { preconditionFailure("\(name) has no row for \(type)") }
        return row
    }

    /// The packer for that format.
    package func activations(_ format: ActivationFormat) -> ActivationKernel { packers[format.rawValue] }
}
