import Testing

import Models

@Suite struct ArchitectureRegistryTests {
    @Test func namesAreUnique() {
        #expect(Set(ArchitectureRegistry.names).count == ArchitectureRegistry.names.count)
    }

    @Test func unknownNameIsNamed() {
        #expect {
            _ = try ArchitectureRegistry.architecture(named: "llama9000")
        } throws: { "\($0)".contains("llama9000") && "\($0)".contains("qwen3moe") }
    }
}
