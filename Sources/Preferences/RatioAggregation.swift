/// How the log-ratios of a side's steps become the one number that a loss sees.
public enum RatioAggregation: String, Sendable, CaseIterable {
  /// Their sum, as DPO and TPO have it.
  case sum
  /// Their mean over the side's tokens.
  case mean
  /// Their sum over the mean of the two sides' tokens: β/L, which keeps differences of length.
  case betaOverLength = "beta_over_length"

  /// What the sums of both sides are multiplied by.
  public func scales(chosenTokens: Int, rejectedTokens: Int) -> (chosen: Double, rejected: Double) {
    switch self {
    case .sum: return (1, 1)
    case .mean: return (1 / Double(max(chosenTokens, 1)), 1 / Double(max(rejectedTokens, 1)))
    case .betaOverLength:
      let scale = 2 / Double(max(chosenTokens + rejectedTokens, 1))
      return (scale, scale)
    }
  }
}
