import PortableKernels

#if arch(x86_64)
    import x86AVX2
    import x86AVX512
#endif

/// The loops that measure what the machine can do at most, for one instruction set.
struct Ceilings {
    /// Loops that read so many bytes, a multiple of 512; which is the fastest depends on the CPU.
    let reads: [@Sendable (UnsafeRawPointer, Int) -> Int]
    let peaks: [Peak]

    /// A loop on registers.
    struct Peak {
        let name: String
        let operationsPerRound: Double
        let run: @Sendable (UnsafeRawPointer, Int) -> Int
    }

    /// Ceilings of the kernel set of that name.
    static func of(_ set: String) -> Ceilings {
        #if arch(x86_64)
            if set.hasPrefix("AVX-512") {
                var peaks = [
                    Peak(name: "int8", operationsPerRound: 12 * 128) { AVX512Ceilings.dotInt8($0, rounds: $1) },
                    Peak(name: "float32", operationsPerRound: 12 * 32) {
                        AVX512Ceilings.multiplyAddFloats($0, rounds: $1)
                    },
                ]
                if set.hasSuffix("BF16") {
                    peaks.append(
                        Peak(name: "bfloat16", operationsPerRound: 12 * 64) {
                            AVX512Ceilings.dotBFloat16($0, rounds: $1)
                        })
                }
                let reads: [@Sendable (UnsafeRawPointer, Int) -> Int] = [
                    { AVX512Ceilings.read($0, byteCount: $1, prefetchDistance: 0) },
                    { AVX512Ceilings.read($0, byteCount: $1, prefetchDistance: 4096) },
                    { AVX512Ceilings.read($0, byteCount: $1, prefetchDistance: 8192) },
                ]
                return Ceilings(reads: reads, peaks: peaks)
            }
            if set == "AVX2" {
                let peaks = [
                    Peak(name: "int8", operationsPerRound: 12 * 64) { AVX2Ceilings.dotInt8($0, rounds: $1) },
                    Peak(name: "float32", operationsPerRound: 12 * 16) {
                        AVX2Ceilings.multiplyAddFloats($0, rounds: $1)
                    },
                ]
                return Ceilings(reads: [{ AVX2Ceilings.read($0, byteCount: $1) }], peaks: peaks)
            }
        #endif
        return Ceilings(
            reads: [{ PortableCeilings.read($0, byteCount: $1) }],
            peaks: [
                Peak(name: "float32", operationsPerRound: PortableCeilings.operationsPerRound) {
                    PortableCeilings.multiplyAddFloats($0, rounds: $1)
                }
            ])
    }
}
