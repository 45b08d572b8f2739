internal import ByteIO
public import Checkpoints
internal import ImageCodec
public import JSON
internal import PolicyImages
public import TensorFiles
internal import TextTokens

/// A model with fresh weights and all files that a checkpoint folder has.
public struct FreshCheckpoint: Sendable {
  private let preset: ModelPreset
  private let seed: UInt64
  /// The path of a sentencepiece model for its texts, where it is to have one.
  private let tokenizer: String?
  /// `dataset_statistics.json` of the data that it will be trained on, where known.
  private let statistics: JSONValue?

  public init(_ preset: ModelPreset, seed: UInt64, tokenizer: String?, statistics: JSONValue?) {
    self.preset = preset
    self.seed = seed
    self.tokenizer = tokenizer
    self.statistics = statistics
  }

  /// Writes the folder, with weights of type `dtype`.
  ///
  /// - Throws: where the tokenizer is another vocabulary's, and as `CheckpointWriter`.
  public func write(_ writer: CheckpointWriter, _ dtype: DType) throws {
    var config = preset.config
    if let statistics { config.normStats = statistics }
    var files = try [
      CheckpointWriter.File(CheckpointFolder.generationName, .json(Self.generation(config))),
      .init(CheckpointFolder.preprocessorName, .json(Self.processor(config).json)),
      .init(CheckpointFolder.statisticsName, .json(config.normStats)),
    ]
    if let tokenizer {
      let model = try SentencePieceModel(tokenizer)
      if let empty = model.id(of: "▁") { config.emptyTokenID = empty }
      _ = try PromptTokenizer(
        model, style: .openVLA, size: config.actionVocabularySize, emptyID: config.emptyTokenID)
      files.append(.init(CheckpointFolder.tokenizerName, .copy(tokenizer)))
    }
    try Initializer(config, seed: seed).write(writer, dtype, files: files)
  }

  private static func generation(_ config: PolicyConfig) -> JSONValue {
    [
      "_from_model_config": true, "bos_token_id": JSONValue(config.decoder.bosTokenID),
      "eos_token_id": JSONValue(config.decoder.eosTokenID), "pad_token_id": JSONValue(config.padTokenID),
      "transformers_version": "4.40.1",
    ]
  }

  /// The processor of a new model, with each tower's own constants, which are timm's.
  private static func processor(_ config: PolicyConfig) throws -> ImageProcessorConfig {
    let backbones = config.towers.map { tower in
      let (mean, deviation) = constants(tower.family)
      return ImageProcessorConfig.Backbone(
        size: ImageSize(height: tower.imageSize, width: tower.imageSize), mean: mean, std: deviation)
    }
    return try ImageProcessorConfig(
      backbones: backbones, strategy: config.resizeStrategy)
  }

  private static func constants(_ family: VisionTower.Family) -> (mean: [Double], deviation: [Double]) {
    switch family {
    case .dino: ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    case .siglip, .in1k: ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
    case .clip: ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
    }
  }
}
