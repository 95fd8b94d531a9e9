package import Platform
package import Sampling
import Synchronization

/// A constraint that is made on another thread while the prompt is read.
///
/// Whoever waits for it keeps it; its making ends early when nobody does any more.
package final class ConstraintLoad: Sendable {
    private struct State {
        var made: (any TokenConstraint)?
        var notices: [@Sendable () -> Void] = []
    }

    /// Number of tokens that the constraint speaks of.
    package let vocabularyCount: Int
    private let state: Mutex<State>
    private let thread: ComputeThread?

    /// One that is there already.
    package init(_ made: any TokenConstraint) {
        vocabularyCount = made.vocabularyCount
        state = Mutex(State(made: made))
        thread = nil
    }

    /// Begins to make one, after what was begun before on the same thread.
    ///
    /// - Parameter make: gets a function to ask whether the constraint is still wanted; if not, any will do.
    package init(
        vocabularyCount: Int, on thread: ComputeThread,
        _ make: @escaping @Sendable (_ isWanted: () -> Bool) -> any TokenConstraint
    ) {
        self.vocabularyCount = vocabularyCount
        state = Mutex(State())
        self.thread = thread
        thread.start { [weak self] in
            guard self != nil else { return }
            let made = make { [weak self] in self != nil }
            self?.finish(made)
        }
    }

    private func finish(_ made: any TokenConstraint) {
        precondition(made.vocabularyCount == vocabularyCount, "a constraint on the vocabulary that was announced")
        let notices = state.withLock { state in
            defer { state.notices = [] }
            state.made = made
            return state.notices
        }
        for notice in notices { notice() }
    }

    /// The constraint, at the beginning of the text; nil while it is being made.
    package var made: (any TokenConstraint)? { state.withLock { $0.made } }

    /// Asks to be told when the constraint has been made; not called if it has been already.
    func whenMade(_ notice: @escaping @Sendable () -> Void) {
        state.withLock { state in
            if state.made == nil { state.notices.append(notice) }
        }
    }

    /// Waits until the constraint has been made.
    func wait() { thread?.join() }
}
