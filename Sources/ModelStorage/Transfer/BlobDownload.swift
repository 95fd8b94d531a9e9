import HTTP
import Hashing
import Platform
import Synchronization

/// Fetches one blob in parts, several at a time, so that an interrupted download goes on where it was.
///
/// First all bytes come into a file beside the blobs (`fill`), then they are checked and get the blob's name (`finish`).
/// One task of one process works on a blob at a time; others wait, and find it done.
struct BlobDownload: Sendable {
    private let registry: RegistryClient
    private let store: BlobStore
    private let url: HTTPURL
    private let digest: BlobDigest
    private let byteCount: Int
    private let parts: DownloadParts

    private static let lockPollTime: Duration = .milliseconds(200)
    private static let rangeStatuses = [200, 206]

    private var tuning: RegistryAccess.Tuning { registry.tuning }
    private var lockPath: String { parts.path + "-lock" }

    /// - Parameter place: where the blob is, if not where a registry has blobs.
    init(
        _ layer: Layer, from registry: RegistryClient, place: HTTPURL? = nil, to store: BlobStore
    ) throws(ModelStorageError) {
        self.registry = registry
        self.store = store
        (digest, byteCount) = (layer.digest, layer.byteCount)
        if let place { url = place } else { url = try registry.url("blobs/\(layer.digest)") }
        parts = DownloadParts(path: store.path(layer.digest) + "-partial", byteCount: layer.byteCount)
    }

    /// Bytes that are still to come.
    func missingByteCount() throws(ModelStorageError) -> Int {
        if try isStored { return 0 }
        return byteCount - (try parts.found().reduce(0) { $0 + $1.completed })
    }

    /// Fetches all bytes, or waits for another task or process that does.
    ///
    /// - Parameter progress: called with the number of bytes that are there.
    func fill(progress: @escaping @Sendable (Int) -> Void) async throws(ModelStorageError) {
        let folder = store.folder
        try withFiles { () throws(PlatformError) in try FileSystem.createFolder(folder) }
        try await alone {
            // Somebody else is at it: how far, the notes tell.
            progress((try? parts.found().reduce(0) { $0 + $1.completed }) ?? 0)
        } work: { () async throws(ModelStorageError) in
            try await fetchAll(progress)
        }
        progress(byteCount)
    }

    /// Checks the bytes and gives them the blob's name.
    ///
    /// - Throws: `mismatch` if they are not what the digest says; they are removed then.
    func finish() async throws(ModelStorageError) {
        try await alone {
        } work: { () async throws(ModelStorageError) in
            let path = parts.path
            let found = try await Self.digest(ofFile: path)
            let (target, folder) = (store.path(digest), store.folder)
            let isRight = found == digest
            try withFiles { () throws(PlatformError) in
                if isRight { try FileSystem.rename(path, to: target) } else { try FileSystem.removeFile(path) }
            }
            try parts.removeNotes()
            FileSystem.flushFolder(folder)
            guard isRight else { throw .registry(.mismatch(expected: digest, found: found)) }
        }
        store.keep(digest)
    }

    // MARK: One at a time

    private var isStored: Bool {
        get throws(ModelStorageError) { try store.byteCount(digest) == byteCount }
    }

    /// Does work on the blob while nobody else does, unless the blob has come meanwhile.
    private func alone(
        waiting: () -> Void, work: () async throws(ModelStorageError) -> Void
    ) async throws(ModelStorageError) {
        let path = lockPath
        while !(try isStored) {
            guard let lock = try withFiles({ () throws(PlatformError) in try FileLock.attempt(path: path) }) else {
                waiting()
                do { try await Task.sleep(for: Self.lockPollTime) } catch { throw .cancelled }
                continue
            }
            if !(try isStored) { try await work() }
            // With the blob in place nobody has to wait any more, so that the lock's file can go.
            if try isStored { _ = try withFiles { () throws(PlatformError) in try FileSystem.removeFile(path) } }
            _ = consume lock
            return
        }
    }

    private static func digest(ofFile path: String) async throws(ModelStorageError) -> BlobDigest {
        let file = try withFiles { () throws(PlatformError) in try MappedBytes(contentsOf: path) }
        var hash = SHA256()
        for start in stride(from: 0, to: file.count, by: BlobStore.chunkByteCount) {
            guard !Task.isCancelled else { throw .cancelled }
            let range = start..<min(start + BlobStore.chunkByteCount, file.count)
            hash.update(file.withBytes { $0.extracting(range).littleEndianIntegers(UInt8.self) })
            file.release(range)
            await Task.yield()
        }
        return BlobDigest(hash.finalized())
    }

    // MARK: All parts

