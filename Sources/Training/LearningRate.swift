internal import Glibc

/// How the learning rate goes with the steps.
public struct LearningRate: Equatable, Sendable {
  /// The schedules' names, as the reference's.
  public enum Kind: String, Sendable, CaseIterable {
    case constant
    /// From 0 up to the peak in a straight line, then down to 0 along half a cosine.
    case warmupAndCosine = "linear-warmup+cosine-decay"
  }

  public var kind: Kind
  public var peak: Double
  /// The steps of the rise.
  public var warmup: Int
  /// The steps of the whole run; what the cosine ends at.
  public var total: Int

  public init(_ kind: Kind, peak: Double, warmup: Int = 0, total: Int = 0) {
    self.kind = kind
    self.peak = peak
    self.warmup = warmup
    self.total = total
  }

  /// The rate of the step after `done` steps.
  ///
  /// Source: transformers' cosine schedule with warm-up, a factor of the steps done so far.
  public func rate(after done: Int) -> Double {
    if done < warmup { return peak * Double(done) / Double(max(1, warmup)) }
    guard kind == .warmupAndCosine else { return peak }
    let progress = Double(done - warmup) / Double(max(1, total - warmup))
    return peak * max(0, 0.5 * (1 + cos(Double.pi * progress)))
  }
}
