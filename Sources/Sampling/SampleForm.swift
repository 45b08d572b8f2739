public import Actions

/// What a sample holds and how it is written.
public struct SampleForm: Sendable, Equatable {
  /// The window of observations and the chunk of actions.
  public var chunk: ActionChunk
  /// What becomes of samples whose chunk is not whole.
  public var padding: ChunkPadding
  /// Which step is a sample's goal.
  public var goal: GoalRule
  /// How actions and state are normalised.
  public var normalization: MixtureNormalization
  /// The views whose images are written, in order.
  public var views: [String]
  /// In which form images are written.
  public var image: ImageForm
  /// The bytes after which a new shard begins.
  public var shardSize: Int
  /// The level of Zstandard for raw images, or nil for none.
  public var compressionLevel: Int?

  /// The reference's form unless told otherwise: one frame, its primary image and one normalised action.
  public init(
    chunk: ActionChunk, padding: ChunkPadding = .repeat, goal: GoalRule = .none,
    normalization: MixtureNormalization = .boundsQ99, views: [String] = ["primary"], image: ImageForm = .keep,
    shardSize: Int = 1 << 30, compressionLevel: Int? = nil
  ) {
    self.chunk = chunk
    self.padding = padding
    self.goal = goal
    self.normalization = normalization
    self.views = views
    self.image = image
    self.shardSize = shardSize
    self.compressionLevel = compressionLevel
  }
}

/// How a mixture's actions and states are normalised.
public enum MixtureNormalization: String, Sendable, CaseIterable {
  /// [q01, q99] to [−1, 1], values outside clipped.
  case boundsQ99 = "bounds_q99"
  /// [min, max] to [−1, 1].
  case bounds
  /// Mean 0 and standard deviation 1.
  case normal
  /// Not at all.
  case none

  /// The normaliser's type, or nil for none.
  public var type: NormalizationType? {
    switch self {
    case .boundsQ99: return .boundsQ99
    case .bounds: return .bounds
    case .normal: return .normal
    case .none: return nil
    }
  }
}

/// In which form images are written to the samples.
public enum ImageForm: Sendable, Equatable {
  /// The bytes of the store, as they are.
  case keep
  /// JPEG of this quality, resized when a size is given.
  case jpeg(quality: Int, size: ImageSize?)
  /// PNG, resized when a size is given.
  case png(size: ImageSize?)
  /// Pixels [H, W, 3] of one size.
  case raw(size: ImageSize)
}

/// Height and width in pixels.
public struct ImageSize: Sendable, Equatable {
  /// Pixels from top to bottom.
  public var height: Int
  /// Pixels from left to right.
  public var width: Int

  /// Gathers the two.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}