    private func fetchAll(_ progress: @escaping @Sendable (Int) -> Void) async throws(ModelStorageError) {
        var found = try parts.found()
        if found.isEmpty { found = try parts.fresh(tuning) }
        let (path, count) = (parts.path, byteCount)
        let file = try withFiles { () throws(PlatformError) in try PartialFile(path: path, byteCount: count) }
        for part in found { try parts.save(part) }
        let counter = ByteCounter(completed: found.reduce(0) { $0 + $1.completed }, report: progress)
        if try await fetch(found, file, counter) == .needsWhole {
            let whole = try parts.joined(try parts.found())
            counter.reset(to: whole[0].completed)
            _ = try await fetch(whole, file, counter)
        }
        let flushing = ComputeThread(name: "swiftllm.flush")
        do { try await flushing.run { () throws(PlatformError) in try file.flush() } } catch { throw .file(error) }
    }

    /// How a part, or all of them, came out.
    private enum Outcome: Sendable {
        case done
        /// The registry sends the whole where a part was asked for.
        case needsWhole
    }

    /// Fetches what is missing of all parts. The first failure ends the others.
    private func fetch(
        _ all: [DownloadPart], _ file: PartialFile, _ counter: ByteCounter
    ) async throws(ModelStorageError) -> Outcome {
        var waiting = all.filter { !$0.isComplete }[...]
        let job = PartJob(file: file, counter: counter, isWhole: all.count == 1)
        let result = await withTaskGroup(of: Result<Outcome, ModelStorageError>.self) { group in
            func add() {
                guard let part = waiting.popFirst() else { return }
                group.addTask {
                    do throws(ModelStorageError) { return .success(try await fetch(part, job)) } catch {
                        return .failure(error)
                    }
                }
            }
            for _ in 0..<tuning.parallelParts { add() }
            while let result = await group.next() {
                guard case .success(.done) = result else {
                    group.cancelAll()
                    return result
                }
                add()
            }
            return .success(.done)
        }
        return try result.get()
    }

    /// What the parts share.
    private struct PartJob: Sendable {
        let file: PartialFile
        let counter: ByteCounter
        /// Whether the part is all of the blob.
        let isWhole: Bool
    }

    /// Fetches a part, trying again where that may help.
    private func fetch(_ part: DownloadPart, _ job: PartJob) async throws(ModelStorageError) -> Outcome {
        var part = part
        var attempt = 1
        while true {
            let before = part.completed
            let failure: ModelStorageError
            do throws(ModelStorageError) {
                let outcome = try await read(&part, job)
                try parts.save(part)
                return outcome
            } catch {
                failure = error
            }
            // What came is kept also where the disk has no room for the note: the last one then counts.
            try? parts.save(part)
            attempt = part.completed > before ? 1 : attempt + 1
            guard case .registry(let cause) = failure, cause.isPassing, attempt <= tuning.attempts, !Task.isCancelled
            else { throw failure }
            try await registry.pause(before: attempt, after: cause)
        }
    }

    /// Reads what is missing of a part; notes how far it came from time to time.
    private func read(_ part: inout DownloadPart, _ job: PartJob) async throws(ModelStorageError) -> Outcome {
        let first = part.offset + part.completed
        var call = RegistryCall("GET", url)
        call.headers.set("Range", "bytes=\(first)-\(part.offset + part.byteCount - 1)")
        call.isAnswer = { Self.rangeStatuses.contains($0) }
        let response = try await registry.send(call)
        // A server without ranges sends the whole: what comes before is skipped.
        var skipped = 0
        if response.status == .ok {
            guard job.isWhole else { return .needsWhole }
            skipped = first
        } else {
            try check(response.headers["Content-Range"] ?? "", first: first)
        }
        var noted = part.completed
        while !part.isComplete, let bytes = try await next(response.body) {
            let leading = min(skipped, bytes.count)
            skipped -= leading
            let wanted = bytes.dropFirst(leading).prefix(part.byteCount - part.completed)
            let offset = part.offset + part.completed
            try withFiles { () throws(PlatformError) in try job.file.write(wanted, at: offset) }
            part.completed += wanted.count
            job.counter.add(wanted.count)
            if part.completed - noted >= tuning.noteByteCount {
                noted = part.completed
                try parts.save(part)
            }
        }
        guard part.isComplete else { throw .registry(.network(url: "\(url)", .truncated)) }
        return .done
    }

    /// `bytes 100-199/1000` has to begin where it was asked to.
    private func check(_ range: String, first: Int) throws(ModelStorageError) {
        let numbers = range.split { !$0.isASCII || !$0.isNumber }.map { Int($0) }
        guard numbers.first == first else {
            throw .registry(.wrongRange(url: "\(url)", expected: first, found: range))
        }
    }

    private func next(_ body: ResponseBody) async throws(ModelStorageError) -> [UInt8]? {
        do { return try await body.next() } catch {
            throw error == .cancelled ? .cancelled : .registry(.network(url: "\(url)", error))
        }
    }
}

/// Counts bytes of parts that come at the same time.
private final class ByteCounter: Sendable {
    private let completed: Mutex<Int>
    private let report: @Sendable (Int) -> Void

    init(completed: Int, report: @escaping @Sendable (Int) -> Void) {
        self.completed = Mutex(completed)
        self.report = report
    }

    func add(_ count: Int) {
        report(
            completed.withLock { completed in
                completed += count
                return completed
            })
    }

    func reset(to count: Int) { completed.withLock { $0 = count } }
}
