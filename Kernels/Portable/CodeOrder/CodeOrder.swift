// What differs between the sets of `Words/` in how unpacked bytes lie in scratch: here four columns of a row side by side.

/// Stores the codes of columns 4 · index..<4 · index + 4.
@inline(__always)
func storeCodes(_ codes: SIMD16<UInt32>, at index: Int, in base: UnsafeMutableRawPointer) {
    base.storeBytes(of: codes, toByteOffset: index &* 64, as: SIMD16<UInt32>.self)
}

/// `Σ v·x` or `Σ u·x` over a group, of tokens that lie side by side.
@inline(__always)
func codeDots<let T: Int, let G: Int, let M: Int>(
    _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ values: UnsafeRawPointer, _ x: UnsafeRawPointer, _ n: Int
) -> InlineArray<T, SIMD16<Int32>> {
    var dots = InlineArray<T, SIMD16<Int32>>(repeating: .zero)
    for g in 0..<G / 4 {
        let codes = (values + g * 64).loadUnaligned(as: SIMD16<UInt32>.self)
        let bytes =
            M == 0 ? FourBytes(unsigned: codes) : FourBytes(unsigned: codes, minus: Int16(truncatingIfNeeded: M))
        Tokens<T>.each { t in bytes.addDot(FourBytes(broadcasting: x + (g &* n &+ t) &* 4), to: &dots[t]) }
    }
    return dots
}
