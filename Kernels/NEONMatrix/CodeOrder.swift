#if arch(arm64)
    import Intrinsics

    // How unpacked bytes lie in scratch for CPUs that multiply small matrices of bytes (i8mm of Armv8.6): eight columns of
    // a row side by side. SMMLA multiplies two rows of eight columns with two tokens of eight, 32 products where SDOT has
    // 16, so that 32 columns of sixteen rows and four tokens are 64 products instead of 128. Codes are put in order once,
    // when they are unpacked, for all tokens; activations, which other types share, for every tile (8 instructions).
    //
    // Q8_0, Q4_0, Q4_K and Q6_K, whose panels are multiplied as they are, would pay 32 for their order in every tile: they
    // keep SDOT.

    /// Stores the codes of columns 4 · index..<4 · index + 4; an odd index comes after the even one before it.
    @inline(__always)
    func storeCodes(_ codes: SIMD16<UInt32>, at index: Int, in base: UnsafeMutableRawPointer) {
        let eight = base + index / 2 &* 128
        if index % 2 == 0 { return eight.storeBytes(of: codes, as: SIMD16<UInt32>.self) }
        let first = eight.loadUnaligned(as: SIMD16<UInt32>.self)
        eight.storeBytes(of: inTurn(first.lowHalf, codes.lowHalf), as: SIMD16<UInt32>.self)
        eight.storeBytes(of: inTurn(first.highHalf, codes.highHalf), toByteOffset: 64, as: SIMD16<UInt32>.self)
    }

    /// Lanes of one and of the other in turn.
    @inline(__always)
    private func inTurn(_ even: SIMD8<UInt32>, _ odd: SIMD8<UInt32>) -> SIMD16<UInt32> {
        var result = SIMD16<UInt32>()
        result.evenHalf = even
        result.oddHalf = odd
        return result
    }

    /// `Σ v·x` or `Σ u·x` over a group, of one token or of an even number that lie side by side.
    @inline(__always)
    func codeDots<let T: Int, let G: Int, let M: Int>(
        _: Tokens<T>, _: Groups<G>, _: Offset<M>, _ values: UnsafeRawPointer, _ x: UnsafeRawPointer, _ n: Int
    ) -> InlineArray<T, SIMD16<Int32>> {
        var first = PairSums()
        var second = PairSums()
        for g in 0..<G / 8 {
            let columns = x + 2 &* g &* n &* 4
            let codes = EightColumns(values + g * 128, minus: UInt8(truncatingIfNeeded: M))
            first.add(codes, T == 1 ? token(columns, n) : isa_in_turn(columns, columns + 4 &* n))
            if T > 2 { second.add(codes, isa_in_turn(columns + 8, columns + (4 &* n &+ 8))) }
        }
        var dots = InlineArray<T, SIMD16<Int32>>(repeating: .zero)
        dots[0] = first.ofFirstToken
        if T > 1 { dots[1] = first.ofSecondToken }
        if T > 2 { dots[2] = second.ofFirstToken }
        if T > 3 { dots[3] = second.ofSecondToken }
        return dots
    }

    /// Eight columns of one token, twice.
    @inline(__always)
    private func token(_ p: UnsafeRawPointer, _ n: Int) -> SIMD4<UInt32> {
        let first = p.loadUnaligned(as: UInt32.self)
        let second = (p + 4 &* n).loadUnaligned(as: UInt32.self)
        return SIMD4(first, second, first, second)
    }

    /// Eight columns of sixteen rows, two rows to a register.
    private struct EightColumns {
        let low: SIMD16<UInt32>
        let high: SIMD16<UInt32>

        @inline(__always)
        init(_ p: UnsafeRawPointer, minus offset: UInt8) {
            low = subtract(offset, from: p.loadUnaligned(as: SIMD16<UInt32>.self))
            high = subtract(offset, from: (p + 64).loadUnaligned(as: SIMD16<UInt32>.self))
        }
    }

    @inline(__always)
    private func subtract(_ offset: UInt8, from bytes: SIMD16<UInt32>) -> SIMD16<UInt32> {
        if offset == 0 { return bytes }
        return eachQuarter(bytes) {
            unsafeBitCast(unsafeBitCast($0, to: SIMD16<UInt8>.self) &- offset, to: SIMD4<UInt32>.self)
        }
    }

    /// Sums of sixteen rows and two tokens; a register has two rows, of each the first token and the second.
    private struct PairSums {
        private var low = SIMD16<Int32>.zero
        private var high = SIMD16<Int32>.zero

        @inline(__always)
        mutating func add(_ codes: EightColumns, _ tokens: SIMD4<UInt32>) {
            low = Self.products(low, codes.low, tokens)
            high = Self.products(high, codes.high, tokens)
        }

        @inline(__always)
        private static func products(
            _ sums: SIMD16<Int32>, _ codes: SIMD16<UInt32>, _ tokens: SIMD4<UInt32>
        ) -> SIMD16<Int32> {
            SIMD16(
                lowHalf: SIMD8(
                    lowHalf: isa_smmla(sums.lowHalf.lowHalf, codes.lowHalf.lowHalf, tokens),
                    highHalf: isa_smmla(sums.lowHalf.highHalf, codes.lowHalf.highHalf, tokens)),
                highHalf: SIMD8(
                    lowHalf: isa_smmla(sums.highHalf.lowHalf, codes.highHalf.lowHalf, tokens),
                    highHalf: isa_smmla(sums.highHalf.highHalf, codes.highHalf.highHalf, tokens)))
        }

        @inline(__always)
        var ofFirstToken: SIMD16<Int32> { SIMD16(lowHalf: low.evenHalf, highHalf: high.evenHalf) }

        @inline(__always)
        var ofSecondToken: SIMD16<Int32> { SIMD16(lowHalf: low.oddHalf, highHalf: high.oddHalf) }
    }
#endif
