#if arch(arm64)
    import Intrinsics

    // What differs between instruction sets in the text of `Words/`: here for CPUs with the dot product (Armv8.2). SDOT
    // adds four products of signed bytes to each of four sums. Codes are below 128, so they are signed bytes as they are.

    /// Four signed bytes of each of sixteen rows.
    struct FourBytes {
        private let bytes: SIMD16<UInt32>

        /// - Parameter bytes: sixteen rows of four bytes below 128.
        @inline(__always)
        init(unsigned bytes: SIMD16<UInt32>) { self.bytes = bytes }

        /// - Parameter bytes: sixteen rows of four signed bytes whose top bits are flipped.
        @inline(__always)
        init(flipped bytes: SIMD16<UInt32>) { self.bytes = bytes ^ 0x8080_8080 }

        /// - Parameter offset: what is taken from every byte.
        @inline(__always)
        init(unsigned bytes: SIMD16<UInt32>, minus offset: Int16) {
            self.bytes = eachQuarter(bytes) {
                let codes = unsafeBitCast($0, to: SIMD16<UInt8>.self)
                return unsafeBitCast(codes &- UInt8(truncatingIfNeeded: offset), to: SIMD4<UInt32>.self)
            }
        }

        /// - Parameter codes: bytes whose low halves count.
        @inline(__always)
        init(nibbles codes: SIMD16<UInt32>) { bytes = codes & 0x0F0F_0F0F }

        /// - Parameter p: four signed bytes, which every row gets.
        @inline(__always)
        init(broadcasting p: UnsafeRawPointer) { bytes = SIMD16(repeating: p.loadUnaligned(as: UInt32.self)) }

        /// Adds `Σ` of four products to each of sixteen lanes.
        @inline(__always)
        func addDot(_ other: FourBytes, to sums: inout SIMD16<Int32>) {
            addProducts(&sums, bytes, other.bytes)
        }
    }

    /// Adds four products of signed bytes to each lane.
    @inline(__always)
    func addProducts(_ sums: inout SIMD16<Int32>, _ a: SIMD16<UInt32>, _ b: SIMD16<UInt32>) {
        sums = SIMD16(
            lowHalf: SIMD8(
                lowHalf: isa_sdot(sums.lowHalf.lowHalf, a.lowHalf.lowHalf, b.lowHalf.lowHalf),
                highHalf: isa_sdot(sums.lowHalf.highHalf, a.lowHalf.highHalf, b.lowHalf.highHalf)),
            highHalf: SIMD8(
                lowHalf: isa_sdot(sums.highHalf.lowHalf, a.highHalf.lowHalf, b.highHalf.lowHalf),
                highHalf: isa_sdot(sums.highHalf.highHalf, a.highHalf.highHalf, b.highHalf.highHalf)))
    }

    /// Exact for |x| < 2²⁴.
    @inline(__always)
    func floats(_ x: SIMD16<Int32>) -> SIMD16<Float> { eachQuarter(x) { isa_floats($0) } }
#endif
