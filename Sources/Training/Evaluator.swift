internal import Actions
internal import Checkpoints
internal import TensorFiles
internal import Torch
public import VLA

/// Measures a policy on batches.
public struct Evaluator {
  private let policy: Policy
  private let pass: TrainingPass
  private let tokens: ActionTokenizer
  /// The centre that each action column of the logits stands for, [256, 1].
  private let columnCenters: Tensor
  public private(set) var report: EvaluationReport
  private var lossSum = 0.0
  private var rowCount = 0

  /// Every so many samples one is kept as an example.
  private let exampleStride: Int

  /// The examples that are kept, about.
  static let exampleCount = 8

  /// Begins to measure `policy` on samples of `datasets` with `dimensions` action dimensions.
  public init(_ policy: Policy, _ pass: TrainingPass, datasets: [String], dimensions: Int, samples: Int) throws {
    self.policy = policy
    self.pass = pass
    exampleStride = max(1, samples / Self.exampleCount)
    tokens = try ActionTokenizer(
      binCount: PolicyConfig.actionBinCount, vocabularySize: policy.config.actionVocabularySize)
    let range = policy.config.actionTokens
    columnCenters = try Tensor(tokens.decode(Array(range)).map { Float($0) }, [range.count, 1])
      .converted(on: policy.device)
    let centers = (0..<PolicyConfig.actionBinCount).map { [tokens] in tokens.decode([tokens.id(ofBin: $0)])[0] }
    report = EvaluationReport(datasets: datasets, dimensions: dimensions, centers: centers)
  }

  /// Counts one batch.
  public mutating func add(_ batch: TrainingBatch) throws {
    let rows = batch.rows(patches: policy.patchCount)
    let logits = try policy.logits(batch.policyBatch(), rows, pass)
    let (losses, predictions, expected) = try withoutGradient {
      let targets = try Tensor(rows.targets, [rows.targets.count, 1]).converted(on: policy.device)
      let actions = policy.config.actionTokens
      return (
        try (-logits.logSoftmax(-1).gathering(targets, 1)).values(Double.self),
        try logits.argmax(-1).values(Int64.self),
        try logits.slicing(actions, 1).softmax(-1).multiplied(by: columnCenters).values(Double.self)
      )
    }
    let bins = PolicyConfig.actionBinCount
    var (sample, dimension, isExample) = (-1, 0, false)
    for (index, target) in rows.targets.enumerated() {
      lossSum += losses[index]
      rowCount += 1
      if rows.samples[index] != sample {
        (sample, dimension) = (rows.samples[index], 0)
        isExample = (report.sampleCount + sample) % exampleStride == 0 && report.examples.count < Self.exampleCount
        if isExample {
          let dataset = report.datasets[batch.datasets[sample]]
          report.examples.append(
            .init(
              dataset: dataset, position: batch.positions[sample], place: batch.places[sample], truth: [], answer: []))
        }
      }
      guard Int(target) > tokens.actionTokenBegin, dimension < report.dimensionCount else { continue }
      let place = batch.datasets[sample] * report.dimensionCount + dimension
      let truth = tokens.vocabularySize - 1 - Int(target)
      let answer = min(max(tokens.vocabularySize - 1 - Int(predictions[index]), 0), bins - 1)
      let center = report.centers[truth]
      if isExample {
        report.examples[report.examples.count - 1].truth.append(center)
        report.examples[report.examples.count - 1].answer.append(report.centers[answer])
      }
      report.figures[place].count += 1
      report.figures[place].loss += losses[index]
      if predictions[index] == target { report.figures[place].right += 1 }
      report.figures[place].greedyDistance += abs(report.centers[answer] - center)
      report.figures[place].expectedDistance += abs(expected[index] - center)
      report.figures[place].bins[truth] += 1
      report.confusion[truth * bins + answer] += 1
      dimension += 1
    }
    report.sampleCount += batch.count
    report.loss = lossSum / Double(max(1, rowCount))
  }
}
