internal import Glibc
internal import Preferences

/// A reward learned from pairs by the model of Bradley and Terry.
public struct RewardModel: Sendable {
  /// What the model is made of.
  public enum Terms: String, Sendable, Codable, CaseIterable {
    /// The terms of the true reward: simpler than a policy, and right.
    case narrow
    /// The terms of a policy's logits: as rich as a policy.
    case wide

    var cellTerms: CellTerms { self == .narrow ? .narrow : .wide }
  }

  /// Scores of all answers, [16][7776], with mean 0 and deviation 1 over the reference's own answers.
  public let scores: [[Double]]
  /// The share of its validation pairs that it orders rightly.
  public let validationAccuracy: Double
  /// The step that was kept.
  public let step: Int

  /// Fits a model on nine tenths of `pairs` and keeps the logged step with the least loss on the rest.
  public init(
    _ terms: Terms, pairs: [AnswerPair], world: World, sweep: Sweep, generator: SplitMix
  ) throws {
    // −log σ(s_w − s_l) is the sigmoid loss at β = 1 with scores in the place of log-ratios.
    let loss = try PreferenceLoss(.sigmoid, beta: 1)
    let layout = terms.cellTerms
    let held = pairs.count / 10
    // Pairs come draw by draw, so that the last ones share no draw with the others but at the seam.
    let validation = Array(pairs.suffix(held))
    var batches = PairBatches(Array(pairs.dropLast(held)), from: generator)
    var parameters = [Double](repeating: 0, count: layout.parameters)
    var adam = Adam(rate: sweep.learningRate, parameters: layout.parameters)
    var best = (loss: Double.infinity, step: 0, table: layout.table(parameters), accuracy: 0.5)
    for step in 1...sweep.steps {
      let table = layout.table(parameters)
      var cells = [Double](repeating: 0, count: Task.cells)
      for pair in batches.next(sweep.batch) {
        let value = loss.evaluate(Self.ratios(of: pair, table: table))
        cells.add(value.chosenGradient / Double(sweep.batch), prompt: pair.prompt, answer: pair.chosen)
        cells.add(value.rejectedGradient / Double(sweep.batch), prompt: pair.prompt, answer: pair.rejected)
      }
      adam.step(&parameters, gradient: layout.pullBack(cells))
      guard sweep.logged.contains(step) else { continue }
      let fitted = layout.table(parameters)
      var (total, right) = (0.0, 0)
      for pair in validation {
        let ratios = Self.ratios(of: pair, table: fitted)
        total += loss.evaluate(ratios).value
        right += ratios.chosen > ratios.rejected ? 1 : 0
      }
      if total < best.loss { best = (total, step, fitted, Double(right) / Double(max(held, 1))) }
    }
    validationAccuracy = best.accuracy
    step = best.step
    scores = Self.standardised(
      (0..<Task.prompts).map { Task.sums(of: best.table, prompt: $0) }, world: world)
  }

  private static func ratios(of pair: AnswerPair, table: [Double]) -> PairRatios<Double> {
    PairRatios(
      chosen: Task.sum(of: table, prompt: pair.prompt, answer: pair.chosen),
      rejected: Task.sum(of: table, prompt: pair.prompt, answer: pair.rejected),
      chosenTokens: Task.length, rejectedTokens: Task.length)
  }

  private static func standardised(_ scores: [[Double]], world: World) -> [[Double]] {
    var (sum, squares) = (0.0, 0.0)
    for (prompt, row) in scores.enumerated() {
      for (answer, score) in row.enumerated() {
        let probability = exp(world.referenceLogProbabilities[prompt][answer]) / Double(Task.prompts)
        sum += probability * score
        squares += probability * score * score
      }
    }
    let deviation = max(sqrt(max(squares - sum * sum, 0)), 1e-9)
    return scores.map { row in row.map { ($0 - sum) / deviation } }
  }
}

extension [Double] {
  /// Adds `weight` to every cell of an answer.
  mutating func add(_ weight: Double, prompt: Int, answer: Int) {
    for position in 0..<Task.length {
      self[prompt * Task.cellsPerPrompt + Task.answerCells[answer * Task.length + position]] += weight
    }
  }
}
