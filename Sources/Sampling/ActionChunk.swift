/// Which steps of an episode make up a sample: a window of observations and a chunk of actions.
///
/// As in the reference with `window_size` = window and `future_action_window_size` = chunk − 1. The sample of
/// step t has the observations t − window + 1 … t, and the actions t − window + 1 … t + chunk − 1; the
/// current action and those after it are the last `chunk` rows. Before the episode the first step is
/// repeated. Past the goal step (the last one unless goals are relabelled) absolute columns repeat the action
/// at the goal and the others are 0.
public struct ActionChunk: Sendable, Equatable {
  /// The largest window or chunk.
  public static let maximumLength = 1024

  /// The number of observations, W.
  public let window: Int
  /// The number of actions from the current one on, K.
  public let chunk: Int
  /// The number of action rows, W + K − 1.
  public var actionCount: Int { window + chunk - 1 }

  /// One observation of a sample.
  public struct ObservationSlot: Sendable, Equatable {
    /// The step that is shown.
    public let step: Int
    /// False for padding before the episode's start: the reference's `pad_mask`.
    public let isReal: Bool
  }

  /// One action of a sample.
  public struct ActionSlot: Sendable, Equatable {
    /// The step that is read.
    public let step: Int
    /// True past the goal, where columns that are not absolute become 0.
    public let isNeutral: Bool
    /// True where the action is that of the slot's own step: neither before the episode nor past the goal.
    public let isValid: Bool
  }

  /// A window and a chunk of 1 to 1024 steps each.
  public init(window: Int = 1, chunk: Int = 1) throws(SamplingError) {
    for (name, length) in [("window", window), ("chunk", chunk)] {
      guard (1...Self.maximumLength).contains(length) else {
        throw SamplingError(name, "\(length) steps; give 1 to \(Self.maximumLength)")
      }
    }
    self.window = window
    self.chunk = chunk
  }

  /// The steps of an episode that become samples: all of them, or those with a whole chunk before the end.
  public func sampleCount(stepCount: Int, padding: ChunkPadding) -> Int {
    switch padding {
    case .repeat: return max(0, stepCount)
    case .drop: return max(0, stepCount - (chunk - 1))
    }
  }

  /// Slot 0..<window of the observations of `step`.
  public func observation(_ slot: Int, at step: Int) -> ObservationSlot {
    let raw = step + slot - window + 1
    return ObservationSlot(step: max(raw, 0), isReal: raw >= 0)
  }

  /// Slot 0..<actionCount of the actions of `step`, with `goal` the last step to be reached, `step` or later.
  public func action(_ slot: Int, at step: Int, goal: Int) -> ActionSlot {
    let raw = step + slot - window + 1
    return ActionSlot(step: min(max(raw, 0), goal), isNeutral: raw > goal, isValid: raw >= 0 && raw <= goal)
  }

  /// Appends the actions of `step` [W + K − 1, A] to `output`, taken from an episode's `rows` [T, A],
  /// flattened.
  ///
  /// `absolute` says which columns are absolute; its length is A. All false is the reference without a mask.
  /// - Throws: `badData` when the rows are ragged, or the step or the goal is not one of theirs.
  public func appendActions(
    of rows: [Float], absolute: [Bool], at step: Int, goal: Int, to output: inout [Float]
  ) throws(SamplingError) {
    let width = absolute.count
    guard width > 0, rows.count.isMultiple(of: width) else {
      throw SamplingError("chunk", "\(rows.count) values do not divide into rows of \(width) columns")
    }
    let stepCount = rows.count / width
    guard step >= 0, step <= goal, goal < stepCount else {
      throw SamplingError(
        "chunk",
        "step \(step) with the goal at \(goal) in an episode of \(stepCount) steps; the goal comes last")
    }
    output.reserveCapacity(output.count + actionCount * width)
    for slot in 0..<actionCount {
      let source = action(slot, at: step, goal: goal)
      for column in 0..<width {
        output.append(
          source.isNeutral && !absolute[column] ? 0 : rows[source.step * width + column])
      }
    }
  }
}

/// What becomes of samples whose chunk reaches past the end of the episode.
public enum ChunkPadding: String, Sendable, CaseIterable {
  /// They are kept; the actions past the end are neutral, as in OpenVLA.
  case `repeat`
  /// They are left out, as in OpenVLA-OFT.
  case drop
}
