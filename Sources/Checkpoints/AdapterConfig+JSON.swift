internal import ByteIO
public import JSON

extension AdapterConfig {
  /// Reads `adapter_config.json`.
  ///
  /// - Throws: `JSONError`; `CheckpointError` for kinds of adapter that are not supported.
  init(_ root: JSONNode) throws {
    func refuse(_ key: String, _ problem: String) -> CheckpointError {
      CheckpointError(place: "\(root.file): \(key)", problem)
    }
    let type = try root.optional("peft_type")?.string() ?? "LORA"
    guard type == "LORA" else { throw refuse("peft_type", "`\(type)` is not supported; LORA is") }
    for key in ["use_dora", "fan_in_fan_out"] where try root.optional(key)?.bool() ?? false {
      throw refuse(key, "is not supported")
    }
    for key in ["modules_to_save", "layer_replication"] where root.optional(key) != nil {
      throw refuse(key, "is not supported")
    }
    let bias = try root.optional("bias")?.string() ?? "none"
    guard bias == "none" else { throw refuse("bias", "`\(bias)` is not supported; none is") }
    self.init(rank: try root.member("r").count())
    guard rank > 0 else { throw refuse("r", "a rank of \(rank) is no adapter") }
    alpha = try root.member("lora_alpha").double()
    dropout = try root.optional("lora_dropout")?.double() ?? 0
    isRootScaled = try root.optional("use_rslora")?.bool() ?? false
    base = try root.optional("base_model_name_or_path")?.string() ?? ""
    start = root.optional("init_lora_weights")?.value == .string("gaussian") ? .gaussian : .kaiming
    ranks = try Self.patterns(root, "rank_pattern") { node in
      let rank = try node.count()
      guard rank > 0 else { throw refuse("rank_pattern", "a rank of \(rank) is no adapter") }
      return rank
    }
    alphas = try Self.patterns(root, "alpha_pattern") { try $0.double() }
    if let targets = root.optional("target_modules"), case .array = targets.value {
      self.targets = try targets.array().map { try $0.string() }
    }
  }

  /// The members of `rank_pattern` or `alpha_pattern`; PEFT allows regular expressions, which are not read here.
  private static func patterns<Value>(
    _ root: JSONNode, _ key: String, _ value: (JSONNode) throws -> Value
  ) throws -> [Override<Value>] {
    try (root.optional(key)?.members() ?? []).map { name, node in
      guard !name.contains(where: { "^$*+?()[]{}|\\".contains($0) }) else {
        throw CheckpointError(
          place: "\(node.file): \(key)", "`\(name)` is a regular expression, which is not supported; name the layers")
      }
      return Override(name, try value(node))
    }
  }

  /// `adapter_config.json` as PEFT 0.11.1 writes it for an adapter of `modules`.
  public func json(_ modules: [AdaptedModule]) -> JSONValue {
    var ends: Set<String> = []
    for module in modules { ends.insert(String(module.module.split(separator: ".").last ?? "")) }
    return [
      "alpha_pattern": .object(alphas.map { .init($0.name, .real($0.value)) }),
      "auto_mapping": [
        "base_model_class": "OpenVLAForActionPrediction",
        "parent_library": "transformers_modules.modeling_prismatic",
      ],
      "base_model_name_or_path": .string(base), "bias": "none", "fan_in_fan_out": false, "inference_mode": true,
      "init_lora_weights": start == .gaussian ? "gaussian" : true, "layer_replication": .null,
      "layers_pattern": .null, "layers_to_transform": .null, "loftq_config": .object([]),
      "lora_alpha": alpha == alpha.rounded() ? JSONValue(Int(alpha)) : .real(alpha), "lora_dropout": .real(dropout),
      "megatron_config": .null, "megatron_core": "megatron.core", "modules_to_save": .null, "peft_type": "LORA",
      "r": JSONValue(rank), "rank_pattern": .object(ranks.map { .init($0.name, JSONValue($0.value)) }),
      "revision": .null, "target_modules": .array((targets ?? ends.sorted()).map { .string($0) }), "task_type": .null,
      "use_dora": false, "use_rslora": .bool(isRootScaled),
    ]
  }
}
