// swift-tools-version: 6.2
import PackageDescription

// The layers as data. A target may import its row and nothing else: CI builds with
// `--explicit-target-dependency-import-check error`. Lower rows never import upper ones.

/// One target of the engine: its name, its folder and the modules it may import.
struct TargetSpec {
    enum Kind { case library, program, kernels(flags: [String]) }
    let name: String
    var path: String?
    let imports: [String]
    var kind: Kind = .library
    var hasTests = true
    /// Files that other targets compile.
    var exclude: [String] = []
}

#if arch(x86_64)
    let avx2 = ["-Xcc", "-march=x86-64-v3"]
    let avx512 = ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mavx512vnni", "-Xcc", "-mavx512bf16"]
#else
    let avx2: [String] = []
    let avx512: [String] = []
#endif

/// Instruction-set targets are named to sort after every other module: SwiftPM links in alphabetical
/// order and the linker keeps the first copy of a weak symbol, which must be the baseline's.
let instructionSets = ["PortableKernels", "x86AVX2", "x86AVX512"]

let targets: [TargetSpec] = [
    // L0: values and the operating system
    TargetSpec(name: "Platform", imports: ["Intrinsics", "Embedded"]),
    TargetSpec(name: "Tensors", imports: []),
    TargetSpec(name: "JSON", imports: []),
    TargetSpec(name: "Hashing", imports: []),
    TargetSpec(name: "Telemetry", imports: []),
    // L1
    TargetSpec(name: "Quantization", imports: ["Tensors", "Platform"]),
    TargetSpec(name: "HTTP", imports: ["Platform"]),
    TargetSpec(name: "Safetensors", imports: ["Platform", "JSON"]),
    // L2
    TargetSpec(name: "GGUF", imports: ["Platform", "Quantization"]),
    TargetSpec(
        name: "PortableKernels", path: "Kernels/Portable", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(flags: []), hasTests: false),
    TargetSpec(
        name: "x86AVX2", path: "Kernels/AVX2", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(flags: avx2), hasTests: false),
    TargetSpec(
        name: "x86AVX512", path: "Kernels/AVX512", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(flags: avx512), hasTests: false),
    // L3
    TargetSpec(
        name: "Conversion", imports: ["Platform", "JSON", "Quantization", "GGUF", "Safetensors"], hasTests: false),
    TargetSpec(name: "Compute", imports: ["Platform", "Tensors", "Quantization"] + instructionSets),
    TargetSpec(name: "Tokenization", imports: ["Platform", "GGUF"]),
    TargetSpec(name: "ChatTemplates", imports: ["JSON"]),
    TargetSpec(name: "OutputParsing", imports: ["JSON"]),
    TargetSpec(name: "Sampling", imports: ["Platform", "JSON"]),
    TargetSpec(name: "WireFormats", imports: ["JSON"]),
    // L4
    TargetSpec(name: "Models", imports: ["Platform", "Quantization", "GGUF", "Compute"]),
    TargetSpec(
        name: "ModelStorage",
        imports: ["Platform", "JSON", "Hashing", "Quantization", "GGUF", "HTTP", "Conversion"]),
    // L5
    TargetSpec(
        name: "Inference",
        imports: [
            "Platform", "Hashing", "JSON", "GGUF", "Compute", "Models", "Tokenization", "Sampling", "ChatTemplates",
        ]),
    // L6
    TargetSpec(
        name: "Serving",
        imports: [
            "Platform", "JSON", "Hashing", "Telemetry", "HTTP", "WireFormats", "OutputParsing", "GGUF", "Compute",
            "Tokenization", "Sampling", "ChatTemplates", "ModelStorage", "Inference",
        ],
        exclude: ["Web"]),
    // L7
    TargetSpec(
        name: "swiftllm",
        imports: [
            "Platform", "Tensors", "JSON", "Quantization", "GGUF", "Compute", "Models", "Tokenization", "Sampling",
            "ChatTemplates", "Hashing", "HTTP", "WireFormats", "ModelStorage", "Inference", "Serving",
        ],
        kind: .program),
    TargetSpec(
        name: "KernelBench", path: "Kernels/Bench",
        imports: ["Platform", "Quantization", "Compute", "Sampling"],
        kind: .program, hasTests: false),
]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
]

/// Every target but the kernels, which are pointers by nature and fenced by the target wall.
let checkedSettings = settings + [.strictMemorySafety()]

func target(_ spec: TargetSpec) -> Target {
    let imports = spec.imports.map { Target.Dependency(stringLiteral: $0) }
    switch spec.kind {
    case .library:
        return .target(
            name: spec.name, dependencies: imports, path: spec.path, exclude: spec.exclude,
            swiftSettings: checkedSettings)
    case .program:
        let isKernelProgram = spec.path?.hasPrefix("Kernels/") ?? false
        return .executableTarget(
            name: spec.name, dependencies: imports, path: spec.path,
            swiftSettings: isKernelProgram ? settings : checkedSettings)
    case .kernels(let flags):
        // On another architecture an x86 target is empty: no text of the vectors that all sets share.
        let isEmpty = spec.name.hasPrefix("x86") && flags.isEmpty
        return .target(
            name: spec.name, dependencies: imports, path: spec.path, exclude: isEmpty ? ["Vector", "Blocks"] : [],
            swiftSettings: settings + [.unsafeFlags(["-Ounchecked"] + flags)])
    }
}

/// A module's tests see the module, everything that it imports, and the shared test support.
func tests(_ spec: TargetSpec) -> Target? {
    guard spec.hasTests else { return nil }
    let imports = [spec.name, "TestSupport", "HeapCounter"] + spec.imports
    return .testTarget(
        name: "\(spec.name)Tests", dependencies: imports.map { Target.Dependency(stringLiteral: $0) },
        swiftSettings: settings)
}

let package = Package(
    name: "swiftllm",
    targets: [
        .systemLibrary(name: "Intrinsics", path: "Kernels/Intrinsics"),
        .target(name: "Embedded"),
    ]
        + targets.map(target)
        + targets.compactMap(tests)
        + [
            .target(name: "HeapCounter", path: "Tests/HeapCounter"),
            .target(
                name: "TestSupport", dependencies: ["Platform"], path: "Tests/TestSupport", swiftSettings: settings),
            .executableTarget(
                name: "Fuzzer",
                dependencies: [
                    "TestSupport", "Platform", "Quantization", "GGUF", "Conversion", "Tokenization", "Compute",
                    "Models",
                ],
                path: "Tests/Fuzzer", swiftSettings: settings),
            .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: settings),
            // Converted models are held against what other engines compute: the tests load them.
            .testTarget(
                name: "ConversionTests",
                dependencies: [
                    "Platform", "JSON", "Hashing", "Quantization", "GGUF", "Safetensors", "Conversion", "Tokenization",
                    "Compute", "Models", "TestSupport",
                ],
                swiftSettings: settings),
            .testTarget(
                name: "KernelTests", dependencies: ["Platform", "Tensors", "Quantization", "Compute"],
                swiftSettings: settings),
        ],
    cLanguageStandard: .c2x
)
