/// Q5_1: word 0 holds d and m, word 1 the fifth bits.
@inline(__always)
func unpackQ5_1(_ block: BlockWords, _ part: Int, _ emit: (Int, SIMD16<UInt32>) -> Void) {
    unpackFiveBits(block, from: 1, emit)
}
