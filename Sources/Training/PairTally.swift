internal import Preferences

/// What is counted over pairs; everything is a sum, so that the tallies of batches and ranks add up.
struct PairTally {
  var pairs = 0.0
  /// The loss of the pairs alone and that of the anchor's samples, summed over batches.
  var preferenceLoss = 0.0
  var anchorLoss = 0.0
  var batches = 0.0
  /// β · what the losses see of each side.
  var chosenReward = 0.0
  var rejectedReward = 0.0
  /// The pairs whose chosen side has the larger reward.
  var right = 0.0
  var chosenLogProbability = 0.0
  var rejectedLogProbability = 0.0
  /// log π − log ρ of the chosen sides, summed over their tokens, and those tokens.
  var chosenRatio = 0.0
  var chosenTokens = 0.0
  /// Over the tokens of chosen sides.
  var entropy = 0.0
  var hits = 0.0
  var squaredDistance = 0.0

  static let count = 14

  var values: [Double] {
    get {
      [
        pairs, preferenceLoss, anchorLoss, batches, chosenReward, rejectedReward, right, chosenLogProbability,
        rejectedLogProbability, chosenRatio, chosenTokens, entropy, hits, squaredDistance,
      ]
    }
    set {
      (pairs, preferenceLoss, anchorLoss, batches) = (newValue[0], newValue[1], newValue[2], newValue[3])
      (chosenReward, rejectedReward, right) = (newValue[4], newValue[5], newValue[6])
      (chosenLogProbability, rejectedLogProbability) = (newValue[7], newValue[8])
      (chosenRatio, chosenTokens) = (newValue[9], newValue[10])
      (entropy, hits, squaredDistance) = (newValue[11], newValue[12], newValue[13])
    }
  }

  init() {}

  init(values: [Double]) { self.values = values }

  /// Counts the pairs of `batch`, whose values are `pairs`.
  mutating func add(_ pairs: [PreferenceObjective.Pair<Double>], _ settings: PreferenceSettings) {
    for pair in pairs {
      let (ratios, _) = settings.objective.ratios(of: pair)
      self.pairs += 1
      chosenReward += settings.beta * ratios.chosen
      rejectedReward += settings.beta * ratios.rejected
      if ratios.chosen > ratios.rejected { right += 1 }
      chosenLogProbability += pair.policyChosen
      rejectedLogProbability += pair.policyRejected
      chosenRatio += pair.policyChosen - pair.referenceChosen
      chosenTokens += Double(pair.chosenTokens)
    }
  }

  /// Counts what the policy answers at the chosen steps of `batch`.
  mutating func add(_ batch: PairBatch, _ answers: StepAnswers) {
    for entry in batch.entries {
      for place in entry.chosen {
        entropy += answers.entropy[place]
        hits += answers.hits[place]
        squaredDistance += answers.squaredDistance[place]
      }
    }
  }

  var accuracy: Double { right / pairs }
  var chosenRatioPerToken: Double { chosenRatio / chosenTokens }
  /// The root of the mean squared distance of the greedy action from the chosen one, in the normalised range.
  func chosenDistance(tokensPerStep: Int, dimensions: Int) -> Double {
    (squaredDistance / (chosenTokens * Double(dimensions) / Double(tokensPerStep))).squareRoot()
  }
}
