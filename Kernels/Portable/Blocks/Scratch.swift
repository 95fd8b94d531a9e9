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
