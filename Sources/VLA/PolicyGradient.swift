internal import Checkpoints
internal import TensorFiles
public import Torch

extension Policy {
  /// Adds the gradient of an objective over the logits of `rows` to every parameter that asks for one, and returns the
  /// objective.
  ///
  /// Texts are padded on the right and attention is causal, so labelled positions never see padding: no mask is needed,
  /// and what padding computes gets no gradient. Only the logits of `rows` are computed: [row, vocabulary], float32.
  ///
  /// - Throws: `TorchError`; gradients may then be summed up in part.
  public func backpropagate(
    _ batch: PolicyBatch, _ rows: SupervisedRows, _ pass: TrainingPass,
    objective: (Tensor) throws(TorchError) -> Tensor
  ) throws -> Tensor {
    let index = try Tensor(rows.rows, [rows.rows.count]).converted(on: device)
    switch pass.activations {
    case .kept:
      let value = try mixed(pass) {
        let x = try embedded(batch)
        let rotation = try decoder.rotation(x.size(1), pass.autocast ?? x.dtype, on: x.device)
        var hidden = x
        for layer in 0..<decoder.layerCount { hidden = try decoder.layer(layer, hidden, rotation) }
        return try objective(decoder.normedLogits(flat(hidden).selecting(index, 0)))
      }
      try scaled(value, pass).backward()
      return try value.detached()
    case .recomputed:
      return try recomputed(batch, index, pass, objective)
    }
  }

  /// The logits of `rows`, without gradients: [row, vocabulary], float32.
  public func logits(_ batch: PolicyBatch, _ rows: SupervisedRows, _ pass: TrainingPass) throws -> Tensor {
    try withoutGradient {
      try mixed(pass) {
        let index = try Tensor(rows.rows, [rows.rows.count]).converted(on: device)
        var x = try embedded(batch)
        let rotation = try decoder.rotation(x.size(1), pass.autocast ?? x.dtype, on: x.device)
        for layer in 0..<decoder.layerCount { x = try decoder.layer(layer, x, rotation) }
        return try decoder.normedLogits(flat(x).selecting(index, 0))
      }
    }
  }

  /// As ``backpropagate(_:_:_:objective:)``, keeping only what goes into each layer.
  ///
  /// Mixed precision begins anew for each part: weights that it rounded without a gradient must not be used again.
  private func recomputed(
    _ batch: PolicyBatch, _ index: Tensor, _ pass: TrainingPass, _ objective: (Tensor) throws(TorchError) -> Tensor
  ) throws -> Tensor {
    let merged = try mixed(pass) { try embedded(batch) }
    let rotation = try decoder.rotation(merged.size(1), pass.autocast ?? merged.dtype, on: merged.device)
    var inputs = [try merged.detached()]
    for layer in 0..<decoder.layerCount {
      let input = inputs[layer]
      inputs.append(
        try withoutGradient { try mixed(pass) { try decoder.layer(layer, input, rotation) } })
    }
    func leaf(_ tensor: Tensor) throws(TorchError) -> Tensor {
      let leaf = try tensor.detached()
      try leaf.setRequiresGradient(true)
      return leaf
    }
    let last = try leaf(inputs.removeLast())
    let value = try mixed(pass) { try objective(decoder.normedLogits(flat(last).selecting(index, 0))) }
    try scaled(value, pass).backward()
    var gradient = try last.gradient
    while let input = inputs.popLast(), let weight = gradient {
      let start = try leaf(input)
      let output = try mixed(pass) { try decoder.layer(inputs.count, start, rotation) }
      try output.backward(weight)
      gradient = try start.gradient
    }
    if let gradient, merged.requiresGradient { try merged.backward(gradient) }
    return try value.detached()
  }

  /// The sequence that the decoder reads: [batch, position, hidden].
  private func embedded(_ batch: PolicyBatch) throws -> Tensor {
    let ids = try batch.inputIDs.converted(to: .int64, on: device)
    let sequence = try merged(ids, batch.pixelValues.map { try patches($0) })
    try check(length: sequence.size(1))
    return sequence
  }

  private func flat(_ x: Tensor) throws(TorchError) -> Tensor { try x.reshaped([-1, x.size(-1)]) }

  private func scaled(_ value: Tensor, _ pass: TrainingPass) throws(TorchError) -> Tensor {
    pass.weight == 1 ? value : try value * pass.weight
  }

  private func mixed<R>(_ pass: TrainingPass, _ body: () throws -> R) throws -> R {
    guard let type = pass.autocast else { return try body() }
    return try withAutocast(type, on: device, body)
  }
}
