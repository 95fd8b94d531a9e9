/// What the operating system refused, with the path and its own words.
package enum PlatformError: Error, Equatable, CustomStringConvertible {
    case notFound(path: String)
    case isDirectory(path: String)
    case notReadable(path: String, reason: String)
    case notWritable(path: String, reason: String)
    case outOfMemory(bytes: Int)

    package var description: String {
        switch self {
        case .notFound(let path): "\(path): no such file"
        case .isDirectory(let path): "\(path): is a directory, expected a file"
        case .notReadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .notWritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .outOfMemory(let bytes): "cannot allocate \(bytes) bytes of memory"
        }
    }
}
