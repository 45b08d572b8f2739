public import EpisodeStore

/// All that checking a store found.
public struct CurationReport: Sendable {
  /// One episode of the store.
  public struct Episode: Sendable, Equatable {
    public let ordinal: Int
    public let split: String
    public let length: Int
    /// The row of ``CurationReport/instructions``; nil where the episode has none.
    public let instruction: Int?
    public let success: Bool?

    public init(ordinal: Int, split: String, length: Int, instruction: Int?, success: Bool?) {
      self.ordinal = ordinal
      self.split = split
      self.length = length
      self.instruction = instruction
      self.success = success
    }
  }

  /// A text with the number of episodes that have it as their instruction.
  public struct Instruction: Sendable, Equatable {
    public let text: String
    public let episodeCount: Int

    public init(_ text: String, episodeCount: Int) {
      self.text = text
      self.episodeCount = episodeCount
    }
  }

  /// How the values of one action dimension spread over the bins of the action tokeniser.
  public struct ActionHistogram: Sendable, Equatable {
    /// Steps by bin, as BOUNDS_Q99 normalises and the tokeniser bins: [256].
    public let counts: [Int]
    public let q01: Double
    public let q99: Double
    public let min: Double
    public let max: Double
    /// Whether the dimension is normalised.
    public let isNormalized: Bool

    public init(counts: [Int], q01: Double, q99: Double, min: Double, max: Double, isNormalized: Bool) {
      self.counts = counts
      self.q01 = q01
      self.q99 = q99
      self.min = min
      self.max = max
      self.isNormalized = isNormalized
    }
  }

  /// The store's path as given.
  public let store: String
  /// The index of the store: dataset, source, licence, splits, views.
  public let index: StoreIndex
  /// By rising ordinal.
  public let episodes: [Episode]
  /// In the order in which they first occur.
  public let instructions: [Instruction]
  /// One for each action dimension.
  public let actionHistograms: [ActionHistogram]
  /// One for each check that was asked for, in the order of the catalog of checks.
  public let outcomes: [CheckOutcome]
  /// By the order of the checks, then the ordinal (findings about the dataset first), then the step, then the view.
  public let findings: [Finding]
  /// Whether frames were looked at.
  public let includesImages: Bool

  public init(
    store: String, index: StoreIndex, episodes: [Episode], instructions: [Instruction],
    actionHistograms: [ActionHistogram], outcomes: [CheckOutcome], findings: [Finding], includesImages: Bool
  ) {
    self.store = store
    self.index = index
    self.episodes = episodes
    self.instructions = instructions
    self.actionHistograms = actionHistograms
    self.outcomes = outcomes
    self.findings = findings
    self.includesImages = includesImages
  }

  public var stepCount: Int { episodes.reduce(0) { $0 + $1.length } }

  /// The number of findings of `checkClass`.
  public func findingCount(_ checkClass: CheckClass) -> Int { findings.count { $0.checkClass == checkClass } }
}
