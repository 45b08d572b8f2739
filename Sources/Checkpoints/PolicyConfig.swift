public import ImageCodec
public import JSON

/// The architecture of an OpenVLA policy: vision towers, projector, language model, and what its vocabulary means.
public struct PolicyConfig: Equatable, Sendable {
  public var visionBackboneID: String
  public var languageBackboneID: String
  /// The projector's kind, `arch_specifier`.
  public var architecture: ProjectorKind
  public var towers: [VisionTower]
  public var decoder: DecoderConfig
  /// Rows below the vocabulary's end that stand for no token; the action tokens end before them.
  public var padToMultipleOf: Int
  public var padTokenID: Int
  /// The longest text, in tokens.
  public var maxTextLength: Int
  /// How an image is brought to the towers' size.
  public var resizeStrategy: ResizeStrategy
  /// The id that ends every prompt, the piece `▁`.
  public var emptyTokenID: Int
  /// `norm_stats` as stored: statistics by dataset.
  public var normStats: JSONValue
  /// The element type that the config names, as PyTorch writes it.
  public var torchDType: String
  /// The whole config as read; `nil` for one that was made here.
  public var document: JSONValue?

  /// The bins of an action dimension.
  public static let actionBinCount = 256
  /// The id of `▁` in Llama 2's vocabulary, which the reference appends to a prompt.
  public static let llamaEmptyTokenID = 29871

  /// The vocabulary without padding rows; the action tokens are its last ``actionBinCount`` ids.
  public var actionVocabularySize: Int { decoder.vocabularySize - padToMultipleOf }
  /// The ids of action tokens.
  public var actionTokens: Range<Int> { actionVocabularySize - Self.actionBinCount..<actionVocabularySize }
  /// The patches of an image.
  public var patchCount: Int { towers.first?.patchCount ?? 0 }
  /// The width of all towers' features side by side.
  public var visionWidth: Int { towers.reduce(0) { $0 + $1.width } }
  public var imageSize: Int { towers.first?.imageSize ?? 0 }
}

/// The kinds of projector between vision and language.
public enum ProjectorKind: String, Sendable, CaseIterable {
  /// Three layers for two towers, the first four times as wide as the features.
  case fused = "no-align+fused-gelu-mlp"
  /// Two layers for one tower.
  case single = "no-align+gelu-mlp"

  /// The layers' names, in order.
  public var layers: [String] {
    switch self {
    case .fused: ["fc1", "fc2", "fc3"]
    case .single: ["fc1", "fc2"]
    }
  }
}
