/// What the operating system refused, with the path and its own words.
package enum PlatformError: Error, Equatable, CustomStringConvertible {
    case notFound(path: String)
    case isDirectory(path: String)
    case notReadable(path: String, reason: String)
    case notWritable(path: String, reason: String)
    case outOfMemory(bytes: Int)
    /// The reader at the other end of a pipe is gone.
    case closedPipe

    package var description: String {
        switch self {
        case .notFound(let path): "\(path): no such file"
        case .isDirectory(let path): "\(path): is a directory, expected a file"
        case .notReadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .notWritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .closedPipe: "the reader of the output is gone"
        case .outOfMemory(let bytes): "cannot allocate \(bytes) bytes of memory"
        }
    }
}
