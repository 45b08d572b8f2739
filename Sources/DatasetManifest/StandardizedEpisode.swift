/// What a manifest makes of one episode; N rows.
public struct StandardizedEpisode: Sendable, Equatable {
  /// The source step of each row, ascending, [N].
  public var rows: [Int]
  /// Standardised actions, not normalised, [N, A].
  public var action: [Float]
  /// A.
  public var actionDimension: Int
  /// Proprioceptive state, [N, P], or nil when the manifest has none.
  public var proprio: [Float]?
  /// P, or 0.
  public var proprioDimension: Int
  /// Rewards, [N], when there are any.
  public var reward: [Float]?
  /// Discounts, [N], when there are any.
  public var discount: [Float]?
  /// Whether the episode succeeded, when the data tell.
  public var success: Bool?
  /// The instructions.
  public var instructions: InstructionTable
}

/// The instructions of an episode: each different text once, and which one holds at each row.
public struct InstructionTable: Sendable, Equatable {
  /// The texts as UTF-8, in order of appearance.
  public private(set) var texts: [[UInt8]] = []
  /// For each row the index of its text, −1 for none, [N].
  public private(set) var indices: [Int32] = []
  private var known: [[UInt8]: Int32] = [:]

  init() {}

  /// Adds a row; an empty text counts as none.
  mutating func append(_ text: [UInt8]) {
    if text.isEmpty {
      indices.append(-1)
    } else if let last = texts.last, last == text {
      indices.append(Int32(texts.count - 1))
    } else if let index = known[text] {
      indices.append(index)
    } else {
      known[text] = Int32(texts.count)
      indices.append(Int32(texts.count))
      texts.append(text)
    }
  }
}

/// What became of an episode.
public enum StandardizationOutcome: Sendable, Equatable {
  /// It was kept.
  case kept(StandardizedEpisode)
  /// A filter left it out, for this reason.
  case dropped(reason: String)
}
