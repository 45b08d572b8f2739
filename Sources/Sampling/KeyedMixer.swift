/// A keyed source of 64-bit numbers that can be asked for any place: SplitMix64 with a second key inside.
///
/// The finaliser is Stafford's Mix13 as used by SplitMix64 (Steele, Lea, Flood 2014). Only wrapping integer
/// arithmetic, so the numbers are the same on every machine. Not meant to withstand an adversary.
struct KeyedMixer: Sendable, Equatable {
  /// 2⁶⁴ divided by the golden ratio, odd.
  static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

  private let first: UInt64
  private let second: UInt64

  /// Derives both keys from a seed and a stream number; different streams are unrelated.
  init(seed: UInt64, stream: UInt64) {
    let start = Self.finalized(seed &+ Self.golden) ^ Self.finalized(~stream &* Self.golden)
    first = Self.finalized(start &+ Self.golden)
    second = Self.finalized(first ^ (stream &+ 2 &* Self.golden)) ^ start
  }

  /// The number at `index` of table `table`.
  @inline(__always)
  func value(_ table: UInt64, _ index: UInt64) -> UInt64 {
    var z = first &+ index &* Self.golden &+ table &* 0xD1B5_4A32_D192_ED03
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = ((z ^ (z &>> 27)) &+ second) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  /// A number below `bound`, uniform but for at most `bound` in 2⁶⁴.
  @inline(__always)
  func value(_ table: UInt64, _ index: UInt64, below bound: UInt64) -> UInt64 {
    value(table, index).multipliedFullWidth(by: bound).high
  }

  private static func finalized(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}
