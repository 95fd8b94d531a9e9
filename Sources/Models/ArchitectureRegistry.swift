/// THE table of architectures: one row each.
package enum ArchitectureRegistry {
    package static let all: [any Architecture.Type] = [
        Llama.self,
        Qwen2.self,
        Qwen3.self,
        Gemma3.self,
        Bert.self,
        NomicBert.self,
    ]

    /// Every name that `general.architecture` may have.
    package static var names: [String] { all.flatMap { $0.names } }

    /// The architecture of that name.
    ///
    /// - Throws: `unknownArchitecture`.
    package static func architecture(named name: String) throws(ModelError) -> any Architecture.Type {
        guard let match = all.first(where: { $0.names.contains(name) }) else {
            throw .unknownArchitecture(name: name, known: names)
        }
        return match
    }
}
