import GGUF
import Platform

/// Keys and tensors of a GGUF file to write.
struct ConvertedFile: Sendable {
    let metadata: Metadata
    let tensors: [ConvertedTensor]

    /// Bytes of weights that `write` reads.
    var sourceByteCount: Int { tensors.reduce(0) { $0 + $1.sourceByteCount } }

    /// Converts and writes all tensors; the file appears when everything is written.
    ///
    /// - Parameter progress: called with the number of bytes read so far.
    /// - Throws: `cancelled` if the task is; then no file appears.
    func write(to path: String, progress: (Int) -> Void) throws(ConversionError) {
        var byteCount = 0
        var writer = try withGGUF { () throws(GGUFError) in
            try GGUFWriter(path: path, metadata: metadata, tensors: tensors.map(\.plan))
        }
        for tensor in tensors {
            try tensor.write { bytes, sourceByteCount throws(ConversionError) in
                guard !Task.isCancelled else { throw .cancelled }
                do throws(GGUFError) { try writer.write(bytes) } catch { throw .gguf(error) }
                byteCount += sourceByteCount
                progress(byteCount)
            }
        }
        do { try writer.finish() } catch { throw .gguf(error) }
    }
}
