import GGUF
package import Inference
package import Platform

/// Which models are in memory.
///
/// A model is loaded by the first request that wants it, whoever else wants it meanwhile waits for the same load. It
/// stays while requests use it and for a while after the last one, unless another model needs its memory.
package actor ModelManager {
    /// How models are kept.
    package struct Limits: Sendable {
        /// Bytes that all models together may take.
        package var memoryBytes = SystemMemory.limitBytes / 10 * 9
        package var modelCount = 3
        /// How long a model stays after its last request; nil for as long as the server runs.
        package var idleTime: Duration? = .seconds(300)
        /// How each is loaded.
        package var load = LoadOptions()

        package init() {}
    }

    /// How long a model stays after its last request, as a request says it.
    package enum IdleTime: Sendable, Equatable {
        case standard, forever
        case limited(Duration)
    }

    /// A model in memory, as `ps` shows it.
    package struct Status: Sendable {
        package let source: ModelSource
        package let model: LoadedModel
        package let leaseCount: Int
        /// How long it will stay if nobody asks for it; nil for ever, zero while it is only kept by its requests.
        package let remaining: Duration?
    }

    /// A load that runs: of a model, or of what it lacks for a purpose.
    private struct LoadKey: Hashable {
        let key: String
        let purpose: LoadOptions.Purpose

        init(_ source: ModelSource) { (key, purpose) = (source.key, source.purpose) }
    }

    private struct Resident {
        let source: ModelSource
        let model: LoadedModel
        var leaseCount = 0
        var idleTime: Duration?
        var expiry: ContinuousClock.Instant?
        var timer: Task<Void, Never>?
        /// Unloaded when its last request has ended, whatever its idle time.
        var isLeaving = false
    }

    /// Positions that a model should have room for before others are kept instead.
    private static let comfortablePositions = 8192

    private let limits: Limits
    private let gang: ThreadGang
    private let loader = ComputeThread(name: "swiftllm.loader")
    private var residents: [String: Resident] = [:]
    private var loads: [LoadKey: Task<Void, any Error>] = [:]
    private var lastLoad: Task<Void, Never>?
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var isShutDown = false

    package init(gang: ThreadGang, limits: Limits) {
        self.gang = gang
        self.limits = limits
    }

    /// Lends a model while `body` runs, and loads it before if need be.
    ///
    /// - Parameter idleTime: how long it stays afterwards; what the newest request says counts.
    /// - Throws: why it cannot be loaded, or what `body` throws.
    package func withModel<Result: Sendable>(
        _ source: ModelSource, idleTime: IdleTime = .standard,
        _ body: @Sendable (LoadedModel) async throws -> Result
    ) async throws -> Result {
        let model = try await take(source, idleTime: idleTime)
        do {
            let result = try await body(model)
            giveBack(source.key)
            return result
        } catch {
            giveBack(source.key)
            throw error
        }
    }

    /// Removes a model from memory: now, or when its last request has ended. Whether it was there.
    @discardableResult
    package func unload(_ key: String) -> Bool {
        guard let resident = residents[key] else { return false }
        if resident.leaseCount == 0 { remove(key) } else { residents[key]?.isLeaving = true }
        return true
    }

    /// The models in memory, the one that will stay longest first.
    package var status: [Status] {
        let now = ContinuousClock.now
        let all = residents.values.map { resident in
            let remaining = resident.leaseCount > 0 ? resident.idleTime : resident.expiry.map { max(.zero, $0 - now) }
            return Status(
                source: resident.source, model: resident.model, leaseCount: resident.leaseCount,
                remaining: resident.isLeaving ? .zero : remaining)
        }
        return all.sorted { ($0.remaining ?? .seconds(Int64.max)) > ($1.remaining ?? .seconds(Int64.max)) }
    }

    /// Removes all models, and loads no more.
    package func shutDown() async {
        isShutDown = true
        let models = residents.values.map(\.model)
        residents.values.forEach { $0.timer?.cancel() }
        residents.removeAll()
        await loader.run { models.forEach { $0.shutDown() } }
    }
}

// MARK: Leases

extension ModelManager {
    private func take(_ source: ModelSource, idleTime: IdleTime) async throws -> LoadedModel {
        while true {
            guard !isShutDown else { throw InferenceError.shutDown }
            if let model = residents[source.key]?.model, model.isReady(for: source.purpose) {
                residents[source.key]?.leaseCount += 1
                residents[source.key]?.isLeaving = false
                residents[source.key]?.timer?.cancel()
                residents[source.key]?.timer = nil
                residents[source.key]?.idleTime = duration(of: idleTime)
                return model
            }
            try await load(source)
        }
    }

