internal import ImageCodec
public import JSON

extension PolicyConfig {
  /// Reads the `config.json` at `path`.
  ///
  /// - Throws: `FileError`, `JSONError`, `CheckpointError`.
  public init(file path: String) throws { try self.init(JSONNode(file: path)) }

  /// Reads a config; keys that are absent follow from the backbones' ids, keys that are there win.
  public init(_ root: JSONNode) throws {
    func refuse(_ key: String, _ problem: String) -> CheckpointError {
      CheckpointError(place: "\(root.file): \(key)", problem)
    }
    func choose<Choice: RawRepresentable & CaseIterable>(_ key: String, _ absent: Choice) throws -> Choice
    where Choice.RawValue == String {
      guard let text = try root.optional(key)?.string() else { return absent }
      guard let choice = Choice(rawValue: text) else {
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw refuse(key, "`\(text)` is not supported; known are \(known)")
      }
      return choice
    }
    if let type = try root.optional("model_type")?.string(), type != "openvla", type != "prismatic" {
      throw refuse("model_type", "`\(type)` is no OpenVLA model")
    }

    guard root.optional("quantization_config") == nil else {
      throw refuse("quantization_config", "quantised weights are not supported; use the model as it was published")
    }

    let visionID = try root.optional("vision_backbone_id")?.string() ?? "siglip-vit-so400m"
    guard let backbone = VisionBackbone.named(visionID) else {
      let known = VisionBackbone.all.map(\.id).joined(separator: ", ")
      throw refuse("vision_backbone_id", "`\(visionID)` is not supported; known are \(known)")
    }
    visionBackboneID = visionID
    towers = try Self.towers(root, backbone)
    let fused = try root.optional("use_fused_vision_backbone")?.bool() ?? (towers.count > 1)
    guard fused == (towers.count > 1) else {
      throw refuse("use_fused_vision_backbone", "`\(fused)` does not fit \(towers.count) vision towers")
    }
    architecture = try choose("arch_specifier", fused ? ProjectorKind.fused : .single)
    guard (architecture == .fused) == fused else {
      throw refuse("arch_specifier", "`\(architecture.rawValue)` does not fit \(towers.count) vision towers")
    }

    let languageID = try root.optional("llm_backbone_id")?.string() ?? "vicuna-v15-7b"
    guard let language = LanguageBackbone.named(languageID) else {
      let known = LanguageBackbone.all.map(\.id).joined(separator: ", ")
      throw refuse("llm_backbone_id", "`\(languageID)` is not supported; known are \(known)")
    }
    guard language.architecture != .phi else {
      throw refuse(
        "llm_backbone_id", "`\(languageID)` is a Phi model, which is not supported; Llama's and Mistral's are")
    }
    languageBackboneID = languageID
    decoder = try DecoderConfig(root.optional("text_config"), language.architecture)

    padToMultipleOf = try root.optional("pad_to_multiple_of")?.count() ?? 64
    padTokenID = try root.optional("pad_token_id")?.count() ?? 32000
    maxTextLength = try root.optional("llm_max_length")?.count() ?? 2048
    resizeStrategy = try choose("image_resize_strategy", ResizeStrategy.letterbox)
    emptyTokenID = try root.optional("oracle_empty_token_id")?.count() ?? Self.llamaEmptyTokenID
    normStats = root.optional("norm_stats")?.value ?? .object([])
    torchDType = try root.optional("torch_dtype")?.string() ?? "float32"
    document = root.value

    let bins = try root.optional("n_action_bins")?.count() ?? Self.actionBinCount
    guard bins == Self.actionBinCount else {
      throw refuse("n_action_bins", "\(bins) bins are not supported; \(Self.actionBinCount) are")
    }
    guard actionVocabularySize >= Self.actionBinCount else {
      throw refuse(
        "text_config.vocab_size",
        "\(decoder.vocabularySize) rows less \(padToMultipleOf) have no room for \(bins) action tokens")
    }
    guard padTokenID < decoder.vocabularySize else {
      throw refuse("pad_token_id", "\(padTokenID) lies outside the vocabulary of \(decoder.vocabularySize)")
    }
  }

