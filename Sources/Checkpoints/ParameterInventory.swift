/// The parts of a policy.
public enum PolicyPart: String, Sendable, CaseIterable {
  case featurizer, fusedFeaturizer, projector, languageModel

  /// The name that the part's parameters begin with.
  public var prefix: String {
    switch self {
    case .featurizer: "vision_backbone.featurizer"
    case .fusedFeaturizer: "vision_backbone.fused_featurizer"
    case .projector: "projector"
    case .languageModel: "language_model"
    }
  }
}

/// One parameter of a policy: its name in the checkpoint and its shape.
public struct ParameterShape: Equatable, Sendable {
  public let name: String
  public let shape: [Int]
  public let part: PolicyPart

  public var elementCount: Int { shape.reduce(1, *) }
}

extension PolicyConfig {
  /// Every parameter, in the order in which the reference's model has them.
  ///
  /// Source: OpenVLA's Hugging Face port over timm 0.9.10 and transformers 4.40.1.
  public var parameters: [ParameterShape] {
    var list = ParameterList()
    for (tower, part) in zip(towers, [PolicyPart.featurizer, .fusedFeaturizer]) { list.add(tower, part) }
    list.part = .projector
    let hidden = decoder.hidden
    switch architecture {
    case .fused:
      list.linear("fc1", visionWidth, 4 * visionWidth)
      list.linear("fc2", 4 * visionWidth, hidden)
      list.linear("fc3", hidden, hidden)
    case .single:
      list.linear("fc1", visionWidth, hidden)
      list.linear("fc2", hidden, hidden)
    }
    list.add(decoder)
    return list.shapes
  }
}

/// Collects the names and shapes of a model, module by module.
private struct ParameterList {
  var shapes: [ParameterShape] = []
  var part = PolicyPart.featurizer

  mutating func tensor(_ name: String, _ shape: [Int]) {
    shapes.append(ParameterShape(name: "\(part.prefix).\(name)", shape: shape, part: part))
  }

  mutating func linear(_ name: String, _ input: Int, _ output: Int) {
    tensor("\(name).weight", [output, input])
    tensor("\(name).bias", [output])
  }

  mutating func norm(_ name: String, _ width: Int) {
    tensor("\(name).weight", [width])
    tensor("\(name).bias", [width])
  }

  mutating func add(_ tower: VisionTower, _ part: PolicyPart) {
    self.part = part
    let width = tower.width
    if tower.classToken { tensor("cls_token", [1, 1, width]) }
    if tower.registers > 0 { tensor("reg_token", [1, tower.registers, width]) }
    tensor("pos_embed", [1, tower.positionCount, width])
    tensor("patch_embed.proj.weight", [width, 3, tower.patchSize, tower.patchSize])
    if !tower.preNorm { tensor("patch_embed.proj.bias", [width]) }
    if tower.preNorm { norm("norm_pre", width) }
    for index in 0..<tower.depth {
      let block = "blocks.\(index)"
      norm("\(block).norm1", width)
      linear("\(block).attn.qkv", width, 3 * width)
      linear("\(block).attn.proj", width, width)
      if tower.layerScale { tensor("\(block).ls1.scale_factor", [width]) }
      norm("\(block).norm2", width)
      linear("\(block).mlp.fc1", width, tower.mlpHidden)
      linear("\(block).mlp.fc2", tower.mlpHidden, width)
      if tower.layerScale { tensor("\(block).ls2.scale_factor", [width]) }
    }
    norm("norm", width)
    if tower.attentionPool {
      tensor("attn_pool.latent", [1, 1, width])
      linear("attn_pool.q", width, width)
      linear("attn_pool.kv", width, 2 * width)
      linear("attn_pool.proj", width, width)
      norm("attn_pool.norm", width)
      linear("attn_pool.mlp.fc1", width, tower.mlpHidden)
      linear("attn_pool.mlp.fc2", tower.mlpHidden, width)
    }
  }

  mutating func add(_ decoder: DecoderConfig) {
    part = .languageModel
    let hidden = decoder.hidden
    let shared = decoder.keyValueHeads * decoder.headDim
    tensor("model.embed_tokens.weight", [decoder.vocabularySize, hidden])
    for index in 0..<decoder.layers {
      let layer = "model.layers.\(index)"
      tensor("\(layer).self_attn.q_proj.weight", [hidden, hidden])
      tensor("\(layer).self_attn.k_proj.weight", [shared, hidden])
      tensor("\(layer).self_attn.v_proj.weight", [shared, hidden])
      tensor("\(layer).self_attn.o_proj.weight", [hidden, hidden])
      tensor("\(layer).mlp.gate_proj.weight", [decoder.intermediate, hidden])
      tensor("\(layer).mlp.up_proj.weight", [decoder.intermediate, hidden])
      tensor("\(layer).mlp.down_proj.weight", [hidden, decoder.intermediate])
      tensor("\(layer).input_layernorm.weight", [hidden])
      tensor("\(layer).post_attention_layernorm.weight", [hidden])
    }
    tensor("model.norm.weight", [hidden])
    tensor("lm_head.weight", [decoder.vocabularySize, hidden])
  }
}
