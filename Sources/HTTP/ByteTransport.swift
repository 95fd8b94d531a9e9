/// A connection that moves bytes both ways, whatever is below it: a socket, or TLS over one.
package protocol ByteTransport: Sendable {
    /// The next bytes, nil when the other side has ended.
    ///
    /// - Throws: `timedOut` after the deadline, `peerGone`.
    func read(until deadline: ContinuousClock.Instant?) async throws(HTTPError) -> [UInt8]?

    /// Sends bytes; suspends while the other side reads more slowly than they come.
    ///
    /// - Throws: `peerGone`, or `timedOut` if the other side stopped reading.
    func write(_ bytes: [UInt8]) async throws(HTTPError)

    /// Closes at once. Whoever waits in `read` or `write` gets `peerGone`.
    func close()
}
