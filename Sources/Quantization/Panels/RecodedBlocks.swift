/// Blocks that a panel holds in other words than the file, from which kernels unpack faster.
///
/// In all of them a kernel reads words in ascending order: where it had to read scales at the end of a block first, the
/// CPU did not fetch ahead, and a block cost the latency of memory once or twice (measured on Zen 4).
protocol RecodedBlocks {
    /// Bytes of a block in a panel.
    static var bytesPerBlock: Int { get }
    /// Writes a block of the file as it is in a panel.
    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer)
    /// The inverse.
    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer)
}

extension QuantizationType {
    /// How panels hold blocks of this type; nil where it is as the file does.
    var recoding: (any RecodedBlocks.Type)? {
        switch self {
        case .iq1_s: RecodedIQ1_S.self
        case .iq1_m: RecodedIQ1_M.self
        case .iq2_s: RecodedIQ2_S.self
        case .iq2_xs: RecodedIQ2_XS.self
        case .iq3_xxs: ReorderedIQ3_XXS.self
        case .iq3_s: ReorderedIQ3_S.self
        case .q3_K: ReorderedQ3_K.self
        default: nil
        }
    }

    /// Bytes of a block in a panel of `TransposedBlocks`.
    var recodedBytesPerBlock: Int { recoding?.bytesPerBlock ?? bytesPerBlock }
}

/// The file's words in another order.
private protocol ReorderedBlocks: RecodedBlocks {
    /// Bytes in front of the words.
    static var headBytes: Int { get }
    /// The word of the file for each in a panel.
    static var order: [Int] { get }
}

extension ReorderedBlocks {
    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe recoded.copyMemory(from: block, byteCount: bytesPerBlock)
        for (place, word) in order.enumerated() {
            unsafe recoded.set(word32: block.word32(at: headBytes + word * 4), at: headBytes + place * 4)
        }
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        unsafe block.copyMemory(from: recoded, byteCount: bytesPerBlock)
        for (place, word) in order.enumerated() {
            unsafe block.set(word32: recoded.word32(at: headBytes + place * 4), at: headBytes + word * 4)
        }
    }
}

/// d; per group of 32 two words of indices and one of signs and s.
private enum ReorderedIQ3_XXS: ReorderedBlocks {
    static let bytesPerBlock = 98
    static let headBytes = 2
    static let order = (0..<8).flatMap { [2 * $0, 2 * $0 + 1, 16 + $0] }
}

/// d; scales; ninth bits; per group of 32 two words of indices and one of signs.
private enum ReorderedIQ3_S: ReorderedBlocks {
    static let bytesPerBlock = 110
    static let headBytes = 2
    static let order = [26, 16, 17] + (0..<8).flatMap { [2 * $0, 2 * $0 + 1, 18 + $0] }
}

/// Scales; third bits; the others; d.
private enum ReorderedQ3_K: ReorderedBlocks {
    static let bytesPerBlock = 110
    static let headBytes = 0
    static let order = [24, 25, 26] + Array(0..<24)
}

/// The entries of 64 columns of a split codebook: two words of bytes `h | m << 4`, a word of l for both: byte i has
/// that of entries i and 4 + i, low half and high half.
private struct SplitEntries {
    let codes: SplitCodebook
    /// Where they begin in a block.
    let start: Int
    /// Bytes from one run of 64 columns to the next.
    let stride: Int

    func write(to target: UnsafeMutableRawPointer, _ number: (Int) -> Int) {
        for entry in 0..<32 {
            let code = codes.codes[number(entry)]
            let run = start + entry / 8 * stride
            unsafe target.set(byte: UInt8(code & 0xFF), at: run + entry % 8)
            let last = run + 8 + entry % 4
            let low = entry % 8 < 4 ? 0 : unsafe target.load(fromByteOffset: last, as: UInt8.self)
            unsafe target.set(byte: low | UInt8(code >> 8) << (entry % 8 < 4 ? 0 : 4), at: last)
        }
    }

    /// The number that an entry has in the file.
    func number(_ entry: Int, of source: UnsafeRawPointer) -> UInt16 {
        let run = start + entry / 8 * stride
        let last = unsafe UInt16(source.byte(at: run + 8 + entry % 4) >> (entry % 8 < 4 ? 0 : 4) & 15)
        return unsafe codes.numbers[Int(UInt16(source.byte(at: run + entry % 8)) | last << 8)]
    }
}

/// d; scales as in the file; per 64 columns entries and two words of signs.
private enum RecodedIQ2_S: RecodedBlocks {
    static let bytesPerBlock = 90
    private static let entries = SplitEntries(codes: .iq2_s, start: 10, stride: 20)

    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe recoded.copyMemory(from: block, byteCount: 2)
        unsafe (recoded + 2).copyMemory(from: block + 74, byteCount: 8)
        unsafe entries.write(to: recoded) { entry in
            let high = unsafe block.byte(at: 66 + entry / 4) &>> UInt8(entry % 4 * 2) & 3
            return unsafe Int(block.byte(at: 2 + entry)) | Int(high) << 8
        }
        for run in 0..<4 { unsafe (recoded + (22 + run * 20)).copyMemory(from: block + (34 + run * 8), byteCount: 8) }
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        unsafe block.copyMemory(from: recoded, byteCount: 2)
        for four in 0..<8 {
            var high: UInt8 = 0
            for l in 0..<4 {
                let number = unsafe entries.number(four * 4 + l, of: recoded)
                unsafe block.set(byte: UInt8(number & 0xFF), at: 2 + four * 4 + l)
                high |= UInt8(number >> 8) << UInt8(2 * l)
            }
            unsafe block.set(byte: high, at: 66 + four)
        }
        for run in 0..<4 { unsafe (block + (34 + run * 8)).copyMemory(from: recoded + (22 + run * 20), byteCount: 8) }
        unsafe (block + 74).copyMemory(from: recoded + 2, byteCount: 8)
    }
}

