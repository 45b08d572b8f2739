internal import ImageCodec
public import JSON

extension PolicyConfig {
  /// The `config.json` of this policy with weights of type `torchDType`: the one that was read, or a new one with the
  /// keys that OpenVLA's converter writes.
  public func json(torchDType: String) -> JSONValue {
    guard case .object(var members) = document ?? fresh else { return fresh }
    func set(_ name: String, _ value: JSONValue, in members: inout [JSONValue.Member]) {
      if let index = members.firstIndex(where: { $0.name == name }) {
        members[index].value = value
      } else {
        let index = members.firstIndex { $0.name.utf8.lexicographicallyPrecedes(name.utf8) == false } ?? members.count
        members.insert(.init(name, value), at: index)
      }
    }
    set("torch_dtype", .string(torchDType), in: &members)
    set("norm_stats", normStats, in: &members)
    if let index = members.firstIndex(where: { $0.name == "text_config" }),
      case .object(var text) = members[index].value
    {
      set("torch_dtype", .string(torchDType), in: &text)
      members[index].value = .object(text)
    }
    return .object(members)
  }

  /// A config with every size spelled out, keys in order.
  private var fresh: JSONValue {
    var text: [String: JSONValue] = [
      "hidden_size": JSONValue(decoder.hidden), "intermediate_size": JSONValue(decoder.intermediate),
      "num_hidden_layers": JSONValue(decoder.layers), "num_attention_heads": JSONValue(decoder.heads),
      "num_key_value_heads": JSONValue(decoder.keyValueHeads), "vocab_size": JSONValue(decoder.vocabularySize),
      "rms_norm_eps": .real(decoder.rmsEpsilon), "rope_theta": .real(decoder.ropeTheta),
      "max_position_embeddings": JSONValue(decoder.maxPositions), "bos_token_id": JSONValue(decoder.bosTokenID),
      "eos_token_id": JSONValue(decoder.eosTokenID), "pad_token_id": JSONValue(padTokenID),
      "model_type": .string(LanguageBackbone.named(languageBackboneID)?.architecture.rawValue ?? "llama"),
      "torch_dtype": .string(torchDType),
    ]
    if let window = decoder.slidingWindow { text["sliding_window"] = JSONValue(window) }
    var keys: [String: JSONValue] = [
      "arch_specifier": .string(architecture.rawValue), "architectures": ["OpenVLAForActionPrediction"],
      "auto_map": [
        "AutoConfig": "configuration_prismatic.OpenVLAConfig",
        "AutoModelForVision2Seq": "modeling_prismatic.OpenVLAForActionPrediction",
      ],
      "hf_llm_id": .string(LanguageBackbone.named(languageBackboneID)?.modelID ?? ""),
      "image_resize_strategy": .string(resizeStrategy.rawValue),
      "image_sizes": .array(towers.map { JSONValue($0.imageSize) }), "llm_backbone_id": .string(languageBackboneID),
      "llm_max_length": JSONValue(maxTextLength), "model_type": "openvla",
      "n_action_bins": JSONValue(Self.actionBinCount), "norm_stats": normStats, "output_projector_states": false,
      "pad_to_multiple_of": JSONValue(padToMultipleOf), "pad_token_id": JSONValue(padTokenID),
      "text_config": .object(text.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }),
      "timm_model_ids": .array(towers.map { .string($0.modelID) }),
      "timm_override_act_layers": .array(
        towers.map { $0.activation == .gelu ? .null : .string($0.activation.rawValue) }),
      "torch_dtype": .string(torchDType), "transformers_version": "4.40.1",
      "use_fused_vision_backbone": .bool(towers.count > 1), "vision_backbone_id": .string(visionBackboneID),
    ]
    if towers.contains(where: { $0.isResized }) {
      keys["timm_override_kwargs"] = .array(towers.map(\.overrides))
    }
    if emptyTokenID != Self.llamaEmptyTokenID { keys["oracle_empty_token_id"] = JSONValue(emptyTokenID) }
    return .object(keys.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
  }
}

extension VisionTower {
  /// Whether its sizes are not those of its name.
  var isResized: Bool {
    VisionTower(modelID: modelID, imageSize: imageSize, activation: activation) != self
  }

  /// The sizes that differ from the published ones, as timm's arguments.
  var overrides: JSONValue {
    let published = VisionTower(modelID: modelID, imageSize: imageSize, activation: activation)
    var members: [JSONValue.Member] = [
      .init("embed_dim", JSONValue(width)), .init("depth", JSONValue(depth)), .init("num_heads", JSONValue(heads)),
    ]
    if patchSize != published?.patchSize { members.append(.init("patch_size", JSONValue(patchSize))) }
    if mlpRatio != published?.mlpRatio { members.append(.init("mlp_ratio", .real(mlpRatio))) }
    return .object(members)
  }
}
