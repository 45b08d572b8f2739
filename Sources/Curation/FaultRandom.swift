/// SplitMix64: numbers that depend on the seed alone.
struct FaultRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in `range`, which is not empty; the bias is below 2⁻³².
  mutating func integer(in range: Range<Int>) -> Int { range.lowerBound + ((Int(next() >> 32) * range.count) >> 32) }

  /// A number in −1…1.
  mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 52) - 1 }

  mutating func shuffle<T>(_ values: inout [T]) {
    for i in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(i, integer(in: 0..<i + 1)) }
  }
}
