package import WireFormats

/// Takes the events of a reply: a stream to a client, or a collection for a whole answer.
package protocol ReplySink: Sendable {
    /// Takes the next event of one of several answers; waits while the client reads slowly.
    ///
    /// - Throws: if nobody listens any more.
    func send(_ event: ReplyEvent, choice: Int) async throws
}

/// Gathers whole answers.
package actor ReplyCollector: ReplySink {
    package private(set) var replies: [CollectedReply] = []

    package init() {}

    package func send(_ event: ReplyEvent, choice: Int) {
        while replies.count <= choice { replies.append(CollectedReply()) }
        replies[choice].append(event)
    }
}
