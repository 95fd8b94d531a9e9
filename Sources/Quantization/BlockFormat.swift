/// The reference codec of one quantisation type: how a block of bytes becomes weights.
///
/// One type is one file under `Formats/`, with its formula on top. Decoding is bit for bit ggml's.
package protocol BlockFormat: Sendable {
    /// Weights that share one block; 1 for plain numbers.
    static var weightsPerBlock: Int { get }
    /// Size of one block in bytes.
    static var bytesPerBlock: Int { get }

    /// Decodes one block.
    ///
    /// - Parameters:
    ///   - block: `bytesPerBlock` readable bytes, no alignment required.
    ///   - weights: room for `weightsPerBlock` floats; does not overlap `block`.
    static func decode(_ block: UnsafeRawPointer, into weights: UnsafeMutablePointer<Float>)

    /// Decodes `blockCount` blocks that lie one after another, as the blocks of a row do.
    static func decode(_ blocks: UnsafeRawPointer, blockCount: Int, into weights: UnsafeMutablePointer<Float>)
}

extension BlockFormat {
    package static func decode(
        _ blocks: UnsafeRawPointer, blockCount: Int, into weights: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<blockCount {
            unsafe decode(blocks + block * bytesPerBlock, into: weights + block * weightsPerBlock)
        }
    }
}

/// A type that weights can be quantised to.
package protocol EncodableBlockFormat: BlockFormat {
    /// Encodes one block; every byte of it is written.
    ///
    /// - Parameters:
    ///   - weights: `weightsPerBlock` floats.
    ///   - block: room for `bytesPerBlock` bytes, no alignment required; does not overlap `weights`.
    static func encode(_ weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer)

    /// Encodes weights to `blockCount` blocks that lie one after another.
    static func encode(_ weights: UnsafePointer<Float>, blockCount: Int, into blocks: UnsafeMutableRawPointer)
}

extension EncodableBlockFormat {
    package static func encode(
        _ weights: UnsafePointer<Float>, blockCount: Int, into blocks: UnsafeMutableRawPointer
    ) {
        for block in 0..<blockCount {
            unsafe encode(weights + block * weightsPerBlock, into: blocks + block * bytesPerBlock)
        }
    }
}
