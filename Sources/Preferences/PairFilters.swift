/// What every pair must satisfy, whichever rule made it.
public struct PairFilters: Sendable, Equatable {
  public var minimumSteps = 1
  /// The most that one side may be longer than the other.
  public var lengthRatio: Double?
  public var mask = StepMask.Rule()

  public init() {}

  /// Why `pair` is left out; nil where it stays.
  func verdict(
    _ pair: PreferencePair, _ context: PairingContext, split: SplitRule, absolute: [Bool]
  ) throws -> Filter? {
    let (a, b) = (context.rollouts[pair.chosen.rollout], context.rollouts[pair.rejected.rollout])
    if pair.chosen.rollout == pair.rejected.rollout {
      // An intervention is within one episode; its windows must not share steps.
      guard pair.source == .intervention, !pair.chosen.steps.overlaps(pair.rejected.steps) else { return .sameEpisode }
    }
    if a.instruction != b.instruction { return .instructionDiffers }
    if split.split(a) != split.split(b) { return .splitCrossed }
    let (n, m) = (pair.chosen.steps.count, pair.rejected.steps.count)
    if n == 0 || m == 0 { return .segmentTooShort }
    if min(n, m) < minimumSteps { return pair.unit == .trajectory ? .tooShort : .segmentTooShort }
    if let lengthRatio, Double(max(n, m)) > lengthRatio * Double(min(n, m)) { return .lengthRatio }
    let (x, y) = (try context.steps(pair.chosen.rollout), try context.steps(pair.rejected.rollout))
    if n == m, x.bins(pair.chosen.steps) == y.bins(pair.rejected.steps) { return .identicalTokens }
    if StepMask(pair, mask, x, y, absolute: absolute).isEmpty { return .allMasked }
    return nil
  }
}
