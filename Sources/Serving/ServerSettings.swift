import Compute
import Inference
package import ModelStorage
import WireFormats

/// What the environment says about a server: Ollama's variables under their own names, and the same ones with
/// `SWIFTLLM_` in place of `OLLAMA_`, which win.
package struct ServerSettings: Sendable {
    /// Where to listen, and where commands find the server: `host:port`, `[::]:port`, `unix:PATH`.
    package var host = "127.0.0.1:11434"
    /// The folder of the model store.
    package var models: String
    /// Whether a server that starts removes what no model of the store needs.
    package var prunes = true
    /// More origins that pages may come from.
    package var origins: [String] = []
    package var manager = ModelManager.Limits()
    /// How models are fetched and sent.
    package var registries = RegistryAccess(userAgent: "swiftllm")

    /// A variable that makes no sense.
    package struct InvalidVariable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads an environment.
    ///
    /// - Parameter home: the user's folder.
    package init(environment: [String: String], home: String) throws(InvalidVariable) {
        let reader = EnvironmentReader(variables: environment)
        models = reader.text("MODELS") ?? "\(home)/.ollama/models"
        if let host = reader.text("HOST") { self.host = host }
        manager.load.packedFolder = reader.text("PACKED")
        origins = (reader.text("ORIGINS") ?? "").split(separator: ",").map { trimmed(String($0)) }
        prunes = !reader.flag("NOPRUNE")
        if let text = reader.text("KEEP_ALIVE") {
            guard let keepAlive = KeepAlive(text: text) else {
                throw reader.error("KEEP_ALIVE", expected: "seconds or a duration such as 5m")
            }
            manager.idleTime = keepAlive == .forever ? nil : keepAlive.duration
        }
        if let count = try reader.count("MAX_LOADED_MODELS"), count > 0 { manager.modelCount = count }
        if let count = try reader.count("MAX_QUEUE"), count > 0 { manager.load.waitingCount = count }
        if let count = try reader.count("NUM_PARALLEL"), count > 0 { manager.load.sequenceCount = min(count, 256) }
        if let count = try reader.count("CONTEXT_LENGTH"), count > 0 { manager.load.contextLength = count }
        registries = try Self.registries(environment, home: home)
        if let name = reader.text("KV_CACHE_TYPE")?.lowercased() {
            guard let cache = CacheElement(name: name) else {
                throw reader.error("KV_CACHE_TYPE", expected: "f16, q8_0 or f32; nothing smaller is offered")
            }
            manager.load.cache = cache
        }
    }

    private static func registries(
        _ environment: [String: String], home: String
    ) throws(InvalidVariable) -> RegistryAccess {
        do throws(RegistryError) {
            return try RegistryAccess(userAgent: "swiftllm", environment: environment, home: home)
        } catch {
            throw InvalidVariable(description: "\(error)")
        }
    }
}

extension KeepAlive {
    fileprivate var duration: Duration? {
        if case .duration(let duration) = self { duration } else { nil }
    }
}

/// Takes blanks and quotes off both ends, as Ollama does.
private func trimmed(_ text: String) -> String {
    let isOuter: (Character) -> Bool = { $0.isWhitespace || $0 == "\"" || $0 == "'" }
    let start = text.drop(while: isOuter)
    return String(start.reversed().drop(while: isOuter).reversed())
}

private struct EnvironmentReader {
    let variables: [String: String]

    /// A variable's text, nil if it is not set or blank.
    func text(_ name: String) -> String? {
        for prefix in ["SWIFTLLM_", "OLLAMA_"] {
            if let text = variables[prefix + name].map(trimmed), !text.isEmpty { return text }
        }
        return nil
    }

    /// Whether a variable is set to anything but a word for no.
    func flag(_ name: String) -> Bool {
        guard let text = text(name)?.lowercased() else { return false }
        return !["0", "f", "false"].contains(text)
    }

    func count(_ name: String) throws(ServerSettings.InvalidVariable) -> Int? {
        guard let text = text(name) else { return nil }
        guard let count = Int(text), count >= 0 else { throw error(name, expected: "a whole number") }
        return count
    }

    func error(_ name: String, expected: String) -> ServerSettings.InvalidVariable {
        let prefix = variables["SWIFTLLM_" + name] == nil ? "OLLAMA_" : "SWIFTLLM_"
        return ServerSettings.InvalidVariable(
            description: "\(prefix)\(name): expected \(expected), found '\(text(name) ?? "")'")
    }
}
