package import HTTP
import Platform
import Synchronization

/// When a registry may be asked again, where it wants to be left alone for a while.
final class RegistryPace: Sendable {
    private let next = Mutex<ContinuousClock.Instant?>(nil)
    private let report: @Sendable (String) -> Void

    /// - Parameter report: is told what is waited for.
    init(report: @escaping @Sendable (String) -> Void) { self.report = report }

    /// Lets nobody ask for some time. Several requests that are refused at once wait together, and it is said once.
    func hold(for time: Duration, because reason: String) {
        let end = ContinuousClock.now + time
        let isLonger = next.withLock { next in
            guard end > (next ?? .now) + .seconds(1) || next == nil else { return false }
            next = end
            return true
        }
        if isLonger { report("waiting \(Int((time / .seconds(1)).rounded(.up))) s: \(reason)") }
    }

    /// Waits until the registry may be asked.
    ///
    /// - Throws: `cancelled`.
    func wait() async throws(ModelStorageError) {
        while let end = next.withLock({ $0 }), end > .now {
            do { try await Task.sleep(until: end, clock: .continuous) } catch { throw .cancelled }
        }
    }
}

/// How long a server wants to be left alone: `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// Nil where the headers do not say.
    ///
    /// - Parameter now: seconds since 1970, for servers that do not tell their own time.
    package static func time(_ headers: HTTPHeaders, now: Int = WallClock.secondsSinceEpoch) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            return .seconds(min(Int(text) ?? .max, longest))
        }
        guard let date = HTTPDate.secondsSinceEpoch(text) else { return nil }
        let start = headers["Date"].flatMap(HTTPDate.secondsSinceEpoch) ?? now
        return .seconds(min(max(date - start, 0), longest))
    }

    /// A year is as good as never.
    private static let longest = 365 * 86_400
}
