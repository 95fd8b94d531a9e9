internal import PortableKernels
package import Quantization

#if arch(x86_64)
    internal import x86AVX2
    internal import x86AVX512
    internal import x86AVXVNNI
#elseif arch(arm64)
    internal import v8DotProduct
    internal import v8MatrixMultiply
#endif

/// The loops that measure what the machine can do at most, for one instruction set.
@safe package struct Ceilings: Sendable {
    /// Which of them is the fastest depends on the CPU.
    package let reads: [Read]
    private let peaks: [Peak]

    /// What an arithmetic loop multiplies.
    package enum Arithmetic: String, Sendable, CaseIterable {
        case int8, bfloat16, float32

        /// What kernels compute in that read activations in this form.
        package init(_ format: ActivationFormat) {
            switch format {
            case .float32: self = .float32
            case .bfloat16: self = .bfloat16
            case .int8Per16, .int8Per32, .int8Per256: self = .int8
            }
        }
    }

    /// A loop on memory.
    @safe package struct Read: Sendable {
        /// Reads so many bytes, a multiple of 512, from memory that holds as many.
        @unsafe package let run: @Sendable (UnsafeRawPointer, Int) -> Int
    }

    /// A loop on registers.
    @safe package struct Peak: Sendable {
        package let arithmetic: Arithmetic
        package let operationsPerRound: Double
        /// Runs so many rounds on 128 bytes of operands.
        @unsafe package let run: @Sendable (UnsafeRawPointer, Int) -> Int
    }

    /// The loop for that arithmetic, or for float32 where the set has no instruction for it.
    package func peak(_ arithmetic: Arithmetic) -> Peak {
        peaks.first { $0.arithmetic == arithmetic } ?? peaks[0]
    }

    /// Ceilings of the instruction set that a kernel set is named after.
    package static func of(_ set: MatrixKernelSet) -> Ceilings {
        #if arch(x86_64)
            if set.name.hasPrefix("AVX-512") { return avx512(hasBF16: set.name.hasSuffix("BF16")) }
            if set.name == "AVX2" { return unsafe avx2 { unsafe AVX2Ceilings.dotInt8($0, rounds: $1) } }
            if set.name == "AVX-VNNI" { return unsafe avx2 { unsafe AVXVNNICeilings.dotInt8($0, rounds: $1) } }
        #elseif arch(arm64)
            if set.name == "NEON dot product" {
                return unsafe neon(operations: 32) { unsafe NEONCeilings.dotInt8($0, rounds: $1) }
            }
            if set.name == "NEON i8mm" {
                return unsafe neon(operations: 64) { unsafe NEONMatrixCeilings.dotInt8($0, rounds: $1) }
            }
        #endif
        return unsafe Ceilings(
            reads: [Read { unsafe PortableCeilings.read($0, byteCount: $1) }],
            peaks: [
                Peak(arithmetic: .float32, operationsPerRound: PortableCeilings.operationsPerRound) {
                    unsafe PortableCeilings.multiplyAddFloats($0, rounds: $1)
                }
            ])
    }

    #if arch(arm64)
        /// Ceilings of sets with NEON, of which only the byte products differ.
        private static func neon(
            operations: Double, dotInt8: @escaping @Sendable (UnsafeRawPointer, Int) -> Int
        ) -> Ceilings {
            unsafe Ceilings(
                reads: [Read { unsafe PortableCeilings.read($0, byteCount: $1) }],
                peaks: [
                    Peak(arithmetic: .float32, operationsPerRound: 16 * 8) {
                        unsafe NEONCeilings.multiplyAddFloats($0, rounds: $1)
                    },
                    Peak(arithmetic: .int8, operationsPerRound: 16 * operations, run: dotInt8),
                ])
        }
    #elseif arch(x86_64)
        /// Ceilings of sets with 256-bit registers, of which only the byte products differ.
        private static func avx2(dotInt8: @escaping @Sendable (UnsafeRawPointer, Int) -> Int) -> Ceilings {
            unsafe Ceilings(
                reads: [Read { unsafe AVX2Ceilings.read($0, byteCount: $1) }],
                peaks: [
                    Peak(arithmetic: .float32, operationsPerRound: 12 * 16) {
                        unsafe AVX2Ceilings.multiplyAddFloats($0, rounds: $1)
                    },
                    Peak(arithmetic: .int8, operationsPerRound: 12 * 64, run: dotInt8),
                ])
        }

        private static func avx512(hasBF16: Bool) -> Ceilings {
            var peaks = unsafe [
                Peak(arithmetic: .float32, operationsPerRound: 12 * 32) {
                    unsafe AVX512Ceilings.multiplyAddFloats($0, rounds: $1)
                },
                Peak(arithmetic: .int8, operationsPerRound: 12 * 128) {
                    unsafe AVX512Ceilings.dotInt8($0, rounds: $1)
                },
            ]
            if hasBF16 {
                unsafe peaks.append(
                    Peak(arithmetic: .bfloat16, operationsPerRound: 12 * 64) {
                        unsafe AVX512Ceilings.dotBFloat16($0, rounds: $1)
                    })
            }
            return unsafe Ceilings(
                reads: [
                    Read { unsafe AVX512Ceilings.read($0, byteCount: $1, prefetchDistance: 0) },
                    Read { unsafe AVX512Ceilings.read($0, byteCount: $1, prefetchDistance: 4096) },
                    Read { unsafe AVX512Ceilings.read($0, byteCount: $1, prefetchDistance: 8192) },
                ], peaks: peaks)
        }
    #endif
}
