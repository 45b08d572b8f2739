import Checkpoints
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

@testable import Training

/// Gradients against differences of the loss, in float64: every kind of layer of the model has its part in it.
@Suite struct GradientTests {
  private static let dev = Repository.fixture("TinyOpenVLA/dev")

  /// One parameter of each kind, and of the adapter the factors of a linear layer and of the convolution.
  private static let kinds = [
    "vision_backbone.featurizer.cls_token", "vision_backbone.featurizer.reg_token",
    "vision_backbone.featurizer.pos_embed", "vision_backbone.featurizer.patch_embed.proj.weight",
    "vision_backbone.fused_featurizer.patch_embed.proj.bias", "vision_backbone.featurizer.blocks.0.norm1.weight",
    "vision_backbone.featurizer.blocks.0.norm2.bias", "vision_backbone.featurizer.blocks.1.attn.qkv.weight",
    "vision_backbone.featurizer.blocks.0.attn.proj.bias", "vision_backbone.featurizer.blocks.1.ls1.scale_factor",
    "vision_backbone.fused_featurizer.blocks.1.mlp.fc1.weight",
    "vision_backbone.fused_featurizer.blocks.2.mlp.fc2.weight", "projector.fc1.weight", "projector.fc3.bias",
    "language_model.model.embed_tokens.weight", "language_model.model.layers.0.self_attn.q_proj.weight",
    "language_model.model.layers.1.self_attn.k_proj.weight", "language_model.model.layers.0.self_attn.v_proj.weight",
    "language_model.model.layers.1.self_attn.o_proj.weight", "language_model.model.layers.0.mlp.gate_proj.weight",
    "language_model.model.layers.1.mlp.up_proj.weight", "language_model.model.layers.0.mlp.down_proj.weight",
    "language_model.model.layers.1.post_attention_layernorm.weight", "language_model.model.norm.weight",
    "language_model.lm_head.weight", "projector.fc2.lora_A.weight", "language_model.lm_head.lora_B.weight",
    "vision_backbone.featurizer.patch_embed.proj.lora_A.weight",
    "vision_backbone.fused_featurizer.patch_embed.proj.lora_B.weight",
  ]

  @Test(arguments: TrainingPass.Activations.allCases)
  func `every kind of layer has the gradient that differences of the loss have`(
    activations: TrainingPass.Activations
  ) throws {
    try Engine.setThreadCount(1)
    let folder = try CheckpointFolder("\(Self.dev)/model")
    let adapter = AdapterSource.folder(try AdapterFolder("\(Self.dev)/adapter", for: folder.config))
    let policy = try Policy.load(folder, adapter: adapter, .float64) { _ in true }
    let inputs = try SafetensorsFile("\(Self.dev)/forward.safetensors")
    let batch = try #require(try ForwardInputs(inputs, folder.config).batch())
    let labels = try #require(batch.labels)
    let (values, width) = (try labels.values(Int64.self), labels.size(1))
    let rows = SupervisedRows(
      (0..<labels.size(0)).map { Array(values[$0 * width..<($0 + 1) * width]) }, patches: policy.patchCount)
    let targets = try Tensor(rows.targets, [rows.targets.count])
    let pass = TrainingPass(activations: activations)
    // Sums of squares in float64; the cross-entropy of float32 logits would round the differences away.
    func objective(_ logits: Tensor) throws(TorchError) -> Tensor {
      try logits.converted(to: .float64).crossEntropy(targets, ignoring: Policy.ignoredLabel)
    }
    _ = try policy.backpropagate(batch, rows, pass, objective: objective)
    for (number, name) in Self.kinds.enumerated() {
      let parameter = try #require(policy.parameters[name], "\(name)")
      let gradient = try #require(try parameter.gradient, "\(name)").values(Double.self)
      // The element with the largest slope, and along a direction of ±1 over all elements.
      let direction = (0..<parameter.elementCount).map { ($0 &* 7 + number) % 3 == 0 ? 1.0 : -1.0 }
      let slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let step = 1e-3 / Double(parameter.elementCount).squareRoot()
      let change = try Tensor(direction, parameter.shape)
      func loss(_ factor: Double) throws -> Double {
        try withoutGradient { () throws(TorchError) in try parameter.add(change, factor: factor) }
        defer { try? withoutGradient { () throws(TorchError) in try parameter.add(change, factor: -factor) } }
        return try objective(policy.logits(batch, rows, pass)).scalar()
      }
      let difference = try (loss(step) - loss(-step)) / (2 * step)
      let scale = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(slope - difference) <= 2e-3 * scale + 1e-6, "\(name): \(slope), \(difference)")
    }
  }
}
