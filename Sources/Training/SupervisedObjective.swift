internal import Actions
internal import ByteIO
internal import Checkpoints
internal import JSON
internal import TensorFiles
internal import Torch
internal import VLA

/// Behaviour cloning: the mean cross-entropy of the labelled tokens of a mixture's samples.
public final class SupervisedObjective: TrainingObjective {
  private let policy: Policy
  private let feed: BatchFeed<SampleBatches>
  private let datasets: [String]
  private let dimensions: Int
  private let pass: TrainingPass
  private let seed: UInt64
  private let dropout: AdapterDropout?
  private let tokens: ActionTokenizer

  /// Takes the batches of `feed`, of samples of `datasets` with so many action `dimensions`.
  ///
  /// What `dropout` drops follows from `seed` and the batch's place.
  init(
    _ policy: Policy, _ feed: BatchFeed<SampleBatches>, datasets: [String], dimensions: Int, _ pass: TrainingPass,
    seed: UInt64,
    dropout: AdapterDropout?
  ) throws {
    self.policy = policy
    self.feed = feed
    self.datasets = datasets
    self.dimensions = dimensions
    self.pass = pass
    self.seed = seed
    self.dropout = dropout
    tokens = try ActionTokenizer(
      binCount: PolicyConfig.actionBinCount, vocabularySize: policy.config.actionVocabularySize)
  }

  public var sumCount: Int { emptyTally.values.count }

  private var emptyTally: ActionTally { ActionTally(datasets: datasets.count, dimensions: dimensions) }

  public func stop() { feed.stop() }

  public func accumulate(_ place: BatchPlace) throws -> BatchOutcome {
    guard let (batch, wait) = try feed.next() else {
      throw TrainingError(.bug, place: "step \(place.step + 1)", "the endless stream of batches ended")
    }
    dropout?.seed = NamedSeed(seed, "dropout step \(place.step) batch \(place.batch) rank \(place.rank)").value
    defer { dropout?.seed = nil }
    let rows = batch.rows(patches: policy.patchCount)
    let targets = try Tensor(rows.targets, [rows.targets.count]).converted(on: policy.device)
    var logits: Tensor?
    var pass = pass
    pass.weight = place.weight
    let value = try policy.backpropagate(batch.policyBatch(), rows, pass) { rowLogits throws(TorchError) in
      logits = try rowLogits.detached()
      return try rowLogits.crossEntropy(targets, ignoring: Policy.ignoredLabel)
    }
    let loss = try value.scalar()
    var tally = emptyTally
    if let logits {
      guard loss.isFinite else { throw try notANumber(batch, rows, logits, place) }
      let predictions = try logits.argmax(-1).values(Int64.self)
      tally.add(rows, predictions: predictions, datasets: batch.datasets, tokens)
    }
    return BatchOutcome(
      loss: loss, positions: Double(batch.ids.count + batch.count * policy.patchCount), sums: tally.values,
      place: batch.place, wait: wait)
  }

  /// The error that names the samples whose loss is no number.
  private func notANumber(
    _ batch: TrainingBatch, _ rows: SupervisedRows, _ logits: Tensor, _ place: BatchPlace
  ) throws -> TrainingError {
    let finite = try logits.sum([1]).isFinite().values(UInt8.self)
    var broken: [Int] = []
    for (index, isFinite) in finite.enumerated() where isFinite == 0 && broken.last != rows.samples[index] {
      broken.append(rows.samples[index])
    }
    let names = broken.prefix(3).map { sample in
      "\(datasets[batch.datasets[sample]]) sample \(batch.positions[sample])"
    }
    let list = names.isEmpty ? "all of its samples" : names.joined(separator: ", ") + (broken.count > 3 ? ", …" : "")
    return TrainingError(
      place: "step \(place.step + 1)",
      "the loss is not a number (\(list)); the state before it is kept: lower optimizer.learning_rate, set clip, or "
        + "leave the samples out")
  }

  public func summary(of sums: [Double], steps: Double) -> StepSummary {
    var tally = emptyTally
    tally.values = sums
    let all = tally.total()
    var summary = StepSummary()
    summary.figures = [("VLA Train/Action Token Accuracy", all.accuracy), ("VLA Train/L1 Loss", all.l1)]
    for (index, dataset) in datasets.enumerated() {
      let cell = tally.total(index)
      guard cell.count > 0 else { continue }
      summary.figures.append(("\(dataset)/L1 Loss", cell.l1))
      summary.figures.append(("\(dataset)/Action Token Accuracy", cell.accuracy))
    }
    for dimension in 0..<dimensions {
      let cell = tally.total(dimension: dimension)
      guard cell.count > 0 else { continue }
      summary.figures.append(("Dimension \(dimension)/L1 Loss", cell.l1))
      summary.figures.append(("Dimension \(dimension)/Action Token Accuracy", cell.accuracy))
    }
    summary.highlights = [
      ("accuracy", "\(formatDecimal(100 * all.accuracy, places: 1)) %"), ("L1", formatDecimal(all.l1, places: 4)),
    ]
    return summary
  }
}
