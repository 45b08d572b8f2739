public import Actions
public import Checkpoints
public import TensorFiles
public import Torch

/// A vision-language-action policy: patches of an image, brought into a language model, which answers with action
/// tokens (OpenVLA, Kim et al., arXiv 2406.09246).
///
/// The sequence is [BOS, patches, rest of the text]; every position attends to itself and to those before it.
public final class Policy {
  public let config: PolicyConfig
  /// The weights, by their names in the checkpoint.
  public let parameters: ParameterStore
  /// The type in which it computes.
  public let dtype: DType
  public let device: Device
  let towers: [VisionTransformer]
  let projector: Projector
  let decoder: Decoder
  /// Its 256 bins and their tokens.
  public let actionTokenizer: ActionTokenizer

  /// Builds the policy over `parameters`, which hold every name of the config's inventory.
  ///
  /// - Throws: `TorchError` where one is missing.
  public init(
    _ config: PolicyConfig, _ parameters: ParameterStore, _ dtype: DType, on device: Device,
    adapters: AdapterScaling? = nil
  ) throws {
    self.config = config
    self.parameters = parameters
    self.dtype = dtype
    self.device = device
    let vision = parameters.scope("vision_backbone")
    var towers: [VisionTransformer] = []
    for (tower, name) in zip(config.towers, ["featurizer", "fused_featurizer"]) {
      towers.append(try VisionTransformer(tower, vision.scope(name), adapters))
    }
    self.towers = towers
    projector = try Projector(config, parameters.scope("projector"), adapters)
    decoder = try Decoder(config.decoder, parameters.scope("language_model"), adapters)
    actionTokenizer = try ActionTokenizer(
      binCount: PolicyConfig.actionBinCount, vocabularySize: config.actionVocabularySize)
  }

  /// The patches of one image, which precede the text in the sequence.
  public var patchCount: Int { config.patchCount }

  /// What the vision towers and the projector make of images.
  public struct Patches {
    /// Each tower's features [image, patch, width].
    public let towers: [Tensor]
    /// The towers' features side by side [image, patch, features].
    public let features: Tensor
    /// Brought to the decoder's width [image, patch, hidden].
    public let projected: Tensor
  }

  /// Encodes `pixels` [image, 3 per tower, row, column].
  public func patches(_ pixels: Tensor) throws(TorchError) -> Patches {
    let pixels = try pixels.converted(to: dtype, on: device)
    var features: [Tensor] = []
    for (index, tower) in towers.enumerated() {
      features.append(try tower.features(pixels.slicing(3 * index..<3 * index + 3, 1)))
    }
    let joined = try features.count == 1 ? features[0] : Tensor.concatenating(features, 2)
    return Patches(towers: features, features: joined, projected: try projector(joined))
  }

  /// Returns the sequence [batch, 1 + patches + rest, hidden] of `ids` [batch, position] with `patches` after BOS.
  public func merged(_ ids: Tensor, _ patches: Patches?) throws(TorchError) -> Tensor {
    let text = try decoder.embed(ids)
    guard let patches else { return text }
    return try Tensor.concatenating(
      [text.slicing(0..<1, 1), patches.projected, text.slicing(1..<text.size(1), 1)], 1)
  }

  /// Inserts `value` for every patch after the first column of `rows` [batch, position].
  func widened(_ rows: Tensor, _ value: Double) throws(TorchError) -> Tensor {
    let filling = try Tensor.full([rows.size(0), patchCount], value, rows.dtype, on: rows.device)
    return try Tensor.concatenating([rows.slicing(0..<1, 1), filling, rows.slicing(1..<rows.size(1), 1)], 1)
  }
}
