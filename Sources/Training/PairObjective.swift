internal import ByteIO
internal import JSON
internal import PairShards
internal import Preferences
internal import SampleShards
internal import TensorFiles
internal import Torch
internal import VLA

/// Preferences: the losses of pairs, and where there is an anchor, the cross-entropy of samples beside them.
///
/// A batch whose steps do not go through the model at once is passed twice: without gradients, for the loss and its
/// derivative by every step's log-probability, and with gradients, of the steps' log-probabilities times these derivatives.
/// So memory is bounded by the steps of a pass, however long episodes are.
public final class PairObjective: TrainingObjective {
  private let policy: Policy
  private let reference: PairReference
  private let settings: PreferenceSettings
  private let feed: BatchFeed<PairChunks>
  private let anchor: SupervisedObjective?
  private let pass: TrainingPass
  private let dimensions: Int
  private let tokensPerStep: Int

  init(
    _ policy: Policy, _ reference: PairReference, _ settings: PreferenceSettings, _ feed: BatchFeed<PairChunks>,
    anchor: SupervisedObjective?, _ pass: TrainingPass, dimensions: Int
  ) {
    self.policy = policy
    self.reference = reference
    self.settings = settings
    self.feed = feed
    self.anchor = anchor
    self.pass = pass
    self.dimensions = dimensions
    tokensPerStep = dimensions + (settings.countsEnd ? 1 : 0)
  }

  public var sumCount: Int { PairTally.count }

  public func stop() {
    feed.stop()
    anchor?.stop()
  }

  /// What is known of a batch's steps so far.
  private struct Scores {
    var policy: StepAnswers
    var reference: [Double]

    init(_ count: Int) {
      policy = StepAnswers(count)
      reference = [Double](repeating: 0, count: count)
    }

    mutating func set(_ range: Range<Int>, _ scores: StepScores, _ reference: [Double]) {
      policy.set(range, scores)
      self.reference.replaceSubrange(range, with: reference)
    }
  }

  public func accumulate(_ place: BatchPlace) throws -> BatchOutcome {
    var scores = Scores(0)
    var result: (loss: Double, gradients: [Double], tally: PairTally)?
    var outcome = BatchOutcome(loss: 0, positions: 0, sums: [], place: .init(), wait: 0)
    while true {
      guard let (chunk, wait) = try feed.next() else {
        throw TrainingError(.bug, place: "step \(place.step + 1)", "the endless stream of pairs ended")
      }
      if scores.reference.isEmpty { scores = Scores(chunk.pairs.steps.count) }
      outcome.wait += wait
      outcome.place = chunk.place
      outcome.positions += Double(chunk.batch.ids.count + chunk.batch.count * policy.patchCount)
      let rows = chunk.batch.rows(patches: policy.patchCount)
      switch chunk.purpose {
      case .scoring:
        let logits = try policy.logits(chunk.batch.policyBatch(), rows, pass)
        scores.set(
          chunk.range, try StepScores(logits, rows, count: chunk.range.count, policy, .all),
          try referenceValues(chunk, rows))
      case .learning:
        let known = try result ?? evaluated(chunk.pairs, scores, place)
        result = known
        try learn(chunk, rows, known.gradients, place)
      case .both:
        let values = try referenceValues(chunk, rows)
        var (failure, known): ((any Error)?, (loss: Double, gradients: [Double], tally: PairTally)?)
        try backpropagate(chunk, rows, place) { logits in
          do {
            scores.set(
              chunk.range, try StepScores(logits.detached(), rows, count: chunk.range.count, policy, .all), values)
            let evaluation = try evaluated(chunk.pairs, scores, place)
            known = evaluation
            return evaluation.gradients
          } catch {
            failure = error
            return [Double](repeating: 0, count: chunk.range.count)
          }
        }
        if let failure { throw failure }
        result = known
      }
      if chunk.isLast { break }
    }
    guard let result else { throw TrainingError(.bug, place: "step \(place.step + 1)", "a batch has no pairs") }
    var tally = result.tally
    outcome.loss = result.loss
    if let anchor, let settings = settings.anchor {
      var anchorPlace = place
      anchorPlace.weight *= settings.weight
      let cloned = try anchor.accumulate(anchorPlace)
      outcome.loss += settings.weight * cloned.loss
      outcome.positions += cloned.positions
      outcome.wait += cloned.wait
      outcome.anchor = cloned.place
      tally.anchorLoss = cloned.loss
    }
    outcome.sums = tally.values
    return outcome
  }

