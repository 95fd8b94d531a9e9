internal import Intrinsics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The instruction-set extensions that the kernels ask for.
package struct CPUFeatures: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// AVX2, FMA, F16C, BMI2 (x86-64-v3).
    package static let avx2 = CPUFeatures(rawValue: 1)
    /// AVX-512 F, BW, DQ, VL, CD (x86-64-v4).
    package static let avx512 = CPUFeatures(rawValue: 2)
    package static let avx512VNNI = CPUFeatures(rawValue: 4)
    package static let avx512BF16 = CPUFeatures(rawValue: 8)
    package static let avx512VBMI = CPUFeatures(rawValue: 32)
    /// Streams of reads are faster when the program fetches ahead: twice on AMD family 0x1A (Zen 5), while on family
    /// 0x19 (Zen 4) the CPU's own prefetcher does better alone.
    package static let wantsPrefetching = CPUFeatures(rawValue: 16)
    /// VNNI on 256-bit registers, for CPUs without AVX-512.
    package static let avxVNNI = CPUFeatures(rawValue: 128)
    /// The dot product of Armv8.2.
    package static let dotProduct = CPUFeatures(rawValue: 64)
    /// Products of small matrices of bytes: i8mm of Armv8.6.
    package static let matrixMultiply = CPUFeatures(rawValue: 256)

    /// Names as the environment variable spells them.
    package static let names: [(name: String, feature: CPUFeatures)] = [
        ("avx2", .avx2), ("avx512", .avx512), ("avx512vnni", .avx512VNNI), ("avx512bf16", .avx512BF16),
        ("avx512vbmi", .avx512VBMI), ("prefetch", .wantsPrefetching), ("avxvnni", .avxVNNI), ("dotprod", .dotProduct),
        ("i8mm", .matrixMultiply),
    ]

    /// What this CPU has and the operating system saves on a context switch.
    package static func detect() -> CPUFeatures {
        #if arch(x86_64)
            return detectX86()
        #elseif arch(arm64)
            return detectARM()
        #else
            return []
        #endif
    }

    /// Detected features less those the mask leaves out.
    ///
    /// - Parameter mask: comma-separated names of the only features to use, as in `SWIFTLLM_CPU_FEATURES=avx2`;
    ///   an empty string means the baseline, nil everything.
    package static func available(mask: String?) -> CPUFeatures {
        let detected = detect()
        guard let mask else { return detected }
        let wanted = mask.split(separator: ",").compactMap { word in names.first { $0.name == word }?.feature }
        return detected.intersection(CPUFeatures(wanted))
    }

    /// The value of `SWIFTLLM_CPU_FEATURES`, the mask for tests of dispatch.
    package static var environmentMask: String? {
        unsafe getenv("SWIFTLLM_CPU_FEATURES").map { unsafe String(cString: $0) }
    }

    #if arch(x86_64)
        private static func detectX86() -> CPUFeatures {
            let leaf1 = cpuid(1, 0)
            let hasXSAVE = leaf1.c & (1 << 27) != 0
            guard hasXSAVE, cpuid(0, 0).a >= 7 else { return [] }
            let saved = isa_xgetbv0()
            let leaf7 = cpuid(7, 0)
            var features: CPUFeatures = isAMD(family: 0x1A, leaf1.a) ? .wantsPrefetching : []
            let v3 = leaf1.c & (1 << 12) != 0 && leaf1.c & (1 << 28) != 0 && leaf1.c & (1 << 29) != 0
            if v3, leaf7.b & (1 << 5) != 0, leaf7.b & (1 << 8) != 0, saved & 0x6 == 0x6 { features.insert(.avx2) }
            if features.contains(.avx2), cpuid(7, 1).a & (1 << 4) != 0 { features.insert(.avxVNNI) }
            let foundation: UInt32 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31
            guard features.contains(.avx2), leaf7.b & foundation == foundation, saved & 0xE6 == 0xE6 else {
                return features
            }
            features.insert(.avx512)
            if leaf7.c & (1 << 11) != 0 { features.insert(.avx512VNNI) }
            #if EVEX
                // The kernels for AVX-VNNI were built for this encoding.
                if features.contains(.avx512VNNI) { features.insert(.avxVNNI) }
            #endif
            if leaf7.c & (1 << 1) != 0 { features.insert(.avx512VBMI) }
            if cpuid(7, 1).a & (1 << 5) != 0 { features.insert(.avx512BF16) }
            return features
        }

        /// Whether leaf 1 describes an AMD CPU of that family or a later one.
        private static func isAMD(family: UInt32, _ signature: UInt32) -> Bool {
            let vendor = cpuid(0, 0)
            let isAMD = vendor.b == 0x6874_7541 && vendor.d == 0x6974_6E65 && vendor.c == 0x444D_4163
            let base = (signature >> 8) & 15
            return isAMD && base == 15 && base + (signature >> 20) & 255 >= family
        }

        private static func cpuid(_ leaf: UInt32, _ sub: UInt32) -> (a: UInt32, b: UInt32, c: UInt32, d: UInt32) {
            var registers = InlineArray<4, UInt32>(repeating: 0)
            var span = registers.mutableSpan
            unsafe span.withUnsafeMutableBufferPointer { unsafe isa_cpuid(leaf, sub, $0.baseAddress) }
            return (registers[0], registers[1], registers[2], registers[3])
        }
    #elseif arch(arm64)
        private static func detectARM() -> CPUFeatures {
            #if os(Linux)
                let hasDotProduct = isa_hwcap() & (1 << 20) != 0
                let hasMatrixMultiply = isa_hwcap2() & (1 << 13) != 0
            #else
                let hasDotProduct = hasFeature("hw.optional.arm.FEAT_DotProd")
                let hasMatrixMultiply = hasFeature("hw.optional.arm.FEAT_I8MM")
            #endif
            var features: CPUFeatures = hasDotProduct ? .dotProduct : []
            if hasMatrixMultiply { features.insert(.matrixMultiply) }
            return features
        }

        #if !os(Linux)
            private static func hasFeature(_ name: String) -> Bool {
                var value: Int32 = 0
                var size = MemoryLayout<Int32>.size
                return unsafe sysctlbyname(name, &value, &size, nil, 0) == 0 && value == 1
            }
        #endif
    #endif
}
