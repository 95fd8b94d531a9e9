import GGUF
import Platform
import Quantization
import Safetensors

/// A tensor of the file to write, and the tensors or numbers that it is made of.
struct ConvertedTensor: Sendable {
    let name: String
    /// Dimensions in GGUF's order, innermost first.
    let shape: [Int]
    var type: QuantizationType
    let content: Content

    enum Content: Sendable {
        /// Tensors end to end: one, or those of all experts.
        case tensors([FloatTensor], Change)
        case values([Float])
    }

    /// What happens to the weights on the way.
    struct Change: Sendable, Equatable {
        var order = RowOrder.same
        /// Added to each weight.
        var addend: Float = 0
    }

    /// In which order rows are written.
    enum RowOrder: Sendable, Equatable {
        case same
        /// The rows of each head, of which the first half rotates with the second, as neighbours.
        case neighbours(headLength: Int)

        /// The row of the source that is written as row `index`.
        func source(of index: Int) -> Int {
            switch self {
            case .same: return index
            case .neighbours(let headLength):
                let (head, row) = index.quotientAndRemainder(dividingBy: headLength)
                return head * headLength + row % 2 * (headLength / 2) + row / 2
            }
        }
    }

    var plan: TensorPlan { TensorPlan(name: name, shape: shape, type: type) }

    /// Bytes that are read for it.
    var sourceByteCount: Int {
        switch content {
        case .tensors(let sources, _): sources.reduce(0) { $0 + $1.bytes.count }
        case .values(let values): values.count * MemoryLayout<Float>.size
        }
    }
}

/// A tensor of weights that GGUF has a type for, as rows.
struct FloatTensor: Sendable {
    /// Dimensions, outermost first.
    let shape: [Int]
    let type: QuantizationType
    let bytes: ByteRange

    /// - Throws: `unsupportedType` if it holds anything but floating-point numbers, `invalidShape` if it is empty.
    init(_ tensor: SafetensorsTensor) throws(ConversionError) {
        let types: [SafetensorsType: QuantizationType] = [.f32: .f32, .f16: .f16, .bf16: .bf16]
        guard let type = types[tensor.type] else { throw .unsupportedType(tensor: tensor.name, found: tensor.type) }
        guard !tensor.shape.contains(0) else {
            throw .invalidShape(tensor: tensor.name, expected: "some weights", found: tensor.shape)
        }
        shape = tensor.shape.isEmpty ? [1] : tensor.shape
        self.type = type
        bytes = tensor.bytes
    }

    /// Rows of a matrix, or elements of a vector: what an order permutes.
    var rowCount: Int { shape[0] }
    var rowByteCount: Int { bytes.count / rowCount }

    /// The bytes of some rows.
    func rows(_ rows: Range<Int>) -> ByteRange {
        let start = bytes.range.lowerBound
        return ByteRange(
            owner: bytes.owner,
            range: start + rows.lowerBound * rowByteCount..<start + rows.upperBound * rowByteCount)
    }

    /// All weights in float32; meant for small tensors.
    func floats() throws(ConversionError) -> [Float] {
        try Self.floats(bytes.withBytes { $0.littleEndianIntegers(UInt8.self) }, type)
    }

    static func floats(_ bytes: [UInt8], _ type: QuantizationType) throws(ConversionError) -> [Float] {
        var values = [Float](repeating: 0, count: bytes.count / type.bytesPerBlock)
        do throws(QuantizationError) {
            var span = values.mutableSpan
            try bytes.withBytes { bytes throws(QuantizationError) in try type.decode(bytes, into: &span) }
        } catch { throw .gguf(.quantization(tensor: "", error)) }
        return values
    }
}

// MARK: Writing

extension ConvertedTensor {
    /// Bytes converted at a time, about.
    private static let chunkByteCount = 1 << 20

    /// Hands the tensor's bytes to `write`, piece by piece; memory stays at a piece, whatever the tensor's size.
    ///
    /// - Parameter write: is told how many bytes of the source a piece stands for.
    func write(_ write: (RawSpan, _ sourceByteCount: Int) throws(ConversionError) -> Void) throws(ConversionError) {
        switch content {
        case .values(let values):
            try Self.encoded(values, type).withBytes { bytes throws(ConversionError) in
                try write(bytes, values.count * MemoryLayout<Float>.size)
            }
        case .tensors(let sources, let change):
            for source in sources {
                try self.write(source, change, write)
                source.bytes.owner.release(source.bytes.range)
            }
        }
    }

    private func write(
        _ source: FloatTensor, _ change: Change,
        _ write: (RawSpan, _ sourceByteCount: Int) throws(ConversionError) -> Void
    ) throws(ConversionError) {
        let rowsAtOnce = max(1, Self.chunkByteCount / source.rowByteCount)
        for start in stride(from: 0, to: source.rowCount, by: rowsAtOnce) {
            let rows = start..<min(start + rowsAtOnce, source.rowCount)
            let byteCount = rows.count * source.rowByteCount
            if change == Change(), type == source.type {
                try source.rows(rows).withBytes { bytes throws(ConversionError) in try write(bytes, byteCount) }
                continue
            }
            var bytes = Self.gathered(rows, of: source, change.order)
            if change.addend != 0 || type != source.type {
                var values = try FloatTensor.floats(bytes, source.type)
                if change.addend != 0 { for index in values.indices { values[index] += change.addend } }
                bytes = try Self.encoded(values, type)
            }
            try bytes.withBytes { bytes throws(ConversionError) in try write(bytes, byteCount) }
        }
    }

    /// The bytes of rows in their new order.
    private static func gathered(_ rows: Range<Int>, of source: FloatTensor, _ order: RowOrder) -> [UInt8] {
        guard order != .same else {
            return source.rows(rows).withBytes { $0.littleEndianIntegers(UInt8.self) }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * source.rowByteCount)
        for row in rows {
            let from = order.source(of: row)
            bytes += source.rows(from..<from + 1).withBytes { $0.littleEndianIntegers(UInt8.self) }
        }
        return bytes
    }

    private static func encoded(_ values: [Float], _ type: QuantizationType) throws(ConversionError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: values.count * type.bytesPerBlock)
        do throws(QuantizationError) {
            var span = bytes.mutableSpan
            try type.encode(values.span, into: &span)
        } catch { throw .gguf(.quantization(tensor: "", error)) }
        return bytes
    }
}
