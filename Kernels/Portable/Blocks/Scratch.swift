/// 16 KB, and 1 KB more, on the stack of a kernel.
///
/// Nested, because the initialiser of a long `InlineArray` is no longer inlined: a function of the standard library
/// compiled for this instruction set, which the linker might give to everyone (`.ci/audit-kernels`).
struct Scratch {
    typealias Four<Element> = InlineArray<4, Element>
    static var byteCount: Int { 16 << 10 }
    var bytes: Four<Four<Four<Four<SIMD16<Float>>>>>
    var more: Four<Four<SIMD16<Float>>>

    @inline(__always)
    init() {
        more = Four(repeating: Four(repeating: .zero))
        bytes = Four(repeating: Four(repeating: more))
    }
}

/// 4 KB, which a block's scales and minima fit into: setting up more for every piece of a small matrix would show.
struct ScaleScratch {
    var bytes: Scratch.Four<Scratch.Four<Scratch.Four<SIMD16<Float>>>>

    @inline(__always)
    init() {
        let lines = Scratch.Four(repeating: Scratch.Four(repeating: SIMD16<Float>.zero))
        bytes = Scratch.Four(repeating: lines)
    }
}
