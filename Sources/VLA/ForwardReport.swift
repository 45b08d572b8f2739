internal import Actions
internal import ByteIO
public import Checkpoints
public import TensorFiles
internal import Torch

/// Runs prepared tensors through a policy and gathers every stage, so that anyone can compare a conversion.
public struct ForwardReport {
  /// The tensors by name, as the reference's oracle names them.
  public private(set) var tensors: [(name: String, tensor: HostTensor)] = []

  /// Runs the batch of `inputs` and the prompts `prompt_ids.N` in it.
  ///
  /// - Throws: `PolicyError` where an input is missing or does not fit; `TorchError`.
  public init(_ policy: Policy, _ inputs: SafetensorsFile, _ statistics: ActionStatistics) throws {
    let reader = ForwardInputs(inputs, policy.config)
    let batch = try reader.batch()
    try withoutGradient {
      if let batch { try run(policy, batch) }
      for number in reader.prompts {
        try answer(policy, number, reader.prompt(number), reader.pixels(number), statistics)
      }
    }
    guard !tensors.isEmpty else {
      throw PolicyError(.badData, place: inputs.path, "it has neither input_ids nor prompt_ids.N")
    }
  }

  private mutating func run(_ policy: Policy, _ batch: PolicyBatch) throws {
    try policy.check(length: batch.inputIDs.size(1) + (batch.pixelValues == nil ? 0 : policy.patchCount))
    let output = try policy.forward(batch)
    if let patches = output.patches {
      for (tower, features) in zip(policy.config.towers, patches.towers) {
        try add("features.\(tower.family.rawValue)", features)
      }
      try add("features", patches.features)
      try add("projector", patches.projected)
      try add("multimodal_attention_mask", output.attentionMask)
      if let labels = output.labels { try add("multimodal_labels", labels) }
    }
    try add("merged_embeddings", output.mergedEmbeddings)
    let states = try output.hiddenStates.map { state throws(TorchError) in try state.reshaped([1] + state.shape) }
    try add("hidden_states", Tensor.concatenating(states, 0))
    try add("logits", output.logits)
    if let loss = output.loss { try add("loss", loss) }
    if let metrics = try policy.actionMetrics(output) {
      tensors.append(("action_accuracy", HostTensor(.float32, [], Bytes(values: [metrics.accuracy]))))
      tensors.append(("action_l1", HostTensor(.float64, [], Bytes(values: [metrics.l1]))))
    }
  }

  /// Decodes the action tokens of one prompt, over all rows as the reference does.
  private mutating func answer(
    _ policy: Policy, _ number: Int, _ prompt: [Int], _ pixels: Tensor?, _ statistics: ActionStatistics
  ) throws {
    let known = try statistics.keys.map { try statistics.action($0) }
    let count = statistics.largestDimension
    guard count > 0 else { return }
    let generation = try policy.generate(prompt, pixels, count: count, .unrestricted, keepingLogits: true)
    let ids = generation.ids.map { Int64($0) }
    tensors.append(("generate.\(number).new_ids", HostTensor(.int64, [ids.count], Bytes(values: ids))))
    if let logits = generation.logits { try add("generate.\(number).step_logits", logits) }
    for (key, statistics) in known {
      let action = try policy.action(Array(generation.ids.prefix(statistics.dimension)), prompt: prompt, statistics)
      tensors.append(
        ("generate.\(number).action.\(key)", HostTensor(.float64, [action.count], Bytes(values: action))))
    }
  }

  private mutating func add(_ name: String, _ tensor: Tensor) throws {
    tensors.append((name, HostTensor(try tensor.dtype, tensor.shape, try tensor.bytes)))
  }

  /// The tensor `name`, or `nil`.
  public subscript(name: String) -> HostTensor? { tensors.first { $0.name == name }?.tensor }
}
