/// What is minimised over a batch of pairs: weighted losses, and the likelihood of the chosen side (the SFT term).
public struct PreferenceObjective: Sendable, Equatable {
  /// A loss and how much it counts.
  public struct Term: Sendable, Equatable {
    public var loss: PreferenceLoss
    public var weight: Double

    public init(_ loss: PreferenceLoss, weight: Double = 1) {
      self.loss = loss
      self.weight = weight
    }
  }

  /// What the objective needs of one pair: log-probabilities summed over the counted tokens.
  public struct Pair<Real: LossReal>: Sendable, Equatable {
    public var policyChosen: Real
    public var policyRejected: Real
    public var referenceChosen: Real
    public var referenceRejected: Real
    public var chosenTokens: Int
    public var rejectedTokens: Int
    public var weight: Real
    public var margin: Real

    public init(
      policyChosen: Real, policyRejected: Real, referenceChosen: Real, referenceRejected: Real, chosenTokens: Int,
      rejectedTokens: Int, weight: Real = 1, margin: Real = 0
    ) {
      self.policyChosen = policyChosen
      self.policyRejected = policyRejected
      self.referenceChosen = referenceChosen
      self.referenceRejected = referenceRejected
      self.chosenTokens = chosenTokens
      self.rejectedTokens = rejectedTokens
      self.weight = weight
      self.margin = margin
    }

    /// How far the policy moved from the reference.
    public var ratios: PairRatios<Real> {
      PairRatios(
        chosen: policyChosen - referenceChosen, rejected: policyRejected - referenceRejected,
        chosenTokens: chosenTokens, rejectedTokens: rejectedTokens, margin: margin)
    }
  }

  /// The value over a batch, with its derivatives by the policy's log-probabilities: each of a side's tokens has the side's.
  public struct Evaluation<Real: LossReal>: Sendable, Equatable {
    public var value: Real
    /// [B] each.
    public var chosenGradient: [Real]
    public var rejectedGradient: [Real]
  }

  public var terms: [Term]
  /// How a side's log-ratios become the number that the losses see; the SFT term does not follow it.
  public var aggregation: RatioAggregation
  /// α of the SFT term −Σ log π(chosen token) / (number of chosen tokens in the batch).
  public var supervisedWeight: Double

  public init(_ terms: [Term], supervisedWeight: Double = 0, aggregation: RatioAggregation = .sum) {
    self.terms = terms
    self.aggregation = aggregation
    self.supervisedWeight = supervisedWeight
  }

  /// The mean over the batch of weight · loss, plus the SFT term.
  ///
  /// - Precondition: the batch is not empty.
  /// - Complexity: O(pairs · terms).
  public func evaluate<Real: LossReal>(_ batch: [Pair<Real>]) -> Evaluation<Real> {
    precondition(!batch.isEmpty, "a batch has pairs")
    var evaluation = Evaluation(
      value: 0, chosenGradient: [Real](repeating: 0, count: batch.count),
      rejectedGradient: [Real](repeating: 0, count: batch.count))
    for (index, pair) in batch.enumerated() {
      let (ratios, scales) = ratios(of: pair)
      for term in terms {
        let share = Real(term.weight) * pair.weight / Real(batch.count)
        let loss = term.loss.evaluate(ratios)
        evaluation.value += share * loss.value
        evaluation.chosenGradient[index] += share * loss.chosenGradient * scales.chosen
        evaluation.rejectedGradient[index] += share * loss.rejectedGradient * scales.rejected
      }
    }
    let tokens = batch.reduce(0) { $0 + $1.chosenTokens }
    if supervisedWeight != 0, tokens > 0 {
      let share = Real(supervisedWeight) / Real(tokens)
      for (index, pair) in batch.enumerated() {
        evaluation.value -= share * pair.policyChosen
        evaluation.chosenGradient[index] -= share
      }
    }
    return evaluation
  }

  /// The log-ratios of `pair` as the losses see them, and what they were multiplied by.
  public func ratios<Real: LossReal>(
    of pair: Pair<Real>
  ) -> (ratios: PairRatios<Real>, scales: (chosen: Real, rejected: Real)) {
    let scales = aggregation.scales(chosenTokens: pair.chosenTokens, rejectedTokens: pair.rejectedTokens)
    let factors = (chosen: Real(scales.chosen), rejected: Real(scales.rejected))
    var ratios = pair.ratios
    ratios.chosen *= factors.chosen
    ratios.rejected *= factors.rejected
    return (ratios, factors)
  }
}
