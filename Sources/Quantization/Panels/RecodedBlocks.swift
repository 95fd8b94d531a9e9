/// Blocks that a panel holds in other words than the file, from which kernels unpack faster.
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
        default: nil
        }
    }

    /// Bytes of a block in a panel of `TransposedBlocks`.
    var recodedBytesPerBlock: Int { recoding?.bytesPerBlock ?? bytesPerBlock }
}

/// 32 entries of a split codebook: 32 bytes `h | m << 4`, then 16 bytes of l; byte i of these has l of entry
/// 4g + i % 4 for two groups g = i / 4 · 2 and the next, low half and high half.
private enum SplitEntries {
    static let byteCount = 48

    static func write(_ codes: SplitCodebook, to target: UnsafeMutableRawPointer, _ number: (Int) -> Int) {
        for entry in 0..<32 {
            let code = codes.codes[number(entry)]
            unsafe target.set(byte: UInt8(code & 0xFF), at: entry)
            let (place, shift) = self.place(entry)
            let others = shift == 0 ? 0 : unsafe target.load(fromByteOffset: place, as: UInt8.self)
            unsafe target.set(byte: others | UInt8(code >> 8) << shift, at: place)
        }
    }

    /// The number that an entry has in the file.
    static func number(_ entry: Int, _ codes: SplitCodebook, _ source: UnsafeRawPointer) -> UInt16 {
        let (place, shift) = self.place(entry)
        let last = unsafe UInt16(source.byte(at: place) >> shift & 15)
        return unsafe codes.numbers[Int(UInt16(source.byte(at: entry)) | last << 8)]
    }

    private static func place(_ entry: Int) -> (byte: Int, shift: UInt8) {
        (32 + entry / 8 * 4 + entry % 4, UInt8(entry / 4 % 2 * 4))
    }
}

/// d; entries; signs and scales as in the file.
private enum RecodedIQ2_S: RecodedBlocks {
    static let bytesPerBlock = 90

    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe recoded.copyMemory(from: block, byteCount: 2)
        unsafe SplitEntries.write(.iq2_s, to: recoded + 2) { entry in
            unsafe Int(block.byte(at: 2 + entry)) | Int(block.byte(at: 66 + entry / 4) &>> UInt8(entry % 4 * 2) & 3)
                << 8
        }
        unsafe (recoded + 50).copyMemory(from: block + 34, byteCount: 32)
        unsafe (recoded + 82).copyMemory(from: block + 74, byteCount: 8)
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        unsafe block.copyMemory(from: recoded, byteCount: 2)
        for four in 0..<8 {
            var high: UInt8 = 0
            for l in 0..<4 {
                let number = unsafe SplitEntries.number(four * 4 + l, .iq2_s, recoded + 2)
                unsafe block.set(byte: UInt8(number & 0xFF), at: 2 + four * 4 + l)
                high |= UInt8(number >> 8) << UInt8(2 * l)
            }
            unsafe block.set(byte: high, at: 66 + four)
        }
        unsafe (block + 34).copyMemory(from: recoded + 50, byteCount: 32)
        unsafe (block + 74).copyMemory(from: recoded + 82, byteCount: 8)
    }
}

/// d; entries; a half byte per group: s and above it the sign.
private enum RecodedIQ1_S: RecodedBlocks {
    static let bytesPerBlock = 54

    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe recoded.copyMemory(from: block, byteCount: 2)
        unsafe SplitEntries.write(.iq1, to: recoded + 2) { entry in
            let high = unsafe block.word16(at: 34 + entry / 4 * 2) &>> UInt16(entry % 4 * 3) & 7
            return unsafe Int(block.byte(at: 2 + entry)) | Int(high) << 8
        }
        for pair in 0..<4 {
            let low = unsafe block.word16(at: 34 + pair * 4) >> 12
            let high = unsafe block.word16(at: 36 + pair * 4) >> 12
            unsafe recoded.set(byte: UInt8(low | high << 4), at: 50 + pair)
        }
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        unsafe block.copyMemory(from: recoded, byteCount: 2)
        for group in 0..<8 {
            var word = unsafe UInt16(recoded.byte(at: 50 + group / 2) >> UInt8(group % 2 * 4)) << 12
            for l in 0..<4 {
                let number = unsafe SplitEntries.number(group * 4 + l, .iq1, recoded + 2)
                unsafe block.set(byte: UInt8(number & 0xFF), at: 2 + group * 4 + l)
                word |= (number >> 8) << UInt16(3 * l)
            }
            unsafe block.set(word16: word, at: 34 + group * 2)
        }
    }
}

/// Entries; 32 signs; scales as in the file.
private enum RecodedIQ1_M: RecodedBlocks {
    static let bytesPerBlock = 60

    static func recode(_ block: UnsafeRawPointer, into recoded: UnsafeMutableRawPointer) {
        unsafe SplitEntries.write(.iq1, to: recoded) { entry in
            let high = unsafe block.byte(at: 32 + entry / 2) &>> UInt8(entry % 2 * 4) & 7
            return unsafe Int(block.byte(at: entry)) | Int(high) << 8
        }
        for four in 0..<4 {
            var signs: UInt8 = 0
            for pair in 0..<4 {
                let byte = unsafe block.byte(at: 32 + four * 4 + pair)
                signs |= (byte >> 3 & 1 | byte >> 6 & 2) << UInt8(2 * pair)
            }
            unsafe recoded.set(byte: signs, at: 48 + four)
        }
        unsafe (recoded + 52).copyMemory(from: block + 48, byteCount: 8)
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        for pair in 0..<16 {
            let signs = unsafe recoded.byte(at: 48 + pair / 4) >> UInt8(pair % 4 * 2)
            var high = (signs & 1) << 3 | (signs & 2) << 6
            for l in 0..<2 {
                let number = unsafe SplitEntries.number(pair * 2 + l, .iq1, recoded)
                unsafe block.set(byte: UInt8(number & 0xFF), at: pair * 2 + l)
                high |= UInt8(number >> 8) << UInt8(4 * l)
            }
            unsafe block.set(byte: high, at: 32 + pair)
        }
        unsafe (block + 48).copyMemory(from: recoded + 52, byteCount: 8)
    }
}

/// d; per group of 32 a word of four low bytes of indices and one of four times seven signs and four ninth bits; scales
/// as in the file.
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
            unsafe recoded.set(word32: low, at: 2 + group * 8)
            unsafe recoded.set(word32: high, at: 6 + group * 8)
        }
        unsafe (recoded + 66).copyMemory(from: block + 66, byteCount: 8)
    }

    static func restore(_ recoded: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
        unsafe block.copyMemory(from: recoded, byteCount: 2)
        for group in 0..<8 {
            let low = unsafe recoded.word32(at: 2 + group * 8)
            let high = unsafe recoded.word32(at: 6 + group * 8)
            for l in 0..<4 {
                let signs = (high >> UInt32(7 * l) & 127) << 9
                let word = low >> UInt32(8 * l) & 0xFF | (high >> UInt32(28 + l) & 1) << 8 | signs
                let place = 2 + group * 8 + l * 2
                unsafe block.set(word16: UInt16(word), at: place)
            }
        }
        unsafe (block + 66).copyMemory(from: recoded + 66, byteCount: 8)
    }
}
