public import Preferences

/// Training on pairs without a reward model and without samples.
public enum DirectObjective: Sendable {
  /// A loss of the library: DPO, IPO.
  case preference(PreferenceLoss)
  /// −log π(y_w).
  case preferred
  /// −log π(y_w) + α·log π(y_l).
  case unlikelihood(Double)

  /// The derivatives of a pair's loss by log π(y_w) and log π(y_l).
  func slopes(chosenRatio: Double, rejectedRatio: Double) -> (chosen: Double, rejected: Double) {
    switch self {
    case .preference(let loss):
      let value = loss.evaluate(
        PairRatios(
          chosen: chosenRatio, rejected: rejectedRatio, chosenTokens: Task.length, rejectedTokens: Task.length))
      return (value.chosenGradient, value.rejectedGradient)
    case .preferred: return (-1, 0)
    case .unlikelihood(let alpha): return (-1, alpha)
    }
  }

  /// Trains from the reference and hands over the policy at each logged step.
  func train(
    _ world: World, pairs: [AnswerPair], sweep: Sweep, generator: SplitMix, log: (Int, Policy) -> Void
  ) {
    let reference = world.reference
    var batches = PairBatches(pairs, from: generator)
    var parameters = reference.parameters
    var adam = Adam(rate: sweep.learningRate, parameters: parameters.count)
    var policy = reference
    for step in 1...sweep.steps {
      var cells = [Double](repeating: 0, count: Task.cells)
      for pair in batches.next(sweep.batch) {
        let slopes = slopes(
          chosenRatio: policy.logProbability(prompt: pair.prompt, answer: pair.chosen)
            - world.referenceLogProbabilities[pair.prompt][pair.chosen],
          rejectedRatio: policy.logProbability(prompt: pair.prompt, answer: pair.rejected)
            - world.referenceLogProbabilities[pair.prompt][pair.rejected])
        cells.add(slopes.chosen / Double(sweep.batch), prompt: pair.prompt, answer: pair.chosen)
        cells.add(slopes.rejected / Double(sweep.batch), prompt: pair.prompt, answer: pair.rejected)
      }
      adam.step(&parameters, gradient: policy.gradient(ofWeighted: cells))
      policy = Policy(parameters)
      if sweep.logged.contains(step) { log(step, policy) }
    }
  }
}
