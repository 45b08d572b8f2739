public import ByteIO

/// One episode as a store keeps it: N steps, A action and P proprio dimensions.
public struct StoredEpisode {
  /// The position in the source, over its splits in order.
  public var ordinal: Int
  /// The number of steps.
  public var stepCount: Int
  /// Standardised, not normalised: [N, A].
  public var action: [Float]
  /// [N, P]; empty where there is none.
  public var proprio: [Float]
  /// [N]; empty where the dataset has none.
  public var reward: [Float]
  /// [N]; empty where the dataset has none.
  public var discount: [Float]
  /// [N] each, 0 or 1.
  public var isFirst: [UInt8]
  public var isLast: [UInt8]
  public var isTerminal: [UInt8]
  /// The texts of this episode, and for each step which of them applies; −1 for none.
  public var instructions: [[UInt8]]
  public var instructionIndex: [Int32]
  /// The frames of each picture of the layout, in its order.
  public var pictures: [Frames]

  /// The frames of one picture.
  public enum Frames {
    /// One encoded file a step.
    case encoded([FrameSource])
    /// The pixels of all steps one after another.
    case pixels(Bytes)
  }

  /// Where the bytes of one frame are.
  public enum FrameSource {
    /// In the file at a path, so that they need not be held in memory.
    case file(String, offset: Int, count: Int)
    case bytes([UInt8])
  }

  public init(
    ordinal: Int, stepCount: Int, action: [Float], proprio: [Float], reward: [Float], discount: [Float],
    isFirst: [UInt8], isLast: [UInt8], isTerminal: [UInt8], instructions: [[UInt8]], instructionIndex: [Int32],
    pictures: [Frames]
  ) {
    self.ordinal = ordinal
    self.stepCount = stepCount
    self.action = action
    self.proprio = proprio
    self.reward = reward
    self.discount = discount
    self.isFirst = isFirst
    self.isLast = isLast
    self.isTerminal = isTerminal
    self.instructions = instructions
    self.instructionIndex = instructionIndex
    self.pictures = pictures
  }

  /// About how many bytes the episode takes in a shard.
  public var byteCount: Int {
    var total = 4 * (action.count + proprio.count + reward.count + discount.count) + 8 * stepCount
    for frames in pictures {
      switch frames {
      case .pixels(let bytes): total += bytes.count
      case .encoded(let sources):
        for source in sources {
          switch source {
          case .file(_, _, let count): total += count + 8
          case .bytes(let bytes): total += bytes.count + 8
          }
        }
      }
    }
    return total
  }
}