  /// The towers of `backbone`, with the sizes that the config gives instead of the published ones.
  private static func towers(_ root: JSONNode, _ backbone: VisionBackbone) throws -> [VisionTower] {
    let ids = try root.optional("timm_model_ids")?.array() ?? []
    let sizes = try root.optional("image_sizes")?.array() ?? []
    let activations = try root.optional("timm_override_act_layers")?.array() ?? []
    let overrides = try root.optional("timm_override_kwargs")?.array() ?? []
    let count = ids.isEmpty ? backbone.modelIDs.count : ids.count
    guard count == 1 || count == 2 else {
      throw CheckpointError(place: "\(root.file): timm_model_ids", "\(count) vision towers; one or two are expected")
    }
    for (list, name) in [
      (sizes, "image_sizes"), (activations, "timm_override_act_layers"), (overrides, "timm_override_kwargs"),
    ]
    where !list.isEmpty && list.count != count {
      throw CheckpointError(place: "\(root.file): \(name)", "\(list.count) values for \(count) vision towers")
    }
    let towers = try (0..<count).map { index in
      let id = try ids.isEmpty ? backbone.modelIDs[index] : ids[index].string()
      let place = "\(root.file): timm_model_ids[\(index)]"
      var activation = VisionActivation.gelu
      if !activations.isEmpty {
        if activations[index].value != .null {
          let name = try activations[index].string()
          guard let known = VisionActivation(rawValue: name) else {
            throw CheckpointError(
              place: "\(root.file): timm_override_act_layers[\(index)]", "`\(name)` is not supported; quick_gelu is")
          }
          activation = known
        }
      } else if index < backbone.activations.count, let own = backbone.activations[index] {
        activation = own
      }
      let size = try sizes.isEmpty ? backbone.imageSize : sizes[index].count()
      guard var tower = VisionTower(modelID: id, imageSize: size, activation: activation) else {
        throw CheckpointError(place: place, "the vision model `\(id)` is not supported")
      }
      if !overrides.isEmpty { try tower.replaceSizes(overrides[index]) }
      guard tower.imageSize <= 4096, tower.grid > 0 else {
        throw CheckpointError(
          place: "\(root.file): image_sizes", "\(tower.imageSize) pixels hold no patch of \(tower.patchSize)")
      }
      return tower
    }
    let patches = towers.map(\.patchCount)
    guard Set(patches).count == 1 else {
      throw CheckpointError(
        place: "\(root.file): image_sizes", "the towers cut an image into \(patches[0]) and \(patches[1]) patches")
    }
    return towers
  }
}

extension VisionTower {
  /// Takes sizes other than the published ones: what would be passed to timm's `create_model`.
  mutating func replaceSizes(_ node: JSONNode) throws {
    for (name, member) in try node.members() {
      switch name {
      case "embed_dim": width = try member.count()
      case "depth": depth = try member.count()
      case "num_heads": heads = try member.count()
      case "patch_size": patchSize = try member.count()
      case "mlp_ratio": mlpRatio = try member.double()
      default:
        throw CheckpointError(
          place: "\(node.file): \(member.path)",
          "is not supported; known are embed_dim, depth, num_heads, patch_size, mlp_ratio")
      }
    }
    try check("\(node.file): \(node.path)")
  }

  /// Refuses sizes that make no tower.
  func check(_ place: String) throws(CheckpointError) {
    guard depth >= 2 else {
      throw CheckpointError(place: place, "a depth of \(depth) has no second-to-last block; 2 or more are needed")
    }
    guard width > 0, heads > 0, patchSize > 0, width <= 1 << 20, patchSize <= 1 << 12, depth <= 1 << 12 else {
      throw CheckpointError(place: place, "sizes must be positive")
    }
    guard width % heads == 0 else {
      throw CheckpointError(place: place, "\(heads) heads do not divide a width of \(width)")
    }
    guard mlpRatio > 0, mlpRatio <= 64, mlpHidden > 0 else {
      throw CheckpointError(place: place, "an MLP ratio of \(mlpRatio) is no size")
    }
  }
}
