#if arch(arm64)
    import Intrinsics

    // What differs between instruction sets in the text of `Vector/`: here for NEON with the dot product.

    @inline(__always)
    func multiplyAdd16(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float> {
        c.addingProduct(a, b)
    }

    /// Sixteen half-precision numbers as float32, exact.
    @inline(__always)
    func loadHalf16(_ p: UnsafeRawPointer) -> SIMD16<Float> {
        SIMD16(
            lowHalf: SIMD8(lowHalf: isa_load_half4(p), highHalf: isa_load_half4(p + 8)),
            highHalf: SIMD8(lowHalf: isa_load_half4(p + 16), highHalf: isa_load_half4(p + 24)))
    }

    /// The nearest half-precision numbers, ties to even.
    @inline(__always)
    func storeHalf16(_ value: SIMD16<Float>, to p: UnsafeMutableRawPointer) {
        isa_store_half4(p, value.lowHalf.lowHalf)
        isa_store_half4(p + 8, value.lowHalf.highHalf)
        isa_store_half4(p + 16, value.highHalf.lowHalf)
        isa_store_half4(p + 24, value.highHalf.highHalf)
    }

    /// The entries of a table that bytes 0..<16 number.
    @inline(__always)
    func lookUp16(_ table: SIMD16<UInt8>, _ indices: SIMD16<UInt32>) -> SIMD16<UInt32> {
        eachQuarter(indices) { isa_look_up(table, $0) }
    }

    /// The low bytes of integers.
    @inline(__always)
    func lowBytes16(_ v: SIMD16<Int32>) -> SIMD16<UInt8> {
        isa_low_bytes(v.lowHalf.lowHalf, v.lowHalf.highHalf, v.highHalf.lowHalf, v.highHalf.highHalf)
    }

    /// Floats nearest to any integers.
    @inline(__always)
    func floats16(_ v: SIMD16<Int32>) -> SIMD16<Float> { floats(v) }

    /// Adds four products a lane: codes of keys, top bits flipped, and a query's four codes.
    @inline(__always)
    func addKeyProducts16(_ sums: SIMD16<Int32>, _ keys: SIMD16<UInt32>, _ query: UInt32) -> SIMD16<Int32> {
        var sums = sums
        addProducts(&sums, keys ^ 0x8080_8080, SIMD16(repeating: query))
        return sums
    }

    /// Adds four products a lane: codes of values, and four weights 0...255.
    ///
    /// A weight's top bit as a signed byte is −128, whose products are taken away.
    @inline(__always)
    func addValueProducts16(_ sums: SIMD16<Int32>, _ values: SIMD16<UInt32>, _ weights: UInt32) -> SIMD16<Int32> {
        var sums = sums
        addProducts(&sums, values, SIMD16(repeating: weights & 0x7F7F_7F7F))
        var negative = SIMD16<Int32>()
        addProducts(&negative, values, SIMD16(repeating: weights & 0x8080_8080))
        return sums &- negative
    }

    /// Register tile of matrix products: sixteen sums, four weights and a token's columns of 32 registers.
    typealias WideTile = Tokens<4>
#endif
