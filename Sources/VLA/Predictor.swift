internal import Actions
internal import ByteIO
public import Checkpoints
public import ImageCodec
public import PolicyImages
internal import Torch

/// Answers an image and an instruction with an action, with all that a checkpoint folder says about it.
public struct Predictor {
  private let policy: Policy
  private let inputs: PolicyInputs
  private let statistics: ActionStatistics
  /// The longest prompt, in ids.
  private let promptLimit: Int

  /// Prepares `policy`, which was loaded from `folder`.
  ///
  /// - Throws: where the folder has no tokenizer, no preprocessor or no statistics that fit the model.
  public init(_ policy: Policy, _ folder: CheckpointFolder) throws {
    self.policy = policy
    inputs = try PolicyInputs(folder)
    statistics = try folder.actionStatistics
    promptLimit = policy.config.maxTextLength
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
    let prompt = try inputs.tokenizer.prompt(instruction)
    guard prompt.count + statistics.dimension <= promptLimit else {
      throw PolicyError(
        .badData, place: "instruction", "\(prompt.count) tokens are too long for the model's \(promptLimit); shorten it"
      )
    }
    let pixels = try Tensor(
      inputs.processor.pixelValues(of: image, by: path), [1] + inputs.processor.shape)
    let generation = try policy.generate(prompt, pixels, count: statistics.dimension, tokens)
    let action = try policy.action(generation.ids, prompt: prompt, statistics)
    return Prediction(action: action, ids: generation.ids, prompt: prompt, unnormKey: key)
  }
}
