internal import ByteIO
internal import Checkpoints
public import TensorFiles
internal import Torch
public import VLA

/// A few steps of Direct Preference Optimization (Rafailov et al., arXiv 2305.18290) on one prepared batch.
///
/// The rows of the batch are the chosen answers, then as many rejected ones; row i is paired with row i + half. A row's
/// log-probability is the sum over its labelled tokens.
public struct PreferenceTrace {
  /// Before each step, and after the last: the mean of −ln σ(reward of the chosen − reward of the rejected).
  public private(set) var loss: [Double] = []
  /// Of each step, before clipping.
  public private(set) var gradientNorm: [Double] = []
  /// The policy's log-probability of each row, as ``loss``; and the reference's.
  public private(set) var policyLogProbabilities: [[Double]] = []
  public private(set) var referenceLogProbabilities: [Double] = []

  /// Trains the parameters of `policy` that ask for gradients on the pairs of `inputs`.
  ///
  /// The image of row r is `image_index`[r] of `images`' `pixel_values`. The reference is the policy as it begins, with the
  /// tensors `reference_override.NAME` of `inputs` in place of the parameters NAME.
  ///
  /// `beta` is how strongly the reference holds the policy.
  ///
  /// - Throws: `PolicyError`, `TrainingError` where an input is missing or does not fit; `TorchError`.
  public init(
    _ policy: Policy, _ inputs: SafetensorsFile, images: SafetensorsFile, beta: Double, _ options: TraceOptions
  ) throws {
    let batch = try Self.batch(policy, inputs, images)
    guard let labels = batch.labels else { throw TrainingError(place: inputs.path, "it has no labels") }
    let (values, width, count) = (try labels.values(Int64.self), labels.size(1), labels.size(0))
    guard count % 2 == 0 else {
      throw TrainingError(place: inputs.path, "\(count) rows are not as many chosen as rejected ones")
    }
    let rows = SupervisedRows(
      (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }, patches: policy.patchCount)
    guard Set(rows.samples).count == count else { throw TrainingError(place: inputs.path, "a row has no label") }
    let targets = try Tensor(rows.targets, [rows.targets.count, 1]).converted(on: policy.device)
    // [row, labelled position]: sums the positions of each row.
    var membership = [Float](repeating: 0, count: count * rows.samples.count)
    for (index, sample) in rows.samples.enumerated() { membership[sample * rows.samples.count + index] = 1 }
    let sums = try Tensor(membership, [count, rows.samples.count]).converted(on: policy.device)
    func logProbabilities(_ logits: Tensor) throws(TorchError) -> Tensor {
      try sums.multiplied(by: logits.logSoftmax(-1).gathering(targets, 1)).reshaped([count])
    }
    let reference = try Self.reference(policy, inputs)
    let held = try withoutGradient { try logProbabilities(reference.logits(batch, rows, options.pass)).detached() }
    referenceLogProbabilities = try held.values(Double.self)

    var latest: [Double] = []
    func objective(_ logits: Tensor) throws(TorchError) -> Tensor {
      let scores = try logProbabilities(logits)
      latest = try scores.values(Double.self)
      let rewards = try (scores - held) * beta
      let margins = try rewards.slicing(0..<count / 2, 0) - rewards.slicing(count / 2..<count, 0)
      return try -margins.logSigmoid().mean()
    }
    var adamW = AdamW.Options()
    adamW.weightDecay = options.weightDecay
    let optimizer = Optimizer(policy.parameters, adamW, .all)
    guard !optimizer.parameters.isEmpty else { throw TrainingError(place: inputs.path, "nothing is trained") }
    for _ in 0..<options.steps {
      let value = try policy.backpropagate(batch, rows, options.pass, objective: objective)
      loss.append(try value.scalar())
      policyLogProbabilities.append(latest)
      gradientNorm.append(try optimizer.clip(to: options.clip))
      try optimizer.step(learningRate: options.learningRate)
      try optimizer.clearGradients()
    }
    loss.append(
      try withoutGradient { try objective(policy.logits(batch, rows, options.pass)).scalar() })
    policyLogProbabilities.append(latest)
  }

  /// β · (policy − reference) of each row, as ``loss``.
  public func rewards(beta: Double) -> [[Double]] {
    policyLogProbabilities.map { zip($0, referenceLogProbabilities).map { beta * ($0 - $1) } }
  }

  /// The pairs' texts with the images that they name.
  private static func batch(
    _ policy: Policy, _ inputs: SafetensorsFile, _ images: SafetensorsFile
  ) throws -> PolicyBatch {
    guard var batch = try ForwardInputs(inputs, policy.config).batch() else {
      throw TrainingError(place: inputs.path, "it has no input_ids")
    }
    guard let declaration = images.declaration("pixel_values"), declaration.shape.count == 4 else {
      throw TrainingError(place: images.path, "it has no pixel_values")
    }
    guard inputs.declaration("image_index") == TensorDeclaration("image_index", .int64, [batch.inputIDs.size(0)]) else {
      throw TrainingError(place: inputs.path, "image_index is not I64 [\(batch.inputIDs.size(0))]")
    }
    let index = try inputs.values("image_index", .int64, as: Int64.self)
    guard index.allSatisfy({ $0 >= 0 && $0 < declaration.shape[0] }) else {
      throw TrainingError(place: inputs.path, "image_index names images that \(images.path) does not have")
    }
    let side = policy.config.imageSize
    guard Array(declaration.shape.dropFirst()) == [3 * policy.config.towers.count, side, side] else {
      throw TrainingError(place: images.path, "pixel_values \(declaration.shape) are not the model's")
    }
    let pixels = try Tensor.viewing(images.bytes("pixel_values"), declaration.dtype, declaration.shape)
    batch.pixelValues = try pixels.selecting(Tensor(index, [index.count]), 0)
    return batch
  }

  /// The policy as it is, with the overrides of `inputs`; its parameters are copies.
  private static func reference(_ policy: Policy, _ inputs: SafetensorsFile) throws -> Policy {
    var parameters = ParameterStore()
    try withoutGradient {
      for name in policy.parameters.names {
        guard let parameter = policy.parameters[name] else { continue }
        parameters[name] = try parameter.requiresGradient ? parameter.detached().copied() : parameter
      }
    }
    let prefix = "reference_override."
    for tensor in inputs.tensors where tensor.name.hasPrefix(prefix) {
      let name = String(tensor.name.dropFirst(prefix.count))
      guard let own = parameters[name], own.shape == tensor.shape else {
        throw TrainingError(place: inputs.path, "`\(tensor.name)` is no parameter of this shape")
      }
      parameters[name] = try Tensor.copying(inputs.bytes(tensor.name), tensor.dtype, tensor.shape)
        .converted(to: own.dtype, on: policy.device)
    }
    return try Policy(policy.config, parameters, policy.dtype, on: policy.device)
  }
}
