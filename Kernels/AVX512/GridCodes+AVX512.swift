#if arch(x86_64)
    import Intrinsics
    import Quantization

    // Codebooks by permutation. A gather of sixteen takes 17 cycles (Zen 4) and finds 64 bytes; vpermi2b takes one and
    // finds 64 bytes of 128. An entry of eight levels of two bits each is two bytes, so 256 entries are eight
    // registers:
    //
    //     first = vpermi2b(number, table), twice, and the right half by bit 7   four levels of 64 entries
    //     vpmultishiftqb(first)                                                 a quad: a level's number to a byte
    //     vpermb(number and sign, levels)                                       its code
    //
    // All of these start once a cycle, so they are what counts. vpermb reads six bits, of which number and sign may be
    // any: one vpmultishiftqb of signs serves two quads, the even one by bit 1 and the odd one by bit 5.
    //
    // VBMI is in every CPU with AVX-512 VNNI but Cascade Lake and Cooper Lake, so these kernels are rows of their own.

    /// Rows for CPUs with VBMI.
    func permutedGridKernel(_ type: QuantizationType) -> MatrixKernel? {
        switch type {
        case .iq2_xxs: MatrixKernel(activations: .int8Per256) { multiplyIQ2_XXS($0, PermutedEights.self) }
        case .iq2_xs: MatrixKernel(activations: .int8Per256) { multiplyIQ2_XS($0, PermutedEights.self) }
        case .iq2_s: MatrixKernel(activations: .int8Per256) { multiplyIQ2_S($0, PermutedEights.self) }
        case .iq3_xxs: MatrixKernel(activations: .int8Per256) { multiplyIQ3_XXS($0, PermutedFours.self) }
        case .iq3_s: MatrixKernel(activations: .int8Per256) { multiplyIQ3_S($0, PermutedFours.self) }
        case .iq1_s: MatrixKernel(activations: .int8Per256) { multiplyIQ1_S($0, PermutedEights.self) }
        case .iq1_m: MatrixKernel(activations: .int8Per256) { multiplyIQ1_M($0, PermutedEights.self) }
        default: nil
        }
    }

    private struct PermutedEights: EightLevelEntries {
        /// A byte an entry: numbers of its first four levels in two bits each, and of its last four.
        private let first: __m512i
        private let second: __m512i
        private let codes: Codes

        @inline(__always)
        init(_ tables: EntryTables, first: SIMD16<UInt32>, second: SIMD16<UInt32>) {
            self.first = lookUp256(tables.first, vector(first))
            self.second = lookUp256(tables.second, vector(second))
            codes = Codes(tables)
        }

        @inline(__always)
        init(_ tables: EntryTables, _ low: SIMD16<UInt32>, ninths: SIMD16<UInt32>) {
            let isUpper = bytesMask(vector(ninths), bit: 28)
            first = lookUp512(tables.first, vector(low), isUpper)
            second = lookUp512(tables.second, vector(low), isUpper)
            codes = Codes(tables)
        }

        @inline(__always)
        static func evenSigns(_ bits: SIMD16<UInt32>, _ tables: EntryTables) -> SIMD16<UInt32> {
            permutedEvenSigns(bits, tables)
        }

        /// Numbers of a quad's levels in two bits of bytes.
        @inline(__always)
        private func numbers(_ i: Int, at bit: Int) -> __m512i {
            fields(i % 2 == 0 ? first : second, from: 8 * (i / 2) - bit, apart: 2)
        }

        @inline(__always)
        func signed(_ i: Int, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32> {
            codes.quad(i, numbers(i, at: Codes.numberBit(i)), signs)
        }

        @inline(__always)
        func ternary(_ i: Int) -> SIMD16<UInt32> { words(numbers(i, at: 0)) & 0x0303_0303 }

        @inline(__always)
        func eighths(_ i: Int, _ minus: SIMD16<UInt32>) -> SIMD16<UInt32> {
            codes.odd(numbers(i, at: 0), minus: fields(vector(minus), from: i / 2 - 5, apart: 0))
        }
    }

    private struct PermutedFours: FourLevelEntries {
        /// Sixteen bits an entry, a level's number in each four: entries 0 and 2, 1 and 3, 4 and 6, 5 and 7.
        private let pairs: (__m512i, __m512i, __m512i, __m512i)
        private let codes: Codes

        @inline(__always)
        init(_ tables: EntryTables, _ low: SIMD16<UInt32>, _ high: SIMD16<UInt32>) {
            self.init(
                tables, (lookUp256(tables.first, vector(low)), lookUp256(tables.second, vector(low))),
                (lookUp256(tables.first, vector(high)), lookUp256(tables.second, vector(high))))
        }

        @inline(__always)
        init(_ tables: EntryTables, _ low: SIMD16<UInt32>, _ high: SIMD16<UInt32>, ninths: SIMD16<UInt32>) {
            let isUpperLow = bytesMask(vector(ninths), bit: 0)
            let isUpperHigh = bytesMask(vector(ninths), bit: 4)
            let (low, high) = (vector(low), vector(high))
            self.init(
                tables, (lookUp512(tables.first, low, isUpperLow), lookUp512(tables.second, low, isUpperLow)),
                (lookUp512(tables.first, high, isUpperHigh), lookUp512(tables.second, high, isUpperHigh)))
        }

        /// - Parameters:
        ///   - low: halves of entries 0..<4, a byte each.
        ///   - high: halves of entries 4..<8.
        @inline(__always)
        private init(_ tables: EntryTables, _ low: (__m512i, __m512i), _ high: (__m512i, __m512i)) {
            let (a, b, c, d) = (words(low.0), words(low.1), words(high.0), words(high.1))
            let even: UInt32 = 0x00FF_00FF
            let odd = ~even
            pairs = (
                vector(a & even | (b &<< 8) & odd), vector((a &>> 8) & even | b & odd),
                vector(c & even | (d &<< 8) & odd), vector((c &>> 8) & even | d & odd)
            )
            codes = Codes(tables)
        }

        @inline(__always)
        static func evenSigns(_ bits: SIMD16<UInt32>, _ tables: EntryTables) -> SIMD16<UInt32> {
            permutedEvenSigns(bits, tables)
        }

        @inline(__always)
        func signed(_ i: Int, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32> {
            let pair = i < 4 ? (i % 2 == 0 ? pairs.0 : pairs.1) : (i % 2 == 0 ? pairs.2 : pairs.3)
            return codes.quad(i, fields(pair, from: 16 * (i % 4 / 2) - Codes.numberBit(i), apart: 4), signs)
        }
    }

    @inline(__always)
    private func vector(_ words: SIMD16<UInt32>) -> __m512i { unsafeBitCast(words, to: __m512i.self) }

    @inline(__always)
    private func words(_ vector: __m512i) -> SIMD16<UInt32> { unsafeBitCast(vector, to: SIMD16<UInt32>.self) }

    /// Codes of level numbers and signs: `EntryTables.signedLevels`.
    private struct Codes {
        private let evenLevels: __m512i
        private let oddLevels: __m512i

        @inline(__always)
        init(_ tables: EntryTables) {
            evenLevels = load512(tables.signedLevels)
            oddLevels = load512(tables.signedLevels + 64)
        }

        /// Where the numbers of a quad begin in bytes.
        @inline(__always)
        static func numberBit(_ i: Int) -> Int { i % 2 == 0 ? 3 : 0 }

        /// - Parameter signs: bits 4i..<4i + 4 are the quad's.
        @inline(__always)
        func quad(_ i: Int, _ numbers: __m512i, _ signs: SIMD16<UInt32>) -> SIMD16<UInt32> {
            let minus = fields(vector(signs), from: 8 * (i / 2) - 1, apart: 1)
            if i % 2 == 1 { return odd(numbers, minus: minus) }
            let places = words(numbers) & 0xFDFD_FDFD | words(minus) & 0x0202_0202
            return words(isa_permb(evenLevels, vector(places)))
        }

        /// - Parameter minus: bit 5 of bytes counts.
        @inline(__always)
        func odd(_ numbers: __m512i, minus: __m512i) -> SIMD16<UInt32> {
            let places = words(numbers) & 0xDFDF_DFDF | words(minus) & 0x2020_2020
            return words(isa_permb(oddLevels, vector(places)))
        }
    }

    /// Byte j of every row: eight bits from bit `from + apart · j` of the row's word, those behind it from elsewhere.
    @inline(__always)
    private func fields(_ words: __m512i, from: Int, apart: Int) -> __m512i {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Two rows are a group of 64 bits; shifts count modulo 64.
        let shifts = 0x2020_2020_0000_0000 &+ 0x0302_0100_0302_0100 &* UInt64(apart) &+ ones &* UInt64(from & 63)
        return isa_multishift(words, _mm512_set1_epi64(Int64(bitPattern: shifts)))
    }

    /// A mask of all bytes: bits `bit`..<`bit + 4` of each row's word.
    @inline(__always)
    private func bytesMask(_ words: __m512i, bit: Int) -> __mmask64 {
        _mm512_movepi8_mask(fields(words, from: bit - 7, apart: 1))
    }

    /// Bytes of a table of 256 by bytes.
    @inline(__always)
    private func lookUp256(_ table: UnsafeRawPointer, _ places: __m512i) -> __m512i {
        _mm512_mask_blend_epi8(_mm512_movepi8_mask(places), lookUp128(table, places), lookUp128(table + 128, places))
    }

    /// Bytes of a table of 512 by bytes and a ninth bit.
    @inline(__always)
    private func lookUp512(_ table: UnsafeRawPointer, _ places: __m512i, _ isUpper: __mmask64) -> __m512i {
        _mm512_mask_blend_epi8(isUpper, lookUp256(table, places), lookUp256(table + 256, places))
    }

    /// Bytes of a table of 128 by the low seven bits of bytes.
    @inline(__always)
    private func lookUp128(_ table: UnsafeRawPointer, _ places: __m512i) -> __m512i {
        isa_permi2b(places, load512(table), load512(table + 64))
    }

    @inline(__always)
    private func permutedEvenSigns(_ bits: SIMD16<UInt32>, _ tables: EntryTables) -> SIMD16<UInt32> {
        words(lookUp128(tables.evenSigns, fields(vector(bits), from: 0, apart: 7)))
    }
#endif
