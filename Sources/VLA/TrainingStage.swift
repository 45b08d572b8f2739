internal import Checkpoints

/// Which parameters a full fine-tune changes; OpenVLA's names.
public enum TrainingStage: String, Sendable, CaseIterable {
  /// All.
  case full = "vla-full-train"
  /// Projector and language model; the vision towers stay as they are.
  case withoutVision = "vla-train"
  /// Vision towers, projector, and the language model's embeddings, last layer and head.
  case sandwich = "vla-sandwich-train"
  /// The language model's embeddings, last layer and head.
  case lastLayer = "vla-last-layer-train"

  /// Whether it changes the parameter `name` of a model whose decoder has `layers` layers.
  public func trains(_ name: String, layers: Int) -> Bool {
    let vision = name.hasPrefix("vision_backbone.")
    switch self {
    case .full: return true
    case .withoutVision: return !vision
    case .sandwich: return vision || name.hasPrefix("projector.") || Self.isLastSet(name, layers)
    case .lastLayer: return Self.isLastSet(name, layers)
    }
  }

  private static func isLastSet(_ name: String, _ layers: Int) -> Bool {
    ["model.embed_tokens.", "model.layers.\(layers - 1).", "lm_head."].contains {
      name.hasPrefix("language_model.\($0)")
    }
  }
}
