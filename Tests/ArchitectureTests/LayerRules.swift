import Testing

/// What SwiftPM's target graph cannot enforce. The target graph itself is checked by building with
/// `--explicit-target-dependency-import-check error`.
@Suite struct LayerRules {
    @Test func sourcesAreFound() {
        #expect(SourceFile.product.count > 20, "the rules below would pass on an empty list")
    }

    @Test func onlyPlatformImportsTheOperatingSystem() {
        let system: Set = ["Glibc", "Musl", "Darwin", "Dispatch"]
        let offenders = SourceFile.product.filter {
            !$0.path.hasPrefix("Sources/Platform/") && !system.isDisjoint(with: $0.imports)
        }
        #expect(offenders.isEmpty, "imports of the operating system outside Platform: \(offenders)")
    }

    @Test func onlyKernelsAndPlatformImportIntrinsics() {
        let offenders = SourceFile.product.filter {
            !$0.path.hasPrefix("Sources/Platform/") && !$0.path.hasPrefix("Kernels/")
                && $0.imports.contains("Intrinsics")
        }
        #expect(offenders.isEmpty, "imports of Intrinsics outside kernels: \(offenders)")
    }

    @Test func foundationIsKeptToTheTopLayers() {
        let allowed = ["Sources/swiftllm/", "Kernels/Bench/"]
        let offenders = SourceFile.product.filter { file in
            !allowed.contains { file.path.hasPrefix($0) }
                && file.imports.contains { $0.hasPrefix("Foundation") }
        }
        #expect(offenders.isEmpty, "imports of Foundation below the command line: \(offenders)")
    }

    /// The fence of STYLE's unsafe rules: elsewhere the word may not occur at all.
    @Test func unsafeCodeStaysInItsFence() {
        let fenced = [
            "Sources/Platform/", "Sources/Tensors/", "Sources/Quantization/", "Sources/Compute/CPU/", "Kernels/",
        ]
        let offenders = SourceFile.product.flatMap { file in
            fenced.contains { file.path.hasPrefix($0) }
                ? []
                : zip(1..., file.code).filter { $0.1.contains(#/\bunsafe\b|Unsafe(Raw|Mutable|Buffer)?.*Pointer/#) }
                    .map { "\(file.path):\($0.0)" }
        }
        #expect(offenders.isEmpty, "unsafe code outside its fence: \(offenders)")
    }

    @Test func nothingTrapsOnPurpose() {
        let forbidden = #/\bfatalError\(|\btry!|\bas! /#
        let offenders = SourceFile.product.flatMap { file in
            zip(1..., file.code).filter { $0.1.contains(forbidden) }.map { "\(file.path):\($0.0)" }
        }
        #expect(offenders.isEmpty, "fatalError, try! or as! in the product: \(offenders)")
    }

    /// Every `@unchecked Sendable` needs a line in docs/unsafe.md that says why it holds.
    @Test func uncheckedSendableIsCountedAndExplained() throws {
        let uses = SourceFile.product.filter { $0.code.contains { $0.contains("@unchecked Sendable") } }
        let count = uses.reduce(0) { sum, file in sum + file.code.count { $0.contains("@unchecked Sendable") } }
        #expect(count <= 8, "the budget of @unchecked Sendable is 8, found \(count): \(uses)")
        let record = try Repository.text("docs/unsafe.md")
        for file in uses {
            let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
            #expect(record.contains(name), "docs/unsafe.md does not explain \(file.path)")
        }
    }
}
