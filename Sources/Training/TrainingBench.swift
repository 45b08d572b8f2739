internal import Checkpoints
internal import TensorFiles
internal import Torch
public import VLA

/// How fast a policy is trained on made-up input of its own shape: whole steps, all parameters.
public struct TrainingBench: Sendable {
  public let batch: Int
  /// Tokens of a text, of which the last eight are labelled: seven of an action, and the end.
  public let textLength: Int
  public let repeats: Int
  public let pass: TrainingPass

  public init(batch: Int, textLength: Int, repeats: Int, pass: TrainingPass) {
    self.batch = batch
    self.textLength = textLength
    self.repeats = repeats
    self.pass = pass
  }

  /// The labelled tokens of a text.
  public static let labelCount = 8

  /// Returns the median seconds of a step, after three to warm up.
  public func run(_ policy: Policy) throws -> Double {
    let made = try MadeUpBatch(policy.config, count: batch, length: textLength)
    let labels = (0..<batch).map { sample in
      (0..<textLength).map { position in
        position < textLength - Self.labelCount ? Int64(Policy.ignoredLabel) : made.ids[sample * textLength + position]
      }
    }
    let rows = SupervisedRows(labels, patches: policy.patchCount)
    let targets = try Tensor(rows.targets, [rows.targets.count]).converted(on: policy.device)
    let optimizer = Optimizer(policy.parameters, AdamW.Options(), .all)
    var times: [Double] = []
    for step in 0..<repeats + 3 {
      let start = ContinuousClock.now
      try optimizer.clearGradients()
      let loss = try policy.backpropagate(made.batch, rows, pass) { logits throws(TorchError) in
        try logits.crossEntropy(targets, ignoring: Policy.ignoredLabel)
      }
      try optimizer.step(learningRate: 1e-4)
      _ = try loss.scalar()
      if step >= 3 { times.append((ContinuousClock.now - start) / .seconds(1)) }
    }
    times.sort()
    return times[times.count / 2]
  }
}
