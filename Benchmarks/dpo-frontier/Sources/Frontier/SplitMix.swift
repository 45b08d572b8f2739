internal import Glibc

/// The SplitMix64 generator (Steele, Lea and Flood 2014): 64 bits of state, so that a seed and a stream name a sequence.
public struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence that belongs to `seed` and `stream`.
  ///
  /// The stream keeps what one part of an experiment draws apart from what another draws.
  public init(seed: UInt64, stream: UInt64) {
    var outer = SplitMix(state: seed)
    var inner = SplitMix(state: outer.next() ^ stream)
    state = inner.next()
  }

  /// Starts at a given state.
  init(state: UInt64) { self.state = state }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in 0..<`count`, by the high half of a product; the bias is below `count` / 2⁶⁴.
  public mutating func index(below count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

  /// A draw from the standard normal distribution, by Box and Muller's method.
  public mutating func normal() -> Double {
    let radius = sqrt(-2 * log(1 - uniform()))
    return radius * cos(2 * Double.pi * uniform())
  }

  /// `elements` in a drawn order (Fisher and Yates).
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var elements = elements
    for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, index(below: last + 1)) }
    return elements
  }
}
