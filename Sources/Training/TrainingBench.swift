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
    let config = policy.config
    let random = try RandomSource(seed: 0)
    let pixels = try Tensor.full([batch, 3 * config.towers.count, config.imageSize, config.imageSize], 0)
    try random.fillNormal(pixels, deviation: 1)
    let limit = min(config.actionVocabularySize, config.decoder.vocabularySize)
    let ids = (0..<batch * textLength).map { Int64($0 % textLength == 0 ? 1 : 3 + ($0 * 7919) % (limit - 3)) }
    let labels = (0..<batch).map { sample in
      (0..<textLength).map { position in
        position < textLength - Self.labelCount ? Int64(Policy.ignoredLabel) : ids[sample * textLength + position]
      }
    }
    let inputs = PolicyBatch(
      inputIDs: try Tensor(ids, [batch, textLength]), attentionMask: try Tensor.full([batch, textLength], 1, .int64),
      pixelValues: pixels, labels: nil)
    let rows = SupervisedRows(labels, patches: policy.patchCount)
    let targets = try Tensor(rows.targets, [rows.targets.count]).converted(on: policy.device)
    let optimizer = Optimizer(policy.parameters, AdamW.Options(), .all)
    var times: [Double] = []
    for step in 0..<repeats + 3 {
      let start = ContinuousClock.now
      try optimizer.clearGradients()
      let loss = try policy.backpropagate(inputs, rows, pass) { logits throws(TorchError) in
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
