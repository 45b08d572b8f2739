/// Random numbers that are a function of a seed: the same seed always gives the same sequence.
///
/// Equals TensorFlow's `tf.random.stateless_uniform`, bit for bit: Philox 4×32-10 in counter mode, its key
/// and the upper half of its counter drawn from the seed by Philox itself. As there, nothing is used up: each
/// call starts at the sequence's beginning, so calls for different kinds of numbers are correlated.
///
/// Sources: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), for the
/// generator; TensorFlow 2.15, `stateless_random_ops`, for keys and conversions.
public struct PhiloxGenerator: Sendable, Hashable {
  private let key: SIMD2<UInt32>
  private let upperCounter: SIMD2<UInt32>

  /// Creates the sequence of `seed`.
  public init(seed: SampleSeed) {
    let first = UInt64(bitPattern: Int64(seed.first))
    let second = UInt64(bitPattern: Int64(seed.second))
    let counter = SIMD4(
      UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: first >> 32),
      UInt32(truncatingIfNeeded: second), UInt32(truncatingIfNeeded: second >> 32))
    let mixed = Self.block(counter: counter, key: SIMD2(0x3EC8_F720, 0x0246_1E29))
    key = mixed.lowHalf
    upperCounter = mixed.highHalf
  }

  /// Returns the first `count` numbers as float32 in 0 ..< 1, multiples of 2⁻²³; none when `count` is
  /// negative.
  public func uniformFloat(_ count: Int) -> [Float] {
    words(count).map(Self.unit)
  }

  /// Returns the first `count` numbers as float32 in `low` ..< `high`: unit × (high − low) + low in float32
  /// steps, which can round up to `high`.
  public func uniform(_ count: Int, low: Float, high: Float) -> [Float] {
    words(count).map { Self.unit($0) * (high - low) + low }
  }

  /// Returns the first `count` numbers as whole numbers in 0 ..< `limit`: 32 bits modulo `limit`.
  ///
  /// - Throws: `ImageError` when `limit` is not positive.
  public func uniformInteger(_ count: Int, below limit: Int32) throws(ImageError) -> [Int32] {
    guard limit > 0 else {
      throw ImageError(.badSetting(detail: "random numbers below \(limit) cannot be; take a limit above 0"))
    }
    return words(count).map { Int32($0 % UInt32(limit)) }
  }

  /// Returns the first number in `low` ..< `high`.
  func firstUniform(low: Float, high: Float) -> Float {
    Self.unit(block(at: 0)[0]) * (high - low) + low
  }

  /// Returns the words 4 × `index` to 4 × `index` + 3 of the sequence.
  func block(at index: UInt64) -> SIMD4<UInt32> {
    let lower = SIMD2(UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32))
    return Self.block(counter: SIMD4(lowHalf: lower, highHalf: upperCounter), key: key)
  }

  /// Returns the four words that Philox 4×32 makes of `counter` under `key` in ten rounds.
  static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (state, key) = (counter, key)
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let even = UInt64(state[0]) * 0xD251_1F53
      let odd = UInt64(state[2]) * 0xCD9E_8D57
      state = SIMD4(
        UInt32(odd >> 32) ^ state[1] ^ key[0], UInt32(truncatingIfNeeded: odd),
        UInt32(even >> 32) ^ state[3] ^ key[1], UInt32(truncatingIfNeeded: even))
    }
    return state
  }

  private func words(_ count: Int) -> [UInt32] {
    guard count > 0 else { return [] }
    var words: [UInt32] = []
    words.reserveCapacity(count)
    var index: UInt64 = 0
    while words.count < count {
      let block = block(at: index)
      for place in 0..<min(4, count - words.count) { words.append(block[place]) }
      index += 1
    }
    return words
  }

  /// The lower 23 bits as the mantissa of a number in 1 ..< 2, less 1.
  private static func unit(_ word: UInt32) -> Float {
    Float(bitPattern: word & 0x7F_FFFF | 0x3F80_0000) - 1
  }
}
