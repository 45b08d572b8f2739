internal import Checkpoints
public import TensorFiles
internal import Torch
public import VLA

/// A few optimiser steps on one prepared batch, so that anyone can check a trainer against another.
public struct PolicyTrace {
  /// Before each step, and after the last.
  public private(set) var loss: [Double] = []
  /// Of each step, before clipping.
  public private(set) var gradientNorm: [Double] = []

  /// Trains the parameters of `policy` that ask for gradients on the batch of `inputs`.
  ///
  /// `observe` sees the optimiser after the gradients of each step, numbered from 1, before the step.
  ///
  /// - Throws: `PolicyError` where an input is missing or does not fit, `TrainingError`, `TorchError`.
  public init(
    _ policy: Policy, _ inputs: SafetensorsFile, _ options: TraceOptions,
    observe: (Int, Optimizer) throws -> Void = { _, _ in }
  ) throws {
    guard let batch = try ForwardInputs(inputs, policy.config).batch(), let labels = batch.labels else {
      throw TrainingError(place: inputs.path, "it has no input_ids with labels to train on")
    }
    let values = try labels.values(Int64.self)
    let width = labels.size(1)
    let rows = SupervisedRows(
      (0..<labels.size(0)).map { Array(values[$0 * width..<($0 + 1) * width]) },
      patches: batch.pixelValues == nil ? 0 : policy.patchCount)
    guard !rows.rows.isEmpty else { throw TrainingError(place: inputs.path, "no position has a label") }
    var adamW = AdamW.Options()
    adamW.weightDecay = options.weightDecay
    let optimizer = Optimizer(policy.parameters, adamW, .all)
    guard !optimizer.parameters.isEmpty else { throw TrainingError(place: inputs.path, "nothing is trained") }
    let targets = try Tensor(rows.targets, [rows.targets.count]).converted(on: policy.device)
    for step in 1...max(options.steps, 1) where options.steps > 0 {
      let value = try policy.backpropagate(batch, rows, options.pass) { logits throws(TorchError) in
        try logits.crossEntropy(targets, ignoring: Policy.ignoredLabel)
      }
      loss.append(try value.scalar())
      try observe(step, optimizer)
      gradientNorm.append(try optimizer.clip(to: options.clip))
      try optimizer.step(learningRate: options.learningRate)
      try optimizer.clearGradients()
    }
    let logits = try policy.logits(batch, rows, options.pass)
    loss.append(try logits.crossEntropy(targets, ignoring: Policy.ignoredLabel).scalar())
  }
}
