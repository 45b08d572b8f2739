internal import Actions
internal import ByteIO
public import Checkpoints
public import ImageCodec
public import PolicyImages
internal import TextTokens
internal import Torch

/// Answers an image and an instruction with an action, with all that a checkpoint folder says about it.
public struct Predictor {
  private let policy: Policy
  private let tokenizer: PromptTokenizer
  private let processor: ImageProcessor
  private let statistics: ActionStatistics
  /// The longest prompt, in ids.
  private let promptLimit: Int

  /// Prepares `policy`, which was loaded from `folder`.
  ///
  /// - Throws: where the folder has no tokenizer, no preprocessor or no statistics that fit the model.
  public init(_ policy: Policy, _ folder: CheckpointFolder) throws {
    func required(_ name: String, _ what: String) throws(PolicyError) -> String {
      guard let file = folder.file(name) else {
        throw PolicyError(.inputMissing, place: folder.path, "it has no \(name), \(what)")
      }
      return file
    }
    self.policy = policy
    let config = policy.config
    tokenizer = try PromptTokenizer(
      SentencePieceModel(required(CheckpointFolder.tokenizerName, "the tokenizer of its instructions")),
      style: PromptStyle(folder: folder.path), size: config.actionVocabularySize, emptyID: config.emptyTokenID)
    let file = try required(CheckpointFolder.preprocessorName, "which says how images are prepared")
    processor = ImageProcessor(try ImageProcessorConfig(file: file))
    let wanted = [3 * config.towers.count, config.imageSize, config.imageSize]
    guard processor.shape == wanted else {
      throw PolicyError(.badData, place: file, "it prepares images of \(processor.shape), the model takes \(wanted)")
    }
    statistics = try folder.actionStatistics
    promptLimit = config.maxTextLength
  }

  /// An action and how it came about.
  public struct Prediction: Sendable {
    /// In the robot's units, float64.
    public let action: [Double]
    /// The ids answered.
    public let ids: [Int]
    /// The ids asked.
    public let prompt: [Int]
    /// The dataset whose statistics give the units.
    public let unnormKey: String
  }

  /// Answers `image`, [height, width, 3], and `instruction` in the units of the dataset `unnormKey`, which may be left
  /// out where there is one only.
  public func predict(
    _ image: Raster<UInt8>, _ instruction: String, unnormKey: String? = nil, path: ImagePath = .processorOnly,
    _ tokens: DecodedTokens = .actions
  ) throws -> Prediction {
    let (key, statistics) = try self.statistics.action(unnormKey)
    let prompt = try tokenizer.prompt(instruction)
    guard prompt.count + statistics.dimension <= promptLimit else {
      throw PolicyError(
        .badData, place: "instruction", "\(prompt.count) tokens are too long for the model's \(promptLimit); shorten it"
      )
    }
    let pixels = try Tensor(processor.pixelValues(of: image, by: path), [1] + processor.shape)
    let generation = try policy.generate(prompt, pixels, count: statistics.dimension, tokens)
    let action = try policy.action(generation.ids, prompt: prompt, statistics)
    return Prediction(action: action, ids: generation.ids, prompt: prompt, unnormKey: key)
  }
}