  /// The reference's log-probabilities of the steps of `chunk`.
  private func referenceValues(_ chunk: PairChunk, _ rows: SupervisedRows) throws -> [Double] {
    switch reference {
    case .kept(let values): return chunk.pairs.steps[chunk.range].map { Double(values[$0.row]) }
    case .policy(let reference):
      let logits = try reference.logits(chunk.batch.policyBatch(), rows, pass)
      return try StepScores(logits, rows, count: chunk.range.count, reference, .logProbability).logProbability
    }
  }

  /// The loss of the pairs, its derivative by each step's log-probability, and what logs say of it.
  private func evaluated(
    _ pairs: PairBatch, _ scores: Scores, _ place: BatchPlace
  ) throws -> (loss: Double, gradients: [Double], tally: PairTally) {
    let values = pairs.pairs(policy: scores.policy.logProbability, reference: scores.reference)
    let evaluation = settings.objective.evaluate(values)
    guard evaluation.value.isFinite else {
      let broken = zip(pairs.entries, values).filter { _, pair in
        !(pair.ratios.chosen - pair.ratios.rejected).isFinite
      }
      let names = broken.prefix(3).map { "pair \(PairRow.name(of: $0.0.id))" }
      throw TrainingError(
        place: "step \(place.step + 1)",
        "the loss is not a number (\(names.isEmpty ? "all of its pairs" : names.joined(separator: ", "))); the state "
          + "before it is kept: lower optimizer.learning_rate, set clip, or leave the pairs out")
    }
    var tally = PairTally()
    tally.add(values, settings)
    tally.add(pairs, scores.policy)
    (tally.preferenceLoss, tally.batches) = (evaluation.value, 1)
    return (evaluation.value, pairs.gradients(evaluation), tally)
  }

  private func learn(_ chunk: PairChunk, _ rows: SupervisedRows, _ gradients: [Double], _ place: BatchPlace) throws {
    let own = Array(gradients[chunk.range])
    // Steps that the loss does not depend on, as in a hinge that is reached, need no pass.
    guard own.contains(where: { $0 != 0 }) else { return }
    try backpropagate(chunk, rows, place) { _ in own }
  }

  /// Adds the gradients of Σ gradient · log-probability over the steps of `chunk`; `gradients` are asked for once the
  /// logits are known.
  private func backpropagate(
    _ chunk: PairChunk, _ rows: SupervisedRows, _ place: BatchPlace,
    _ gradients: (Tensor) throws(TorchError) -> [Double]
  ) throws {
    let targets = try Tensor(rows.targets, [rows.targets.count, 1]).converted(on: policy.device)
    var pass = pass
    pass.weight = place.weight
    _ = try policy.backpropagate(chunk.batch.policyBatch(), rows, pass) { logits throws(TorchError) in
      let steps = try gradients(logits)
      let weights = try Tensor(rows.samples.map { Float(steps[$0]) }, [rows.samples.count, 1])
        .converted(on: policy.device)
      return try (logits.logSoftmax(-1).gathering(targets, 1) * weights).sum()
    }
  }

  public func summary(of sums: [Double], steps: Double) -> StepSummary {
    let tally = PairTally(values: sums)
    var summary = StepSummary()
    summary.figures = [
      ("rewards/chosen", tally.chosenReward / tally.pairs), ("rewards/rejected", tally.rejectedReward / tally.pairs),
      ("rewards/accuracies", tally.accuracy),
      ("rewards/margins", (tally.chosenReward - tally.rejectedReward) / tally.pairs),
      ("logps/chosen", tally.chosenLogProbability / tally.pairs),
      ("logps/rejected", tally.rejectedLogProbability / tally.pairs),
      ("entropy", tally.entropy / tally.chosenTokens), ("mean_token_accuracy", tally.hits / tally.chosenTokens),
      ("chosen/log_ratio_per_token", tally.chosenRatioPerToken),
      ("chosen/action_rmse", tally.chosenDistance(tokensPerStep: tokensPerStep, dimensions: dimensions)),
      ("loss/preference", tally.preferenceLoss / tally.batches),
    ]
    if anchor != nil { summary.figures.append(("loss/anchor", tally.anchorLoss / tally.batches)) }
    summary.highlights = [
      ("pairs right", "\(formatDecimal(100 * tally.accuracy, places: 1)) %"),
      ("margin", formatDecimal((tally.chosenReward - tally.rejectedReward) / tally.pairs, places: 3)),
      ("chosen", "\(formatDecimal(tally.chosenRatioPerToken, places: 4)) nats/token"),
    ]
    return summary
  }
}
