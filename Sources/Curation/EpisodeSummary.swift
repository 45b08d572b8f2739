/// What the comparison of episodes with each other needs of one of them: about 3 kB.
struct EpisodeSummary: Sendable {
  var sheet = ScoreSheet()
  /// Whether all actions and states are finite.
  var isFinite = true
  /// Of actions and states, byte for byte.
  var digest: Signature128 = Signature128()
  /// Actions and states at equal parts of the episode, in 1/1000 of typical ranges: [16, D] for the moving dimensions D.
  var outline: [Int16] = []
  /// States and actions at up to six steps, in typical ranges: [n, P + A].
  var points: [Float] = []
  /// The first state, [P].
  var start: [Float] = []
  /// The median size of commands and of states, each dimension in its usual magnitude; NaN where nothing moves.
  var commandSize = Double.nan
  var stateSize = Double.nan
  /// Which action dimensions are constant.
  var constant: [Bool] = []
  /// The length of the state's path in typical ranges.
  var path = Double.nan
  /// Whether the gripper's command is constant; nil where there is no gripper.
  var gripperIsConstant: Bool?
  /// The best correlation of commands with the state's increments; NaN where not assessed.
  var fit = Double.nan
  /// The logarithm of the commands' jerk; NaN where not assessed.
  var jerk = Double.nan
  var views: [ViewSummary] = []
}

/// A digest of 128 bits.
struct Signature128: Hashable, Sendable {
  private(set) var a: UInt64 = 0xCBF2_9CE4_8422_2325
  private(set) var b: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Adds the bits of `values` and their number.
  mutating func update(_ values: [Float]) {
    mix(UInt64(values.count))
    for value in values { mix(UInt64(value.bitPattern)) }
  }

  /// Adds `bytes` and their number.
  mutating func update(_ bytes: [UInt8]) {
    mix(UInt64(bytes.count))
    for byte in bytes { mix(UInt64(byte)) }
  }

  private mutating func mix(_ word: UInt64) {
    a = (a ^ word) &* 0x100_0000_01B3
    a ^= a >> 29
    b = (b &+ word &+ 0x632B_E59B_D9B4_E019) &* 0xBF58_476D_1CE4_E5B9
    b ^= b >> 31
  }
}
