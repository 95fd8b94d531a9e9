#if arch(arm64)
    // A register holds four of sixteen lanes.

    @inline(__always)
    func eachQuarter<A: SIMDScalar, R: SIMDScalar>(_ a: SIMD16<A>, _ body: (SIMD4<A>) -> SIMD4<R>) -> SIMD16<R> {
        SIMD16(
            lowHalf: SIMD8(lowHalf: body(a.lowHalf.lowHalf), highHalf: body(a.lowHalf.highHalf)),
            highHalf: SIMD8(lowHalf: body(a.highHalf.lowHalf), highHalf: body(a.highHalf.highHalf)))
    }
#endif
