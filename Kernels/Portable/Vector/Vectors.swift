import Quantization

// The files of this folder are compiled once per instruction set; `VectorPrimitives.swift` beside the folder holds the
// few words that differ.

/// The vector kernels of this module's instruction set.
package enum Vectors: VectorKernels {}

typealias Vector = SIMD16<Float>

@inline(__always)
func load(_ p: UnsafePointer<Float>, _ index: Int) -> Vector {
    UnsafeRawPointer(p + index).loadUnaligned(as: Vector.self)
}

@inline(__always)
func storeVector(_ p: UnsafeMutablePointer<Float>, _ index: Int, _ value: Vector) {
    UnsafeMutableRawPointer(p + index).storeBytes(of: value, as: Vector.self)
}

@inline(__always)
func greater(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: a .< b) }

@inline(__always)
func lesser(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: b .< a) }

@inline(__always)
func sum(_ v: SIMD16<Int32>) -> Int32 {
    let eight = v.lowHalf &+ v.highHalf
    let four = eight.lowHalf &+ eight.highHalf
    let two = four.lowHalf &+ four.highHalf
    return two.x &+ two.y
}

/// 0, 1, … 15.
@inline(__always)
var laneNumbers: Vector { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }

/// Names a number of lanes, queries or vectors that a generic tile is compiled for.
struct Lanes<let count: Int> {}
