/// Which later step of its episode a sample has as its goal.
public enum GoalRule: String, Sendable, CaseIterable {
  /// None; actions run to the episode's end.
  case none
  /// A later step by chance, as the reference relabels goals.
  case uniform
  /// The episode's last step.
  case last

  /// The goal of `step` in an episode of `stepCount` steps, or nil without goals.
  ///
  /// Uniform goals depend on the seed and on `position`, the sample's place in the mixture's order.
  public func goal(step: Int, stepCount: Int, seed: UInt64, position: Int) -> Int? {
    switch self {
    case .none: return nil
    case .last: return stepCount - 1
    case .uniform:
      // Streams of entries are below 2¹⁷, so this one is its own.
      let bits = KeyedMixer(seed: seed, stream: 1 << 32).value(0, UInt64(bitPattern: Int64(position)))
      return Self.uniformGoal(step: step, stepCount: stepCount, draw: Float(bits >> 41) * 0x1p-23)
    }
  }

  /// The reference's goal for a draw u of [0, 1): min(⌊u·(T − (i + 1)) + (i + 1)⌋, T − 1), in float32.
  public static func uniformGoal(step: Int, stepCount: Int, draw: Float) -> Int {
    let next = Float(step + 1)
    return min(Int(draw * (Float(stepCount) - next) + next), stepCount - 1)
  }
}
