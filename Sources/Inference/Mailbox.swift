import Platform
import Synchronization

/// Messages to a thread that is busy for long: it reads them between steps, and sleeps when it has none and no work.
final class Mailbox<Message: Sendable>: Sendable {
    private struct Contents {
        var messages: [Message] = []
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    private let thread: ComputeThread

    init(of thread: ComputeThread) { self.thread = thread }

    /// Leaves a message; false when the mailbox is closed.
    func send(_ message: Message) -> Bool {
        let isOpen = contents.withLock { contents in
            if !contents.isClosed { contents.messages.append(message) }
            return !contents.isClosed
        }
        thread.wake()
        return isOpen
    }

    /// Messages that have not been read.
    var count: Int { contents.withLock { $0.messages.count } }

    /// Accepts no more messages.
    func close() {
        contents.withLock { $0.isClosed = true }
        thread.wake()
    }

    /// Moves all messages into an empty array, whose memory the next ones get.
    ///
    /// - Returns: whether more may come.
    func receive(into messages: inout [Message]) -> Bool {
        messages.removeAll(keepingCapacity: true)
        return contents.withLock { contents in
            swap(&contents.messages, &messages)
            return !contents.isClosed
        }
    }
}
