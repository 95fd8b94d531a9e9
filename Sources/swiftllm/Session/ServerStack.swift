import ChatTemplates
import Foundation
import HTTP
import ModelStorage
import Platform
import Serving
import WireFormats

/// A running server and everything under it: the composition root of `serve`, and of commands that find no server.
struct ServerStack {
    /// Where it listens.
    let addresses: [SocketAddress]
    private let http: HTTPServer
    private let manager: ModelManager

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - files: GGUF files that are served under their names, besides the store's models.
    ///   - threads: threads that compute; nil for as many as the process may use.
    /// - Throws: why it cannot listen.
    static func start(
        at endpoints: [HTTPEndpoint], settings: ServerSettings, files: [String] = [], threads: Int? = nil
    ) throws -> ServerStack {
        let manager = ModelManager(
            gang: ThreadGang(threadCount: threads ?? CoreCount.available), limits: settings.manager)
        let metrics = ServingMetrics()
        let catalog = ModelCatalog(store: ModelStore(root: settings.models), files: files, built: Self.built)
        let answers = AnswerService(
            manager: manager, catalog: catalog, metrics: metrics, now: { LocalTime.current() })
        var context = ServerContext(
            answers: answers, metrics: metrics, version: apiVersion, clock: { Timestamp.now() })
        context.registries = settings.registries
        context.registries.userAgent = Self.userAgent
        let router = Router(
            context, origins: CORSPolicy(origins: settings.origins), hosts: try hostPolicy(endpoints))
        var configuration = HTTPServer.Configuration()
        configuration.endpoints = endpoints
        let http = HTTPServer(configuration) { request, responder in await router.answer(request, responder) }
        return ServerStack(addresses: try http.start(), http: http, manager: manager)
    }

    /// What registries are told. They look for Ollama's name and version to decide what a client can load.
    private static var userAgent: String {
        #if arch(x86_64)
            let architecture = "amd64"
        #else
            let architecture = "arm64"
        #endif
        #if os(Linux)
            let system = "linux"
        #else
            let system = "darwin"
        #endif
        return "ollama/\(apiVersion) (\(architecture) \(system)) swiftllm/\(swiftllmVersion)"
    }

    /// When this program's file was made.
    private static var built: FileTime {
        let path = Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
        return (try? FileSystem.status(of: path))?.modified ?? .now
    }

    /// Names are checked where only this machine can connect: there a name that a page made up can do harm.
    private static func hostPolicy(_ endpoints: [HTTPEndpoint]) throws -> HostPolicy {
        let addresses = try endpoints.flatMap { try $0.addresses() }
        let listening = addresses.first { $0.ip?.isLoopback != true } ?? addresses[0]
        return HostPolicy(
            listening: listening, hostName: NetworkFacts.hostName, localAddresses: NetworkFacts.interfaceAddresses)
    }

    /// Takes no new requests, lets the ones in flight end for a while, then ends them.
    func shutDown(grace: Duration = .seconds(10)) async {
        await http.shutDown(grace: grace)
        await manager.shutDown()
    }
}

extension Timestamp {
    /// The clock's time.
    static func now() -> Timestamp {
        let time = Date().timeIntervalSince1970
        let seconds = time.rounded(.down)
        return Timestamp(seconds: Int64(seconds), nanoseconds: Int32((time - seconds) * 1e9))
    }
}
