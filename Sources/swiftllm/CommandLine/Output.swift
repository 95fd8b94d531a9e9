package import JSON
import Platform

/// Where a command's results go; nothing else does.
package struct Output: Sendable {
    private let sink: @Sendable ([UInt8]) throws -> Void

    /// - Parameter sink: takes bytes in order.
    package init(sink: @escaping @Sendable ([UInt8]) throws -> Void) { self.sink = sink }

    /// The process's standard output, written at once.
    package static let standard = Output { bytes in
        try bytes.withBytes { bytes throws(PlatformError) in try StandardStream.output.write(bytes) }
    }

    package func write(_ bytes: [UInt8]) throws { try sink(bytes) }

    package func write(_ text: String) throws { try sink(Array(text.utf8)) }

    /// Writes a JSON value and a line end.
    package func write(_ value: JSONValue, style: JSONWriter.Style = .compact) throws {
        try sink(JSONWriter.bytes(value, style: style) + [0x0A])
    }
}