/// d; a half byte per group: s and above it the sign; entries.
private enum RecodedIQ1_S: RecodedBlocks {
    static let bytesPerBlock = 54
    private static let entries = SplitEntries(codes: .iq1, start: 6, stride: 12)

    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe recoded.copyMemory(from: block, byteCount: 2)
        unsafe entries.write(to: recoded) { entry in
            let high = unsafe block.word16(at: 34 + entry / 4 * 2) &>> UInt16(entry % 4 * 3) & 7
            return unsafe Int(block.byte(at: 2 + entry)) | Int(high) << 8
        }
        for pair in 0..<4 {
            let low = unsafe block.word16(at: 34 + pair * 4) >> 12
            let high = unsafe block.word16(at: 36 + pair * 4) >> 12
            unsafe recoded.set(byte: UInt8(low | high << 4), at: 2 + pair)
        }
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        unsafe block.copyMemory(from: recoded, byteCount: 2)
        for group in 0..<8 {
            var word = unsafe UInt16(recoded.byte(at: 2 + group / 2) >> UInt8(group % 2 * 4)) << 12
            for l in 0..<4 {
                let number = unsafe entries.number(group * 4 + l, of: recoded)
                unsafe block.set(byte: UInt8(number & 0xFF), at: 2 + group * 4 + l)
                word |= (number >> 8) << UInt16(3 * l)
            }
            unsafe block.set(word16: word, at: 34 + group * 2)
        }
    }
}

/// 32 signs; scales as in the file; entries.
private enum RecodedIQ1_M: RecodedBlocks {
    static let bytesPerBlock = 60
    private static let entries = SplitEntries(codes: .iq1, start: 12, stride: 12)

    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe entries.write(to: recoded) { entry in
            let high = unsafe block.byte(at: 32 + entry / 2) &>> UInt8(entry % 2 * 4) & 7
            return unsafe Int(block.byte(at: entry)) | Int(high) << 8
        }
        for four in 0..<4 {
            var signs: UInt8 = 0
            for pair in 0..<4 {
                let byte = unsafe block.byte(at: 32 + four * 4 + pair)
                signs |= (byte >> 3 & 1 | byte >> 6 & 2) << UInt8(2 * pair)
            }
            unsafe recoded.set(byte: signs, at: four)
        }
        unsafe (recoded + 4).copyMemory(from: block + 48, byteCount: 8)
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        for pair in 0..<16 {
            let signs = unsafe recoded.byte(at: pair / 4) >> UInt8(pair % 4 * 2)
            var high = (signs & 1) << 3 | (signs & 2) << 6
            for l in 0..<2 {
                let number = unsafe entries.number(pair * 2 + l, of: recoded)
                unsafe block.set(byte: UInt8(number & 0xFF), at: pair * 2 + l)
                high |= UInt8(number >> 8) << UInt8(4 * l)
            }
            unsafe block.set(byte: high, at: 32 + pair)
        }
        unsafe (block + 48).copyMemory(from: recoded + 4, byteCount: 8)
    }
}

/// d; scales as in the file; per group of 32 a word of four low bytes of indices and one of four times seven signs and
/// four ninth bits.
private enum RecodedIQ2_XS: RecodedBlocks {
    static let bytesPerBlock = 74

    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe recoded.copyMemory(from: block, byteCount: 2)
        for group in 0..<8 {
            var (low, high): (UInt32, UInt32) = (0, 0)
            for l in 0..<4 {
                let word = unsafe UInt32(block.word16(at: 2 + group * 8 + l * 2))
                low |= (word & 0xFF) << UInt32(8 * l)
                high |= (word >> 9) << UInt32(7 * l) | (word >> 8 & 1) << UInt32(28 + l)
            }
            unsafe recoded.set(word32: low, at: 10 + group * 8)
            unsafe recoded.set(word32: high, at: 14 + group * 8)
        }
        unsafe (recoded + 2).copyMemory(from: block + 66, byteCount: 8)
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        unsafe block.copyMemory(from: recoded, byteCount: 2)
        for group in 0..<8 {
            let low = unsafe recoded.word32(at: 10 + group * 8)
            let high = unsafe recoded.word32(at: 14 + group * 8)
            for l in 0..<4 {
                let signs = (high >> UInt32(7 * l) & 127) << 9
                let word = low >> UInt32(8 * l) & 0xFF | (high >> UInt32(28 + l) & 1) << 8 | signs
                let place = 2 + group * 8 + l * 2
                unsafe block.set(word16: UInt16(word), at: place)
            }
        }
        unsafe (block + 66).copyMemory(from: recoded + 2, byteCount: 8)
    }
}
