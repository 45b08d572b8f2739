public import TensorFiles

/// Which tensors the shards of a mixture have, the same in each of them.
///
/// S samples, W observations a sample (`window`), K actions a sample (the W − 1 before the current step, then the chunk),
/// A action and P proprio dimensions.
public struct SampleLayout: Equatable, Sendable {
  /// W: the current observation and those before it.
  public var window: Int
  /// The current action and those after it; K is `window − 1 + chunk`.
  public var chunk: Int
  /// A.
  public var actionDimension: Int
  /// P, the widest of all datasets, 0 where none has a state; narrower rows end in zeros.
  public var proprioDimension: Int
  /// The views in the manifest's order.
  public var views: [String]
  /// How frames are kept.
  public var form: Form
  /// Whether each sample has an observation of its goal.
  public var hasGoal: Bool

  /// How frames are kept.
  public enum Form: Equatable, Sendable {
    /// Encoded files one after another; an empty one is a view that the dataset does not have.
    case encoded
    /// Pixels, [H, W, 3] uint8; zeros for a view that the dataset does not have.
    case pixels(height: Int, width: Int)
    /// Pixels, each frame packed with zstd on its own.
    case packedPixels(height: Int, width: Int)
  }

  public init(
    window: Int, chunk: Int, actionDimension: Int, proprioDimension: Int, views: [String], form: Form, hasGoal: Bool
  ) {
    self.window = window
    self.chunk = chunk
    self.actionDimension = actionDimension
    self.proprioDimension = proprioDimension
    self.views = views
    self.form = form
    self.hasGoal = hasGoal
  }

  /// K.
  public var actionCount: Int { window - 1 + chunk }

  /// The tensors with frames, and how many frames each has a sample.
  public var pictures: [(name: String, framesPerSample: Int)] {
    views.map { ("image." + $0, window) } + (hasGoal ? views.map { ("goal." + $0, 1) } : [])
  }

  /// The tensors of a shard of `samples` samples.
  ///
  /// `frameBytes` gives the bytes of each picture where frames have sizes of their own, `texts` how many instructions
  /// there are, and `textBytes` their size.
  public func declarations(
    samples: Int, frameBytes: [String: Int], texts: Int, textBytes: Int
  ) -> [TensorDeclaration] {
    let k = actionCount
    var tensors = [
      TensorDeclaration("action", .float32, [samples, k, actionDimension]),
      TensorDeclaration("action_bin", .uint8, [samples, k, actionDimension]),
      TensorDeclaration("action_valid", .uint8, [samples, k]),
      TensorDeclaration("instruction.bytes", .uint8, [textBytes]),
      TensorDeclaration("instruction.offsets", .uint64, [texts + 1]),
      TensorDeclaration("instruction.index", .int32, [samples]),
      TensorDeclaration("dataset.index", .uint16, [samples]),
      TensorDeclaration("episode.ordinal", .uint64, [samples]),
      TensorDeclaration("step.index", .uint32, [samples]),
    ]
    if proprioDimension > 0 {
      tensors.append(
        TensorDeclaration(
          "proprio", .float32, window == 1 ? [samples, proprioDimension] : [samples, window, proprioDimension]))
    }
    if window > 1 { tensors.append(TensorDeclaration("observation_valid", .uint8, [samples, window])) }
    if hasGoal { tensors.append(TensorDeclaration("goal.step", .uint32, [samples])) }
    for (name, frames) in pictures {
      switch form {
      case .encoded, .packedPixels:
        tensors.append(TensorDeclaration(name + ".bytes", .uint8, [frameBytes[name] ?? 0]))
        tensors.append(TensorDeclaration(name + ".offsets", .uint64, [samples * frames + 1]))
      case .pixels(let height, let width):
        let isSingle = window == 1 || name.hasPrefix("goal.")
        tensors.append(
          TensorDeclaration(
            name, .uint8, isSingle ? [samples, height, width, 3] : [samples, frames, height, width, 3]))
      }
    }
    return tensors
  }
}