    private func duration(of idleTime: IdleTime) -> Duration? {
        switch idleTime {
        case .standard: limits.idleTime
        case .forever: nil
        case .limited(let duration): duration
        }
    }

    private func giveBack(_ key: String) {
        guard let resident = residents[key] else { return }
        residents[key]?.leaseCount -= 1
        if resident.leaseCount == 1 { rest(key) }
        wakeWaiters()
    }

    /// Starts the time that a model stays without requests.
    private func rest(_ key: String) {
        guard let resident = residents[key] else { return }
        if resident.isLeaving || resident.idleTime == .zero { return remove(key) }
        let expiry = resident.idleTime.map { ContinuousClock.now + $0 }
        residents[key]?.expiry = expiry
        guard let expiry else { return }
        residents[key]?.timer = Task {
            try? await Task.sleep(until: expiry)
            if !Task.isCancelled { self.expire(key, at: expiry) }
        }
    }

    private func expire(_ key: String, at expiry: ContinuousClock.Instant) {
        guard let resident = residents[key], resident.leaseCount == 0, resident.expiry == expiry else { return }
        remove(key)
    }

    private func remove(_ key: String) {
        guard let resident = residents.removeValue(forKey: key) else { return }
        resident.timer?.cancel()
        let model = resident.model
        loader.start { model.shutDown() }
        wakeWaiters()
    }

    private func wakeWaiters() {
        waiters.forEach { $0.resume() }
        waiters.removeAll()
    }
}

// MARK: Loading

extension ModelManager {
    /// Waits for the load of a model, which is started unless it runs.
    private func load(_ source: ModelSource) async throws {
        let key = LoadKey(source)
        if let load = loads[key] { return try await load.value }
        let earlier = lastLoad
        let load = Task {
            // One at a time, in order: each wants all threads and knows what memory the one before has taken.
            await earlier?.value
            try await self.loadNow(source)
        }
        loads[key] = load
        lastLoad = Task { _ = await load.result }
        defer { loads[key] = nil }
        try await load.value
    }

    private func loadNow(_ source: ModelSource) async throws {
        if let model = residents[source.key]?.model { return try await prepare(model, source) }
        let (file, adapter) = try await loader.run { () throws in (try source.open(), try source.openAdapter?()) }
        await makeRoom(MemoryEstimate(file, cache: limits.load.cache))
        guard !isShutDown else { throw InferenceError.shutDown }
        var options = limits.load
        options.memoryLimit = freeBytes
        options.purpose = source.purpose
        let gang = gang
        let loadOptions = options
        let model = try await loader.run { () throws in
            try LoadedModel(file, adapter: adapter, gang: gang, options: loadOptions)
        }
        residents[source.key] = Resident(source: source, model: model, idleTime: .seconds(60))
        // Whoever waits for it takes it next; if nobody does any more, it goes as an idle model does.
        rest(source.key)
    }

    /// Gives a model in memory what it lacks for a purpose; its weights stay where they are.
    private func prepare(_ model: LoadedModel, _ source: ModelSource) async throws {
        guard !isShutDown else { throw InferenceError.shutDown }
        // Held like a request's, so that the model is not unloaded meanwhile.
        residents[source.key]?.leaseCount += 1
        defer { giveBack(source.key) }
        let free = freeBytes
        try await loader.run { () throws in try model.prepare(for: source.purpose, freeBytes: free) }
    }

    private var freeBytes: Int { limits.memoryBytes - residents.values.reduce(0) { $0 + $1.model.memoryBytes } }

    /// Removes idle models until there is room for another one, the first to expire first; waits for busy ones.
    private func makeRoom(_ estimate: MemoryEstimate) async {
        let wanted = estimate.bytes(positions: Self.comfortablePositions)
        while !residents.isEmpty, freeBytes < wanted || residents.count >= limits.modelCount {
            let order = residents.sorted { earliest($0.value) < earliest($1.value) }
            if let idle = order.first(where: { $0.value.leaseCount == 0 }) {
                remove(idle.key)
            } else {
                if let busy = order.first { residents[busy.key]?.isLeaving = true }
                await withCheckedContinuation { waiters.append($0) }
            }
        }
    }

    private func earliest(_ resident: Resident) -> Duration {
        guard let idleTime = resident.idleTime else { return .seconds(Int64.max) }
        return resident.expiry.map { $0 - .now } ?? idleTime
    }
}
