/// The two whole numbers from which everything random about one sample follows.
public struct SampleSeed: Sendable, Hashable {
  public let first: Int32
  public let second: Int32

  /// Creates the seed (`first`, `second`).
  public init(_ first: Int32, _ second: Int32) {
    self.first = first
    self.second = second
  }

  /// Creates the seed of the sample at `position` of the mixture seeded with `mixtureSeed`.
  ///
  /// The reference takes two numbers below 2³¹ − 1 from a source that cannot be repeated. Here they are the
  /// first two words, modulo 2³¹ − 1, of one Philox 4×32-10 block with `mixtureSeed` as its key and the
  /// counter (`position`, "seed" and "augm" in ASCII), low words first: any sample's seed is known without
  /// those before it. O(1).
  public init(mixtureSeed: UInt64, position: UInt64) {
    let key = SIMD2(UInt32(truncatingIfNeeded: mixtureSeed), UInt32(truncatingIfNeeded: mixtureSeed >> 32))
    let counter = SIMD4(
      UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32), 0x7365_6564,
      0x6175_676D)
    let block = PhiloxGenerator.block(counter: counter, key: key)
    self.init(Int32(block[0] % Self.limit), Int32(block[1] % Self.limit))
  }

  /// Drawn seeds lie below this: 2³¹ − 1.
  static let limit = UInt32(Int32.max)

  /// Returns the seed of the sample's camera number `camera`: both numbers plus `camera`, modulo 2³².
  public func forCamera(_ camera: Int) -> SampleSeed {
    let shift = Int32(truncatingIfNeeded: camera)
    return SampleSeed(first &+ shift, second &+ shift)
  }

  /// Returns the seed that follows this one: its first two random numbers below 2³¹ − 1.
  public func next() -> SampleSeed {
    let block = PhiloxGenerator(seed: self).block(at: 0)
    return SampleSeed(Int32(block[0] % Self.limit), Int32(block[1] % Self.limit))
  }
}
