// swift-tools-version: 6.2
import PackageDescription

// The layers as data. A target may import its row and nothing else: CI builds with
// `--explicit-target-dependency-import-check error`. Lower rows never import upper ones.

/// One target of the engine: its name, its folder and the modules it may import.
struct TargetSpec {
    enum Kind {
        case library, program
        /// One instruction set's kernels: compiler flags, and the folders of text that it shares with other sets.
        case kernels(flags: [String], shared: [String])
    }
    let name: String
    var path: String?
    let imports: [String]
    var kind: Kind = .library
    var hasTests = true
    /// Files that other targets compile.
    var exclude: [String] = []
}

#if arch(x86_64)
    let host = "x86_64"
#else
    let host = "arm64"
#endif

/// The architecture that is built for; cross builds name it, since a manifest only knows what it runs on.
let architecture = Context.environment["SWIFTLLM_ARCHITECTURE"] ?? host

/// The flags of an instruction set; none where the architecture is another, whose target is then empty.
func flags(_ arch: String, _ options: String...) -> [String] {
    arch == architecture ? options.flatMap { ["-Xcc", $0] } : []
}

/// VNNI on 256 bits; with SWIFTLLM_EVEX=1 in the encoding of CPUs with AVX-512, so that they can test it.
let isEVEX = Context.environment["SWIFTLLM_EVEX"] == "1"
let vnni256 = isEVEX ? flags("x86_64", "-mavx512vl", "-mavx512vnni") : flags("x86_64", "-mavxvnni")

/// Instruction-set targets are named to sort after every other module: SwiftPM links in alphabetical
/// order and the linker keeps the first copy of a weak symbol, which must be the baseline's.
let instructionSets = ["PortableKernels", "v8DotProduct", "v8MatrixMultiply", "x86AVX2", "x86AVX512", "x86AVXVNNI"]

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
        kind: .kernels(flags: [], shared: []), hasTests: false),
    TargetSpec(
        name: "v8DotProduct", path: "Kernels/NEON", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(
            flags: flags("arm64", "-march=armv8.2-a+dotprod"),
            shared: ["Blocks", "CodeOrder", "Registers", "Vector", "Words"]),
        hasTests: false),
    TargetSpec(
        name: "v8MatrixMultiply", path: "Kernels/NEONMatrix", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(
            flags: flags("arm64", "-march=armv8.2-a+dotprod+i8mm"), shared: ["Blocks", "Registers", "Words"]),
        hasTests: false),
    TargetSpec(
        name: "x86AVX2", path: "Kernels/AVX2", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(flags: flags("x86_64", "-march=x86-64-v3"), shared: ["Blocks", "Vector"]), hasTests: false),
    TargetSpec(
        name: "x86AVX512", path: "Kernels/AVX512", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(
            flags: flags("x86_64", "-march=x86-64-v4", "-mavx512vnni", "-mavx512bf16"),
            shared: ["Blocks", "Reductions", "Vector"]),
        hasTests: false),
    TargetSpec(
        name: "x86AVXVNNI", path: "Kernels/AVXVNNI", imports: ["Quantization", "Intrinsics"],
        kind: .kernels(
            flags: flags("x86_64", "-march=x86-64-v3") + vnni256,
            shared: ["Blocks", "Halves", "Reductions", "Vector"]),
        hasTests: false),
    // L3
    TargetSpec(
        name: "Conversion", imports: ["Platform", "JSON", "Quantization", "GGUF", "Safetensors"], hasTests: false),
    TargetSpec(name: "Compute", imports: ["Platform", "Tensors", "Quantization"] + instructionSets),
    TargetSpec(name: "Tokenization", imports: ["Platform", "GGUF"]),
    TargetSpec(name: "ChatTemplates", imports: ["Platform", "JSON"]),
    TargetSpec(name: "OutputParsing", imports: ["JSON"]),
    TargetSpec(name: "Sampling", imports: ["Platform", "JSON"]),
    TargetSpec(name: "WireFormats", imports: ["Platform", "JSON"]),
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

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
        .enableExperimentalFeature("Lifetimes"),
    ] + (isEVEX ? [.define("EVEX")] : [])

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
    case .kernels(let flags, let shared):
        // On another architecture a target is empty.
        return .target(
            name: spec.name, dependencies: imports, path: spec.path, exclude: flags.isEmpty ? shared : [],
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
